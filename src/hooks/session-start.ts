import { isAbsolute, join, relative, sep } from 'node:path'
import { explain, isErrno } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { composeMemory, type NamedText } from './compose-memory.ts'

/** What the client passes on whole, in UTF-16 units; of more it shows the model a small preview. */
const CLIENT_CAP = 10_000

/** Nobody's memory is that long; a file that is cannot be read in the time a hook has. */
const LARGEST_BYTES = 5 * 1024 * 1024

type Reading =
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly note: string }

export interface MemoryNames {
  /** Relative to the project root, as in the configuration; undefined: none. */
  readonly memory?: string | undefined
  /** Folder of the daily logs. */
  readonly logs?: string | undefined
}

/**
 * What to tell an agent that starts in the project `root`; `''` when there is nothing. Reads the
 * memory and the logs of today and yesterday; what cannot be read becomes a line of the answer.
 * @param first what goes before the memory, whole: it begins with a heading and is short
 */
export function sessionStart(
  { fs, clock }: Pick<Ports, 'fs' | 'clock'>,
  root: string,
  { memory, logs }: MemoryNames,
  first = '',
): string {
  const now = clock.now()
  const logNames =
    logs === undefined ? [] : [0, 1].map((ago) => `${logs}/${dayBefore(now, ago)}.md`)
  const memoryReading = memory === undefined ? undefined : read(fs, root, memory)
  const logReadings = logNames.map((name) => read(fs, root, name))
  const all = [memoryReading, ...logReadings]
  const before = first === '' ? '' : `${first}\n\n`
  const remembered = composeMemory({
    memory: memoryReading?.kind === 'text' ? memoryReading : null,
    logs: logReadings.filter((reading): reading is Reading & NamedText => reading.kind === 'text'),
    notes: all.flatMap((reading) => (reading?.kind === 'refused' ? [reading.note] : [])),
    // One unit is for the line break that ends the output.
    cap: CLIENT_CAP - 1 - before.length,
  })
  return remembered === '' ? first : before + remembered
}

/** `2026-01-31`, by the local calendar: a day is what the person calls a day. */
function dayBefore(now: Date, days: number): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`
}

function read(fs: Ports['fs'], root: string, name: string): Reading {
  const refused = (why: string): Reading => ({
    kind: 'refused',
    note: `[flow did not read ${name}: ${why}]`,
  })
  try {
    const path = fs.realPath(join(root, name))
    // A repository from elsewhere could otherwise have a person's private files told to an agent.
    if (!isWithin(fs.realPath(root), path)) return refused('it leads out of the project')
    const { kind, size } = fs.facts(path)
    if (kind !== 'file') return refused('it is not a file')
    if (size > LARGEST_BYTES) return refused('it is larger than 5 MB')
    return { kind: 'text', name, text: decode(fs.readFile(path)) }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return { kind: 'absent' }
    return refused(error instanceof TypeError ? 'it is not UTF-8 text' : explain(error))
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** @throws TypeError when it is no text */
function decode(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  if (text.includes('\0')) throw new TypeError('a NUL character')
  return text
}
