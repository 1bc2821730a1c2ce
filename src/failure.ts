import { inspect } from 'node:util'
import { explain, FlowError, isErrno } from './errors.ts'
import { VERSION } from './version.ts'

/** What fails on a machine though the program is right, wherever it struck. */
const MACHINE_FAILURES = 'EACCES EAGAIN EDQUOT EIO EMFILE ENFILE ENOMEM ENOSPC EPERM EROFS'.split(
  ' ',
)

/** Four lines for an error that a person can act on; everything for a bug. */
export function describeFailure(error: unknown): string {
  const told = isErrno(error, ...MACHINE_FAILURES) ? machineFailure(error) : error
  if (!(told instanceof FlowError)) {
    return `flow: this is a bug in flow ${VERSION}; please report it with the lines below\n${inspect(error)}\n`
  }
  const lines = [`flow: ${told.what}`]
  for (const [label, text] of [
    ['why', told.why],
    ['kept', told.kept],
    ['next', told.next],
  ] as const) {
    if (text !== undefined)
      lines.push(`  ${`${label}:`.padEnd(6)}${text.split('\n').join('\n        ')}`)
  }
  return `${lines.join('\n')}\n`
}

function machineFailure(error: NodeJS.ErrnoException): FlowError {
  const { syscall = 'a system call', path } = error
  return new FlowError({
    code: 'E_IO',
    what: `could not go on: ${syscall} failed`,
    why: path === undefined ? explain(error) : `${explain(error)} at ${path}`,
    kept: 'every backup; a session that is open is put right by recovery',
    next: 'mend that, then try again',
    cause: error,
  })
}
