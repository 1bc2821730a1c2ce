import { dirname, join } from 'node:path'
import { FlowError } from '../../errors.ts'
import { findExecutable } from '../../ports/find-executable.ts'
import type { Ports } from '../../ports/ports.ts'
import { fillScratch, makeScratch, removeScratch, type ScratchFile } from '../../ports/scratch.ts'
import { openShell, type Shell } from '../../ports/shell.ts'
import { shellWord } from '../../shell-word.ts'

/** Where the story happens. */
export interface Scene {
  readonly ports: Ports
  /** Absolute; the HOME of everything that is run, and all that the story writes to. */
  readonly home: string
  /** The repository: `<home>/team`. */
  readonly team: string
  /** Runs in the repository. */
  readonly shell: Shell
}

export const OWN_WORDS = 'my own hook'
export const TEAM_WORDS = 'test before you commit'

/** A person's: tabs, odd blanks, a hook of their own, no newline at the end. */
export const SETTINGS = [
  '{',
  '\t"permissions": {"deny": ["WebFetch"]},',
  '\t"hooks" : { "SessionStart": [',
  `\t\t{"hooks": [ {"type": "command", "command": "echo ${OWN_WORDS}"} ]}]}`,
  '}',
].join('\n')

/** A copy of it in the home, out of everybody's way. */
export const ORIGINAL = 'settings.original'

/** Part of a .flowrc. */
export const TEAM_HOOK = `hooks:
  SessionStart:
    - hooks: [{ type: command, command: echo ${TEAM_WORDS} }]`

export const MEMORY = 'We release on Thursdays.'
export const LOG = 'The login test fails on slow machines: raise its timeout.'

/** Of every agent: one that is told apart from everything that could go wrong. */
export const EXIT_CODE = 3

/** Longest wait for one thing. */
export const LIMIT_MS = 20_000

/**
 * Makes the folder and what a team and a person have in it before flow comes. Everything that runs
 * there has that folder for its home, and of the variables round us it gets PATH and TZ alone.
 * @throws FlowError E_DEMO_NEEDS, E_SCRATCH: nothing is left behind
 */
export function setScene(ports: Ports, packageFolder: string): Scene {
  const { nodePath, variables } = ports.environment
  // npm lies beside node; a version manager's stand-in for it would look for its files in HOME.
  const path = [dirname(nodePath), variables.PATH ?? '/usr/bin:/bin'].join(':')
  for (const name of ['git', 'npm']) {
    if (findExecutable(name, '/', path) === null) throw missing(name)
  }
  const home = makeScratch('flow-demo')
  try {
    fillScratch(home, filesOf(ports, packageFolder))
  } catch (error) {
    removeScratch(home)
    throw error
  }
  const team = join(home, 'team')
  const env = environmentIn(home, path, variables.TZ)
  return { ports, home, team, shell: openShell({ cwd: team, env, limitMs: LIMIT_MS }) }
}

export function readSettings({ ports, team }: Scene): string {
  return ports.fs.readFile(join(team, '.claude/settings.json')).toString('utf8')
}

function environmentIn(home: string, path: string, timeZone: string | undefined) {
  return {
    HOME: home,
    FLOW_HOME: join(home, '.sylphx-flow'),
    TMPDIR: join(home, 'tmp'),
    PATH: `${join(home, 'bin')}:${path}`,
    ...(timeZone !== undefined && { TZ: timeZone }),
    STAND_IN_EXIT: String(EXIT_CODE),
    LC_ALL: 'C',
    NO_COLOR: '1',
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    npm_config_globalconfig: join(home, 'npmrc'),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
}

function filesOf(ports: Ports, packageFolder: string): Record<string, ScratchFile> {
  const agent = [
    ports.environment.nodePath,
    join(packageFolder, 'templates/stand-in-agent.mjs'),
  ].map(shellWord)
  return {
    '.gitconfig': GIT_CONFIGURATION,
    'bin/claude': { program: `#!/bin/sh\nexec ${agent.join(' ')} "$@"\n` },
    'tmp/.keep': '',
    [ORIGINAL]: SETTINGS,
    'team/package.json': '{\n  "name": "team",\n  "private": true\n}\n',
    'team/.gitignore': 'node_modules\n',
    'team/.claude/settings.json': SETTINGS,
    'team/MEMORY.md': `${MEMORY}\n`,
    [`team/memory/${localDay(ports.clock.now())}.md`]: `${LOG}\n`,
    // As after `npm install --save-dev flow-agent`.
    'team/node_modules/flow-agent': { link: packageFolder },
    'team/node_modules/.bin/flow': { link: '../flow-agent/dist/cli.cjs' },
  }
}

// Without gc, which would go on in the background.
const GIT_CONFIGURATION = `[user]
	name = Demo
	email = demo@example.invalid
[init]
	defaultBranch = main
[gc]
	auto = 0
`

/** `2026-01-31`, by the local calendar, as daily logs are named. */
function localDay(now: Date): string {
  const shifted = new Date(now.getTime() - now.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 10)
}

function missing(name: string): FlowError {
  return new FlowError({
    code: 'E_DEMO_NEEDS',
    what: `the demo needs ${name}`,
    why: `there is no program \`${name}\` on PATH`,
    kept: 'nothing was changed',
    next: `install ${name}, then run \`flow demo\` again`,
  })
}
