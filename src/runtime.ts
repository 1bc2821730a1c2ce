/**
 * The self-contained copy in the state directory: what git's clean filter and the shell entries start.
 * It loads no configuration. `runtime-hook.ts` serves merged hooks alone.
 */
import { asTyped } from './commands/as-typed.ts'
import { hook } from './commands/hook/hook.ts'
import { preCommit } from './commands/pre-commit/pre-commit.ts'
import { recover } from './commands/recover/recover.ts'
import { FlowError } from './errors.ts'
import { main } from './main.ts'
import { cleanForGit } from './session/clean.ts'

/** Callers that recovery records in the history. */
const CALLERS = ['git-hook', 'prompt'] as const

void main(async (ports) => {
  const [command, ...args] = ports.environment.args
  if (command === 'hook') return { exitCode: await hook(ports, args[0] ?? '', args.slice(1)) }
  if (command === 'recover') {
    const options = { quiet: args.includes('--quiet'), force: args.includes('--force') }
    const caller = CALLERS.find((one) => args.includes(`--for=${one}`))
    return { exitCode: recover(ports, { ...options, recoveredFor: caller }) }
  }
  if (command === 'clean') {
    const { environment } = ports
    const [stateDirectory = '', path = ''] = args
    environment.print(cleanForGit(ports, stateDirectory, path, environment.readStdin()))
    return { exitCode: 0 }
  }
  if (command === 'pre-commit') return { exitCode: preCommit(ports) }
  throw new FlowError({
    code: 'E_USAGE',
    what: `this copy of flow has no command "${command ?? ''}"`,
    why: 'it serves hooks, git and recovery only',
    next: '`flow --help` in your project shows all that there are',
    exitCode: 2,
  })
}, asTyped)
