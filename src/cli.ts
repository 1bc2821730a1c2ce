/**
 * argv -> command; each command is loaded on demand. What `run` imports is whole before its agent starts,
 * since `npm ci` may remove the package while the agent runs.
 */
import { dirname } from 'node:path'
import type { CommandName } from './command-line/definition.ts'
import { asksForHelp, type Call, parseCommandLine } from './command-line/parse.ts'
import { asTyped, ownName } from './commands/as-typed.ts'
import type { CompletedShell } from './commands/completion.ts'
import type { ShellName } from './commands/shell/snippet.ts'
import { isSwitchedOff } from './flow-switch.ts'
import { main } from './main.ts'
import type { Ending } from './ports/ending.ts'
import type { Ports } from './ports/ports.ts'
import { VERSION } from './version.ts'

type Action<Name extends CommandName> = (ports: Ports, call: Call<Name>) => Promise<Ending>

/** flow's own package: this file is its dist/cli.cjs. */
const packageFolder = dirname(import.meta.dirname)

const ACTIONS: { readonly [Name in CommandName]: Action<Name> } = {
  async init(ports, { options }) {
    const { init } = await import('./commands/init/init.ts')
    const { yes, 'dry-run': dryRun, quiet } = options
    return { exitCode: await init(hushed(ports, quiet), { yes, dryRun, packageFolder }) }
  },
  async run(ports, { options, argument, rest }) {
    const { run } = await import('./commands/run/run.ts')
    return run(hushed(ports, options.quiet), {
      ...(argument !== undefined && { agentName: argument }),
      args: rest ?? [],
      followSymlinks: options['follow-symlinks'],
      dryRun: options['dry-run'],
      packageFolder,
    })
  },
  async exec(ports, { options, rest }) {
    const { exec } = await import('./commands/run/run.ts')
    const { quiet, 'follow-symlinks': followSymlinks } = options
    const command = rest ?? []
    return exec(hushed(ports, quiet), { command, followSymlinks, packageFolder })
  },
  async recover(ports, { options, argument: path }) {
    const { recover } = await import('./commands/recover/recover.ts')
    return { exitCode: recover(ports, { ...options, path }) }
  },
  async status(ports, { options }) {
    const { status } = await import('./commands/status/status.ts')
    return status(ports, options)
  },
  async history(ports, { options }) {
    const { history } = await import('./commands/history/history.ts')
    return { exitCode: history(ports, options) }
  },
  async restore(ports, { argument = '', options }) {
    const { restore } = await import('./commands/restore/restore.ts')
    const { yes, 'dry-run': dryRun, quiet } = options
    return { exitCode: await restore(hushed(ports, quiet), { session: argument, yes, dryRun }) }
  },
  async doctor(ports, { options }) {
    const { doctor } = await import('./commands/doctor/doctor.ts')
    return { exitCode: await doctor(ports, { ...options, packageFolder }) }
  },
  async config(ports, { options }) {
    const { config } = await import('./commands/config/config.ts')
    return { exitCode: await config(ports, { ...options, packageFolder }) }
  },
  async complete(ports, { argument }) {
    const { complete } = await import('./commands/complete.ts')
    return { exitCode: await complete(ports, argument === 'sessions' ? 'sessions' : 'agents') }
  },
  async completion(ports, { argument }) {
    const { completion } = await import('./commands/completion.ts')
    // The parser lets no other word pass.
    return { exitCode: completion(ports, { shell: argument as CompletedShell, packageFolder }) }
  },
  async shell(ports, { argument }) {
    const { shell } = await import('./commands/shell/shell.ts')
    // As above; undefined where none was typed.
    return { exitCode: shell(ports, { name: argument as ShellName | undefined, packageFolder }) }
  },
  async uninstall(ports, { options }) {
    const { uninstall } = await import('./commands/uninstall/uninstall.ts')
    const { yes, 'dry-run': dryRun, quiet } = options
    return { exitCode: await uninstall(hushed(ports, quiet), { yes, dryRun, packageFolder }) }
  },
  async prepare(ports) {
    const { prepare } = await import('./commands/prepare/prepare.ts')
    return { exitCode: await prepare(ports, { packageFolder }) }
  },
  async demo(ports) {
    const { demo } = await import('./commands/demo/demo.ts')
    return { exitCode: await demo(ports, { packageFolder }) }
  },
  async hook(ports, { options }) {
    // Whatever is not typed to try one out went past the parser.
    const { testNotification } = await import('./commands/hook/test-notification.ts')
    return { exitCode: await testNotification(ports, options) }
  },
  help: (ports) => printHelp(ports, null),
}

void main(async (ports) => {
  const { args } = ports.environment
  // An agent waits for it: past the parser, and an unknown word is no reason to fail. Not so a person.
  if (args[0] === 'hook' && !asksForHelp(args)) {
    const { hook, isTest } = await import('./commands/hook/hook.ts')
    const [, event = '', ...words] = args
    if (!isTest(event, words)) return { exitCode: await hook(ports, event, words) }
  }
  const parsed = parseCommandLine(args)
  const { cwd, nodePath, variables } = ports.environment
  ports.log('cli', `flow ${VERSION} by ${nodePath}, in ${cwd}: ${args[0] ?? 'nothing typed'}`)
  if (isSwitchedOff(variables)) {
    ports.log('cli', `FLOW=${variables.FLOW} is set: hooks and merging are off`)
  }
  if (parsed.kind === 'version') {
    ports.environment.print(`flow ${VERSION}\n`)
    return { exitCode: 0 }
  }
  if (parsed.kind === 'help') return printHelp(ports, parsed.command)
  const act = ACTIONS[parsed.call.name] as Action<CommandName>
  return act(ports, parsed.call)
}, asTyped)

async function printHelp(ports: Ports, command: CommandName | null): Promise<Ending> {
  const { helpPage } = await import('./command-line/help.ts')
  const { terminalWidth } = await import('./ports/terminal-width.ts')
  const { print, variables } = ports.environment
  // As the person's own shell has it, whatever is in it.
  const home = variables.FLOW_HOME ? '"$FLOW_HOME"' : undefined
  print(helpPage(VERSION, command, terminalWidth(), ownName(ports), home))
  return { exitCode: 0 }
}

/** Under `--quiet` flow says nothing of its own but errors; an answer that was asked for stays. */
function hushed(ports: Ports, isQuiet: boolean): Ports {
  return isQuiet ? { ...ports, environment: { ...ports.environment, isQuiet } } : ports
}
