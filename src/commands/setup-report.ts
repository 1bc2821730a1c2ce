/** How a plan reads: the question, the diff and the report, the same for `init` and `uninstall`. */
import { terminalWidth } from '../ports/terminal-width.ts'
import type { Edit, Topic } from '../setup/step.ts'
import { wrap } from './columns.ts'
import { diff } from './diff.ts'

const TOPICS: readonly Topic[] = ['hooks', 'configuration', 'package.json', 'state']

/** One question for each kind of change that is planned. */
export function questions(edits: readonly Edit[]): { topic: Topic; question: string }[] {
  return TOPICS.flatMap((topic) => {
    const own = edits.filter((edit) => edit.topic === topic)
    return own.length === 0 ? [] : [{ topic, question: questionOf(own) }]
  })
}

function questionOf(edits: readonly Edit[]): string {
  const orderOf = (edit: Edit) => (edit.kind === 'file' ? 1 : edit.order)
  const phrases = new Map<string, string[]>()
  for (const edit of edits.toSorted((a, b) => orderOf(a) - orderOf(b))) {
    const names = phrases.get(edit.asks) ?? []
    phrases.set(edit.asks, edit.kind === 'file' ? [...names, edit.file.name] : names)
  }
  const parts = [...phrases].map(([asks, names]) => asks.replace('%', () => listed(names)))
  const text = parts.filter((part) => part !== '').join(', and ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}?`
}

/** `a, b and c` */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' and ')
}

/** What `--dry-run` prints. */
export function preview(edits: readonly Edit[]): string {
  return TOPICS.flatMap((topic) => edits.filter((edit) => edit.topic === topic))
    .filter((edit) => edit.kind === 'file' || edit.preview !== '')
    .map((edit) => {
      if (edit.kind === 'action') return edit.preview
      return diff(edit.file.name, edit.file.bytes, edit.after)
    })
    .join('\n')
}

export interface Report {
  readonly heading: string
  readonly edits: readonly Edit[]
  readonly notes: readonly string[]
  readonly next: readonly string[]
  /** The command that takes it back; absent: there is none. */
  readonly undo?: string
}

/** What was done, what was kept, what comes next. */
export function report({ heading, edits, notes, next, undo }: Report): string {
  const rows = edits.flatMap(rowsOf)
  const width = Math.max(...rows.map(([title]) => title.length))
  return [
    heading,
    ...rows.map(([title, why]) => `  ${title.padEnd(width)}   ${why}`),
    ...notes.map(noteLine),
    ...next.map((line, at) => (at === 0 ? 'next: ' : '      ') + line),
    ...(undo === undefined ? [] : [`undo: ${undo}`]),
    '',
  ].join('\n')
}

/** What was kept, or is left to the user; wrapped for a terminal, but for lines to be copied. */
export function noteLine(note: string): string {
  const columns = (terminalWidth() ?? Number.POSITIVE_INFINITY) - '  '.length
  return `note: ${note}`
    .split('\n')
    .flatMap((line) => (line.startsWith(' ') ? [line] : wrap(line, columns)))
    .map((line, at) => (at === 0 || line.startsWith(' ') ? line : `  ${line}`))
    .join('\n')
}

function rowsOf(edit: Edit): readonly (readonly [string, string])[] {
  if (edit.kind === 'action') return edit.rows
  const { file, after, why } = edit
  const change = after === null ? ' (removed)' : file.bytes === null ? ' (new)' : ''
  return [[file.name + change, why]]
}
