/**
 * What the domain may ask of the outside world, as types only: `session/`, `git/`, `hooks/`,
 * `config/` import this file and nothing of Node's I/O. The real ones stand beside it, `cli.ts`
 * and `runtime.ts` build them once, tests pass their own.
 */
import type { Clock } from './clock.ts'
import type { Commands } from './commands.ts'
import type { Environment } from './environment.ts'
import type { FileSystem } from './file-system.ts'
import type { Log } from './log.ts'
import type { Processes } from './processes.ts'

/** All that the session protocol needs; every call is synchronous. */
export interface ProtocolPorts {
  readonly fs: FileSystem
  readonly processes: Processes
  readonly clock: Clock
  /** Runs git, where a session is in a repository. */
  readonly commands: Commands
  /** What git is to see of the environment. */
  readonly environment: Pick<Environment, 'variables'>
  readonly log: Log
}

export interface Ports extends ProtocolPorts {
  readonly environment: Environment
}
