import { headOf, tailOf } from './cut.ts'

export interface NamedText {
  /** As the person knows it, e.g. `memory/2026-01-31.md`. */
  readonly name: string
  readonly text: string
}

export interface MemoryParts {
  readonly memory: NamedText | null
  readonly logs: readonly NamedText[]
  /** One line each: what could not be read. */
  readonly notes?: readonly string[]
  /** Most UTF-16 units of the result. */
  readonly cap: number
}

interface Section extends NamedText {
  readonly keeps: 'head' | 'tail'
}

// Begins with a heading: an agent takes output that begins like JSON for commands to itself.
const TITLE = '# Project memory'

/**
 * What an agent is told when it starts: each text under a heading with its name; `''` when there is
 * nothing to tell. Where all of it is too long the texts get fair shares: what one does not need
 * goes to the others. Memory keeps its beginning, logs keep their end, where they grow.
 */
export function composeMemory({ memory, logs, notes = [], cap }: MemoryParts): string {
  const all: Section[] = [
    ...(memory === null ? [] : [{ ...memory, keeps: 'head' as const }]),
    ...logs.map((log) => ({ ...log, keeps: 'tail' as const })),
  ]
  const sections = all
    .map((section) => ({ ...section, text: section.text.trimEnd() }))
    .filter(({ text }) => text !== '')
  if (sections.length === 0 && notes.length === 0) return ''

  const blocks = [TITLE, ...sections.map(({ name }) => `## ${name}\n\n`), ...notes]
  const shares = fairShares(
    sections.map(({ text }) => text.length),
    cap - blocks.join('\n\n').length,
  )
  for (const [at, section] of sections.entries())
    blocks[at + 1] += shorten(section, shares[at] ?? 0)
  // Only names or notes of absurd length can still be too much.
  return headOf(blocks.join('\n\n'), cap)
}

/** The smallest needs are met first; who needs more shares what is then left. */
function fairShares(needs: readonly number[], total: number): number[] {
  const shares = needs.map(() => 0)
  let left = Math.max(0, total)
  let waiting = needs.length
  for (const [at, need] of [...needs.entries()].sort(([, a], [, b]) => a - b)) {
    const share = Math.min(need, Math.floor(left / waiting))
    shares[at] = share
    left -= share
    waiting -= 1
  }
  return shares
}

/** The text in at most so many units; when it is cut, with a line that says so. */
function shorten({ name, text, keeps }: Section, units: number): string {
  if (text.length <= units) return text
  const notice = (cut: number) =>
    `[flow left out the ${keeps === 'head' ? 'last' : 'first'} ${cut} characters: read ${name}]`
  const room = units - notice(text.length).length - 1
  const kept = keeps === 'head' ? headOf(text, room) : tailOf(text, room)
  const line = notice(text.length - kept.length)
  return keeps === 'head' ? `${kept}\n${line}` : `${line}\n${kept}`
}
