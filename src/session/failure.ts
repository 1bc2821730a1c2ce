import { explain, FlowError, isErrno } from '../errors.ts'
import { shellWord } from '../shell-word.ts'

/** A system error that no step expected: a disk that fails, a folder whose rights were taken away. */
export function unexpectedFailure(purpose: string, error: unknown): FlowError {
  const path = error instanceof Error && 'path' in error ? ` at ${error.path}` : ''
  return new FlowError({
    code: 'E_IO',
    what: `could not ${purpose} the session`,
    why: `${explain(error)}${path}`,
    kept: 'every backup; recovery finishes or rolls back what was begun',
    next: 'fix that, then run `flow recover`',
    cause: error,
  })
}

/**
 * The command that closes the session of one project, whatever is known of its processes.
 * @param path of the project; where that is not known, its directory in the state directory
 */
export function forceRecovery(path: string): string {
  return `flow recover --force ${shellWord(path)}`
}

/** A file of the user's that could not be changed. `name` is for people. */
export function couldNotWrite(name: string, keepFolder: string, error: unknown): FlowError {
  return new FlowError({
    code: 'E_WRITE',
    what: `could not write ${name}`,
    why: explain(error),
    kept: `the file as it is, and the backup in ${keepFolder}`,
    next: isErrno(error, 'ENOSPC', 'EDQUOT')
      ? 'make room on the disk, then run `flow recover`'
      : 'fix that, then run `flow recover`',
    cause: error,
  })
}
