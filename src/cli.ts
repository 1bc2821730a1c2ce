#!/usr/bin/env node
/** argv -> command; each command is loaded on demand. `main.ts` has the only catch and exit. */
import { dirname } from 'node:path'
import { type CAC, cac } from 'cac'
import { didYouMean } from './config/nearest-name.ts'
import { FlowError } from './errors.ts'
import { main } from './main.ts'
import type { Ending } from './ports/ending.ts'
import type { Ports } from './ports/ports.ts'
import { VERSION } from './version.ts'

/** Commands that hand the words behind `--` on. */
const TAKES_REST = ['run', 'exec']

type Action = (ports: Ports) => Promise<Ending>

/** flow's own package: this file is its dist/cli.cjs. */
const packageFolder = dirname(import.meta.dirname)

void main(async (ports) => {
  const { args } = ports.environment
  // What stands behind the first `--` belongs to the agent, to the letter: no parser sees it.
  const end = args.indexOf('--')
  const own = end === -1 ? args : args.slice(0, end)
  const rest = end === -1 ? null : args.slice(end + 1)
  if (own[0] === 'hook' && !own.includes('--help') && !own.includes('-h')) {
    const { hook } = await import('./commands/hook.ts')
    return { exitCode: hook(ports, own[1] ?? '', own.slice(2)) }
  }
  const action = parse(own, rest)
  return action === null ? { exitCode: 0 } : action(ports)
})

/** Null: help or the version was printed. @throws FlowError E_USAGE */
function parse(own: readonly string[], rest: readonly string[] | null): Action | null {
  const cli = cac('flow')
  let action: Action | null = null
  const acts =
    (make: (...words: never[]) => Action) =>
    (...words: unknown[]) => {
      action = make(...(words as never[]))
    }

  cli
    .command('init', 'Set this repository up: .flowrc, scripts, husky, git hooks')
    .option('--yes', 'Make every change without asking')
    .option('--dry-run', 'Print the changes and make none')
    .action(
      acts((options: { yes?: boolean; dryRun?: boolean }) => async (ports) => {
        const { init } = await import('./commands/init.ts')
        const { yes = false, dryRun = false } = options
        return { exitCode: await init(ports, { yes, dryRun, packageFolder }) }
      }),
    )
  cli
    .command('run [agent]', 'Start an agent in a session; words behind -- are its own')
    .usage('run [AGENT] [--follow-symlinks] [-- ARGS…]')
    .option('--follow-symlinks', 'Allow a settings file that is a link out of the repository')
    .action(
      acts((agent: string | undefined, options: { followSymlinks?: boolean }) => async (ports) => {
        const { run } = await import('./commands/run.ts')
        return run(ports, {
          ...(agent !== undefined && { agentName: agent }),
          args: rest ?? [],
          followSymlinks: options.followSymlinks ?? false,
          packageFolder,
        })
      }),
    )
  cli
    .command('exec', 'Run any command in a session, in this folder')
    .usage('exec [--follow-symlinks] -- CMD [ARGS…]')
    .option('--follow-symlinks', 'Allow a settings file that is a link out of the repository')
    .action(
      acts((options: { followSymlinks?: boolean }) => async (ports) => {
        if (rest === null || rest.length === 0)
          throw usage(
            'exec needs a command',
            'it runs the words behind --',
            'flow exec -- CMD [ARGS…]',
          )
        const { exec } = await import('./commands/run.ts')
        const { followSymlinks = false } = options
        return exec(ports, { command: rest, followSymlinks, packageFolder })
      }),
    )
  cli
    .command('recover', 'Put back what killed sessions left, in every project')
    .option('--quiet', 'For hooks: speak only when something was done, keep out of a rebase')
    .option('--force', 'Also sessions that cannot be judged from here, and missing backups')
    .action(
      acts((options: { quiet?: boolean; force?: boolean }) => async (ports) => {
        const { recover } = await import('./commands/recover.ts')
        const { quiet = false, force = false } = options
        return { exitCode: recover(ports, { quiet, force }) }
      }),
    )
  cli
    .command('status', 'Who is in a session, what is merged, where the backup is')
    .option('--json', 'The same as JSON')
    .action(
      acts((options: { json?: boolean }) => async (ports) => {
        const { status } = await import('./commands/status.ts')
        return { exitCode: status(ports, { json: options.json ?? false }) }
      }),
    )
  cli
    .command('doctor', 'Check set-up and state; each finding with the command that mends it')
    .option('--json', 'The same as JSON')
    .action(
      acts((options: { json?: boolean }) => async (ports) => {
        const { doctor } = await import('./commands/doctor.ts')
        return { exitCode: await doctor(ports, { json: options.json ?? false, packageFolder }) }
      }),
    )
  cli
    .command('hook <event>', 'What merged hooks call: session-start, notification')
    .option('--test', 'With notification: send one to try it out')
    .action(acts(() => async () => ({ exitCode: 0 })))
  cli
    .command('shell [name]', 'Print the line for a shell’s rc file: bash, zsh or fish')
    .usage('shell bash|zsh|fish')
    .action(
      acts((name: string | undefined) => async (ports) => {
        const { shell } = await import('./commands/shell.ts')
        return { exitCode: shell(ports, { name: name ?? '', packageFolder }) }
      }),
    )
  cli.command('prepare', 'What the prepare script calls: install husky; never fails').action(
    acts(() => async (ports) => {
      const { prepare } = await import('./commands/prepare.ts')
      return { exitCode: await prepare(ports, { packageFolder }) }
    }),
  )
  cli
    .command('uninstall', 'Undo init, and keep what you wrote')
    .option('--yes', 'Make every change without asking')
    .option('--dry-run', 'Print the changes and make none')
    .action(
      acts((options: { yes?: boolean; dryRun?: boolean }) => async (ports) => {
        const { uninstall } = await import('./commands/uninstall.ts')
        const { yes = false, dryRun = false } = options
        return { exitCode: await uninstall(ports, { yes, dryRun, packageFolder }) }
      }),
    )
  cli.command('demo', 'The whole story on a throw-away repository').action(
    acts(() => async (ports) => {
      const { demo } = await import('./commands/demo.ts')
      return { exitCode: await demo(ports, { packageFolder }) }
    }),
  )
  cli.version(VERSION)
  cli.help((sections) => [
    // cac's list of every command's --help only repeats the list above it.
    ...sections.filter(({ title }) => title?.startsWith('For more info') !== true),
    {
      title: 'To undo by hand',
      body: '  `flow status` prints, for each open session, the cp or rm that puts a file back.',
    },
  ])
  runParser(cli, own, rest)
  return action
}

function runParser(cli: CAC, own: readonly string[], rest: readonly string[] | null): void {
  try {
    cli.parse(['node', 'flow', ...own], { run: false })
    const isAnswered = cli.options.help === true || cli.options.version === true
    if (isAnswered) return
    if (cli.matchedCommand === undefined) {
      if (own.length > 0) throw unknownCommand(cli, own)
      cli.outputHelp()
      return
    }
    if (rest !== null && !TAKES_REST.includes(cli.matchedCommand.name)) {
      throw usage(
        `${cli.matchedCommand.name} takes no words behind --`,
        `only ${TAKES_REST.join(' and ')} start something that could read them`,
        seeHelp(cli.matchedCommand.name),
      )
    }
    cli.runMatchedCommand()
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'CACError') throw error
    throw badOption(cli, own, error.message)
  }
}

function unknownCommand(cli: CAC, own: readonly string[]): FlowError {
  const word = own.find((one) => !one.startsWith('-')) ?? own[0] ?? ''
  const names = cli.commands.map(({ name }) => name)
  const what = `there is no command "${word}"${didYouMean(word, names)}`
  return usage(what, `flow has ${names.join(', ')}`, seeHelp(''))
}

function badOption(cli: CAC, own: readonly string[], message: string): FlowError {
  const command = cli.matchedCommand?.name ?? ''
  const named = /`(--?[^`]+)`/.exec(message)?.[1] ?? ''
  // cac names an option in camel case, whatever was typed.
  const typed =
    own.map((word) => word.split('=')[0] ?? '').find((word) => camelCase(word) === named) ?? named
  const options = cli.matchedCommand?.options.map(({ name }) => name) ?? []
  const known = options.map(
    (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )
  const forAgent = TAKES_REST.includes(command)
    ? `words for the agent go behind --: \`flow ${command} … -- ${typed} …\`\n`
    : ''
  const what = message.charAt(0).toLowerCase() + message.slice(1).replace(named, typed)
  const has = known.length > 0 ? known.join(', ') : 'no options of its own'
  return usage(
    `${what}${didYouMean(typed, known)}`,
    `flow ${command} has ${has}`,
    forAgent + seeHelp(command),
  )
}

function seeHelp(command: string): string {
  return ['`flow', command, '--help` shows what there is'].filter(Boolean).join(' ')
}

function camelCase(option: string): string {
  return option.replace(/(?<=\w)-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function usage(what: string, why: string, next: string): FlowError {
  const kept = 'nothing was started, nothing was changed'
  return new FlowError({ code: 'E_USAGE', what, why, kept, next, exitCode: 2 })
}
