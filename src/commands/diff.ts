/** A unified diff without line numbers, for people. */
import { diffArrays } from 'diff'
import type pc from 'picocolors'
import { printable } from './columns.ts'

const CONTEXT = 2
/** Two long files that have little in common would take seconds; then all is taken for replaced. */
const TIMEOUT_MS = 1_000

/**
 * What is added and removed, with two lines around it.
 * @param before null: there is no such file; so with `after`
 */
export function diff(name: string, before: string | null, after: string | null): string {
  const [old, fresh] = [toLines(before), toLines(after)]
  const changes = diffArrays(old, fresh, { timeout: TIMEOUT_MS }) ?? [
    { removed: true, added: false, value: old },
    { removed: false, added: true, value: fresh },
  ]
  const lines = changes.flatMap(({ added, removed, value }) =>
    value.map((text) => `${added ? '+' : removed ? '-' : ' '}${text}`),
  )
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((line) => !line.startsWith(' ')),
  )
  const body = lines.flatMap((line, at) => {
    if (!isNear[at]) return []
    return isNear[at - 1] === false ? ['@@', line] : [line]
  })
  const [from, to] = [before, after].map((text) => (text === null ? '/dev/null' : name))
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

function toLines(text: string | null): string[] {
  if (text === null) return []
  const lines = text.replace(/\r\n/g, '\n').split('\n')
  // What every text should end in makes no line of its own; its absence does.
  if (lines.at(-1) === '') return lines.slice(0, -1)
  return [...lines, '\\ no newline at the end']
}
