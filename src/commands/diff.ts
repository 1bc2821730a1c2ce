/** Unified diffs without line numbers, for people. */
import { structuredPatch } from 'diff'
import pc from 'picocolors'
import type { Environment } from '../ports/environment.ts'
import { hasColors } from './colors.ts'
import { printable } from './columns.ts'

const OPTIONS = { context: 2, stripTrailingCr: true }
/** Two long files that have little in common would take seconds; then all is shown as replaced. */
const TIMEOUT_MS = 1_000

/**
 * What is added and removed, with two lines around it.
 * @param before null: there is no such file; so with `after`
 */
export function diff(name: string, before: Uint8Array | null, after: Uint8Array | null): string {
  const [old, fresh] = [textOf(before), textOf(after)]
  const patch = structuredPatch(name, name, old, fresh, '', '', { ...OPTIONS, timeout: TIMEOUT_MS })
  const hunks = patch?.hunks ?? [
    ...structuredPatch(name, name, old, '', '', '', OPTIONS).hunks,
    ...structuredPatch(name, name, '', fresh, '', '', OPTIONS).hunks,
  ]
  const body = hunks.flatMap(({ oldStart, lines }) => (oldStart > 1 ? ['@@', ...lines] : lines))
  if (before && after && hunks.length === 0 && Buffer.compare(before, after) !== 0) {
    body.push('only line ends or bytes that are no text differ')
  }
  const [from, to] = [before, after].map((bytes) => (bytes === null ? '/dev/null' : name))
  return [`--- ${from}`, `+++ ${to}`, ...body, ''].join('\n')
}

function textOf(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString('utf8')
}

/** The same in colour; what a file contains cannot draw on the terminal. */
export function paintDiff(environment: Environment, text: string): string {
  const { red, green, cyan } = pc.createColors(hasColors(environment))
  const paint = (line: string, at: number) => {
    const safe = line.split('\t').map(printable).join('\t')
    if (at < 2 || line === '@@') return cyan(safe)
    if (line.startsWith('-')) return red(safe)
    return line.startsWith('+') ? green(safe) : safe
  }
  return text.split('\n').map(paint).join('\n')
}
