/**
 * The command line as data: parsing, `--help` and the shells' completions are made from it, and a
 * command is added here and in `cli.ts`. Sentences are of this file alone, so that they read alike:
 * a table, and therefore long for one file.
 */

export interface CommandWords {
  /** What it does, in at most 48 letters, for the list of all commands. */
  readonly summary: string
  /** Said by its own `--help`, below the summary. */
  readonly about: string
  readonly argument?: ArgumentWords
  readonly options: Readonly<Record<string, OptionWords>>
  /** It hands the words behind `--` on: how the usage names them. */
  readonly rest?: string
  /** One line that can be typed. */
  readonly example: string
  /** For flow's own scripts: it is neither listed nor completed nor proposed. */
  readonly isHidden?: boolean
}

export interface ArgumentWords {
  readonly name: string
  readonly isRequired: boolean
  /** Said by `--help`. */
  readonly summary: string
  /** The words that there are, or which of them `flow complete` tells. */
  readonly completes: readonly string[] | 'agents' | 'sessions' | 'commands' | 'paths'
}

export interface OptionWords {
  /** In at most 58 letters. */
  readonly summary: string
  /** One letter, with a single dash. */
  readonly short?: string
  /** It takes a value: how the usage names it. */
  readonly value?: string
}

const FOLLOW_SYMLINKS = {
  summary: 'Allow a settings file that is a link out of the repository',
}
const QUIET = { short: 'q', summary: 'Say nothing but errors' }
const YES = { short: 'y', summary: 'Make every change without asking' }
const DRY_RUN = { summary: 'Print the changes and make none' }
const SHELLS = ['bash', 'zsh', 'fish'] as const
const JSON_OPTION = { summary: 'The same as JSON, for programs (docs/JSON.md)' }

export const COMMANDS = {
  run: {
    summary: "Start an agent with your team's hooks",
    about:
      "Starts the agent at the project root, with the team's hooks beside your own in its settings. When the last agent has ended, your file is put back. flow ends with the agent's exit code. FLOW=0 in front starts it without the hooks.",
    argument: {
      name: 'AGENT',
      isRequired: false,
      summary: 'A name of `agents` in .flowrc; else the one that `agent` there names',
      completes: 'agents',
    },
    options: {
      quiet: QUIET,
      'follow-symlinks': FOLLOW_SYMLINKS,
      'dry-run': { summary: 'Print the settings as they would be merged; start nothing' },
    },
    rest: '[-- ARGS…]',
    example: 'flow run claude -- -p "fix it"',
  },
  exec: {
    summary: "Run any command with the team's hooks, here",
    about:
      "Runs CMD where you are, with the team's hooks merged meanwhile, as `flow run` does, and ends with its exit code.",
    options: { quiet: QUIET, 'follow-symlinks': FOLLOW_SYMLINKS },
    rest: '-- CMD [ARGS…]',
    example: 'flow exec -- npm test',
  },
  status: {
    summary: 'Agents at work, and what is merged',
    about:
      'Every open session (from the start of the first agent to the end of the last): who is in it, what is merged, and where the backup is; of a killed one also what restores it by hand.',
    options: {
      json: JSON_OPTION,
      watch: { short: 'w', summary: 'Go on until q or Ctrl-C; with --json a line at each change' },
      verbose: { summary: 'Every project in full, and how to restore by hand' },
    },
    example: 'flow status --watch',
  },
  history: {
    summary: 'Past sessions, and how each ended',
    about:
      'Past sessions of this project, the latest first: when, how long, who, how each ended, what was put back, and whether `flow restore` can still put back what it had kept.',
    options: {
      all: { summary: 'Of every project' },
      limit: { value: 'N', summary: 'How many to list; 20 without it' },
      json: JSON_OPTION,
    },
    example: 'flow history --limit 5',
  },
  restore: {
    summary: 'Put back what a past session had kept',
    about:
      'Shows the difference between your settings now and the bytes that were kept when the session began, and asks. What stands now is kept too: it prints the command that undoes it.',
    argument: {
      name: 'SESSION',
      isRequired: true,
      summary: 'As `flow history` names it, or its beginning; or `last`',
      completes: 'sessions',
    },
    options: {
      yes: { short: 'y', summary: 'Restore without asking' },
      'dry-run': { summary: 'Show the difference and change nothing' },
      quiet: QUIET,
    },
    example: 'flow restore last --dry-run',
  },
  recover: {
    summary: 'Put back what killed sessions left, everywhere',
    about:
      'Looks at every project that flow ran in and puts back the settings of each session in which nobody is alive. Edits made since are kept. With --force, in a project, it looks at that one alone.',
    argument: {
      name: 'PATH',
      isRequired: false,
      summary: 'The directory of one project; it may be gone',
      completes: 'paths',
    },
    options: {
      quiet: {
        short: 'q',
        summary: 'For hooks: speak only when a file was put back, or cannot be',
      },
      force: { summary: 'Also sessions that cannot be judged from here, or lost a backup' },
    },
    example: 'flow recover',
  },
  init: {
    summary: 'Set this repository up; safe to repeat',
    about:
      'Writes .flowrc, the scripts `agent` and `prepare` in package.json, and a guarded line in three git hooks. Keeps what is there, and asks before each kind of change.',
    options: { yes: YES, 'dry-run': DRY_RUN, quiet: QUIET },
    example: 'flow init --dry-run',
  },
  uninstall: {
    summary: 'Undo init, and keep what you wrote',
    about:
      "Takes flow's lines out of the repository, and its backups of ended sessions out of the state home. Refuses while a session is open.",
    options: { yes: YES, 'dry-run': DRY_RUN, quiet: QUIET },
    example: 'flow uninstall --dry-run',
  },
  doctor: {
    summary: 'Check the set-up; name what mends each finding',
    about:
      'Checks set-up and state, and prints each problem with the command that fixes it. The exit code is 1 when something is broken.',
    options: { json: JSON_OPTION, verbose: { summary: 'Also list what is fine' } },
    example: 'flow doctor',
  },
  config: {
    summary: 'The configuration in force, and where it stands',
    about:
      'Every value with the file and line that it came from, or "default", and every hook that a session merges. What is wrong in a configuration is told as `flow run` tells it.',
    options: {
      json: JSON_OPTION,
      schema: { summary: 'Print the JSON Schema of a configuration instead, for editors' },
    },
    example: 'flow config',
  },
  shell: {
    summary: "Print the line for a shell's rc file",
    about:
      'Prints one line, to be put into the rc file. With it the next prompt, in any folder, puts right what a killed session left. Where nothing is to be done, nothing is started. docs/SHELL.md tells more.',
    // Without one the command proposes the person's own.
    argument: {
      name: 'SHELL',
      isRequired: false,
      summary: 'bash, zsh or fish; without it you are told which is yours',
      completes: SHELLS,
    },
    options: {},
    example: 'flow shell bash >> ~/.bashrc',
  },
  completion: {
    summary: 'Print the script that completes words on Tab',
    about:
      'Prints a script for the shell: commands, options, and the names of agents and sessions. On a terminal it says which file to keep it in; docs/COMPLETION.md tells more.',
    argument: { name: 'SHELL', isRequired: true, summary: 'bash, zsh or fish', completes: SHELLS },
    options: {},
    example: 'flow completion fish | source',
  },
  demo: {
    summary: 'See the whole story on a throw-away repository',
    about:
      'Makes a repository in a temporary folder, runs a stand-in agent, kills it, recovers. Nothing of yours is touched.',
    options: {},
    example: 'flow demo',
  },
  hook: {
    summary: 'What merged hooks call',
    about:
      'session-start tells the agent the memory of the project, notification shows you what the agent says. In an agent that flow did not start they do nothing, and whatever goes wrong in one, its exit code is 0.',
    argument: {
      name: 'EVENT',
      isRequired: true,
      summary: 'session-start, notification',
      completes: ['session-start', 'notification'],
    },
    options: {
      test: { summary: 'With notification: send one to try it out' },
      json: { summary: 'With --test: what came of it, as JSON' },
    },
    example: 'flow hook notification --test',
  },
  prepare: {
    summary: 'What the prepare script calls',
    about: 'Gives a fresh clone its git hooks when packages are installed. Never fails an install.',
    options: {},
    example: 'flow prepare',
  },
  complete: {
    summary: 'What the completions of the shells ask for',
    about: 'Prints one word a line, with a tab and what it is. It runs nothing of this folder.',
    argument: {
      name: 'WHAT',
      isRequired: true,
      summary: 'agents, sessions',
      completes: ['agents', 'sessions'],
    },
    options: {},
    example: 'flow complete agents',
    isHidden: true,
  },
  help: {
    summary: 'What `--help` prints',
    about: 'The same as `flow COMMAND --help`.',
    argument: {
      name: 'COMMAND',
      isRequired: false,
      summary: 'One of the commands',
      completes: 'commands',
    },
    options: {},
    example: 'flow help run',
  },
} as const satisfies Record<string, CommandWords>

export type CommandName = keyof typeof COMMANDS

/** How the list of commands is laid out; what is in no group is called by programs. */
export const GROUPS: readonly (readonly [title: string, names: readonly CommandName[]])[] = [
  ['Run', ['run', 'exec']],
  ['Look', ['status', 'history', 'config']],
  ['Mend', ['recover', 'restore', 'doctor']],
  ['Set up', ['init', 'uninstall', 'shell', 'completion', 'demo']],
  ['Scripts', ['hook', 'prepare']],
]

export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[]

/** Those that people are told of. */
export const VISIBLE_NAMES = COMMAND_NAMES.filter((name) => !wordsOf(name).isHidden)

/** Where no command is typed, and `--help` behind each. */
export const GLOBAL_OPTIONS = {
  help: { short: 'h', summary: 'Show what there is' },
  version: { short: 'v', summary: 'Show the version' },
} as const satisfies Record<string, OptionWords>

export function wordsOf(name: CommandName): CommandWords {
  return COMMANDS[name]
}
