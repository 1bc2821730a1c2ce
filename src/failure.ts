import { dirname, resolve } from 'node:path'
import { inspect } from 'node:util'
import { type ErrnoError, explain, FlowError, isErrno } from './errors.ts'
import type { Ports } from './ports/ports.ts'
import { explainOwner } from './state-owner.ts'
import { VERSION } from './version.ts'

/** What fails on a machine though the program is right, wherever it struck. */
const MACHINE_FAILURES = 'EACCES EAGAIN EDQUOT EIO EMFILE ENFILE ENOMEM ENOSPC EPERM EROFS'.split(
  ' ',
)

export interface FailureStyle {
  /** Makes the commands in a sentence such as can be pasted here. */
  readonly typed: (text: string) => string
  readonly red: (text: string) => string
  readonly bold: (text: string) => string
}

const PLAIN: FailureStyle = { typed: String, red: String, bold: String }

/**
 * Up to four lines for an error that a user can act on; everything for a bug.
 * @param ports absent: nothing more can be found out
 */
export function describeFailure(
  error: unknown,
  ports?: Pick<Ports, 'environment' | 'fs'>,
  { typed, red, bold } = PLAIN,
): string {
  const failure = known(error, ports)
  if (!(failure instanceof FlowError)) {
    return `${red('flow:')} this is a bug in flow ${VERSION}; please report it with the lines below\n${inspect(error)}\n`
  }
  const lines = [`${red('flow:')} ${typed(failure.what)}`]
  for (const [label, text] of [
    ['why', failure.why],
    ['kept', failure.kept],
    ['next', failure.next],
  ] as const) {
    if (text === undefined) continue
    const indented = typed(text).split('\n').join('\n        ')
    lines.push(`  ${bold(`${label}:`)}${' '.repeat(5 - label.length)}${indented}`)
  }
  return `${lines.join('\n')}\n`
}

function known(error: unknown, ports?: Pick<Ports, 'environment' | 'fs'>): unknown {
  if (isErrno(error, 'MODULE_NOT_FOUND')) return packageFailure(error)
  const told = isErrno(error, ...MACHINE_FAILURES) ? machineFailure(error) : error
  return told instanceof FlowError && ports !== undefined ? explainOwner(ports, told) : told
}

/** Node did not find a file of flow's own package: an install removes it for a while. */
function packageFailure(error: Error & { requireStack?: readonly string[] }): FlowError {
  const [, name = ''] = /'(.+)'/.exec(error.message) ?? []
  const [from = ''] = error.requireStack ?? []
  return new FlowError({
    code: 'E_PACKAGE',
    what: `could not read flow's own file ${resolve(dirname(from), name)}`,
    why: 'no such file or directory (ENOENT)',
    kept: 'nothing was changed, and nothing was started',
    next: 'install the packages again (`npm ci`; wait for one that is under way), then try again',
    cause: error,
  })
}

function machineFailure(error: ErrnoError): FlowError {
  const { syscall = 'a system call', path } = error
  return new FlowError({
    code: 'E_IO',
    what: `could not go on: ${syscall} failed`,
    why: path === undefined ? explain(error) : `${explain(error)} at ${path}`,
    kept: 'every backup; recovery restores a session that is open',
    next: 'fix that, then try again',
    cause: error,
  })
}
