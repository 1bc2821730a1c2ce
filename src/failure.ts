import { inspect } from 'node:util'
import { FlowError } from './errors.ts'
import { VERSION } from './version.ts'

/** Four lines for an error that a person can act on; everything for a bug. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof FlowError)) {
    return `flow: this is a bug in flow ${VERSION}; please report it with the lines below\n${inspect(error)}\n`
  }
  const lines = [`flow: ${error.what}`]
  for (const [label, text] of [
    ['why', error.why],
    ['kept', error.kept],
    ['next', error.next],
  ] as const) {
    if (text !== undefined)
      lines.push(`  ${`${label}:`.padEnd(6)}${text.split('\n').join('\n        ')}`)
  }
  return `${lines.join('\n')}\n`
}
