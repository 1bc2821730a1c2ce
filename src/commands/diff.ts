/** Unified diffs without line numbers, for people. */
import { structuredPatch } from 'diff'
import type pc from 'picocolors'
import { printable } from './columns.ts'

const OPTIONS = { context: 2, stripTrailingCr: true }
/** Two long files that have little in common would take seconds; then all is shown as replaced. */
const TIMEOUT_MS = 1_000

/**
 * What is added and removed, with two lines around it.
 * @param before null: there is no such file; so with `after`
 */
export function diff(name: string, before: string | null, after: string | null): string {
  const [old, fresh] = [before ?? '', after ?? '']
  const patch = structuredPatch(name, name, old, fresh, '', '', { ...OPTIONS, timeout: TIMEOUT_MS })
  const hunks = patch?.hunks ?? [
    ...structuredPatch(name, name, old, '', '', '', OPTIONS).hunks,
    ...structuredPatch(name, name, '', fresh, '', '', OPTIONS).hunks,
  ]
  const [from, to] = [before, after].map((text) => (text === null ? '/dev/null' : name))
  const body = hunks.flatMap(({ oldStart, lines }) => (oldStart > 1 ? ['@@', ...lines] : lines))
  return [`--- ${from}`, `+++ ${to}`, ...body, ''].join('\n')
}

/** The same in colour; what a file contains cannot draw on the terminal. */
export function paintDiff(text: string, { red, green, cyan }: ReturnType<typeof pc.createColors>) {
  const paint = (line: string, at: number) => {
    const safe = line.split('\t').map(printable).join('\t')
    if (at < 2 || line === '@@') return cyan(safe)
    if (line.startsWith('-')) return red(safe)
    return line.startsWith('+') ? green(safe) : safe
  }
  return text.split('\n').map(paint).join('\n')
}
