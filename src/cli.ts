/**
 * argv -> command, loaded on demand. What `run` imports is whole before its agent starts, since `npm ci`
 * may remove the package while the agent runs.
 */
import { dirname } from 'node:path'
import { splitAtDashes } from './command-line/definition.ts'
import { asTyped, ownName } from './commands/as-typed.ts'
import { hasColors } from './commands/colors.ts'
import { isSwitchedOff } from './flow-switch.ts'
import { main } from './main.ts'
import type { Ending } from './ports/ending.ts'
import type { Ports } from './ports/ports.ts'
import { terminalWidth } from './ports/terminal-width.ts'
import { VERSION } from './version.ts'

/** flow's own package: this file is bundled in its dist/. */
const packageDirectory = dirname(import.meta.dirname)
const MAX_COLUMNS = 80

void main(async (ports) => {
  const { args, cwd, nodePath, variables } = ports.environment
  // An agent waits for a hook: past the parser, and an unknown word is no reason to fail.
  if (args[0] === 'hook' && !asksForHelp(args)) {
    const { hook, isTest } = await import('./commands/hook/hook.ts')
    const [, event = '', ...words] = args
    if (!isTest(event, words)) return { exitCode: await hook(ports, event, words) }
  }
  ports.log('cli', `flow ${VERSION} by ${nodePath}, in ${cwd}: ${args[0] ?? 'no arguments'}`)
  if (isSwitchedOff(variables)) {
    ports.log('cli', `FLOW=${variables.FLOW} is set: hooks and merging are off`)
  }
  return runCommand(ports)
}, asTyped)

function asksForHelp(args: readonly string[]): boolean {
  const { own } = splitAtDashes(args)
  return own.includes('--help') || own.includes('-h')
}

async function runCommand(ports: Ports): Promise<Ending> {
  const { environment } = ports
  const { parseCommandLine } = await import('./command-line/parse.ts')
  const { COMMANDS } = await import('./commands/load.ts')
  const parsed = await parseCommandLine(environment.args, COMMANDS, {
    version: VERSION,
    program: () => ownName(ports),
    columns: () => Math.min(terminalWidth() ?? MAX_COLUMNS, MAX_COLUMNS),
    hasColors: () => hasColors(environment),
  })
  if (parsed.kind === 'text') {
    environment.print(parsed.text)
    return { exitCode: 0 }
  }
  const ending = await parsed.command.run(ports, parsed.values, packageDirectory)
  return typeof ending === 'number' ? { exitCode: ending } : ending
}
