/**
 * One step of one process: its next operation, and no more.
 *
 * Code cannot be stopped between two synchronous calls, so it runs again from its start each time.
 * What it has seen before comes from its log, the next operation is done for real, and at the one
 * after that it is thrown out. It sees nothing but what its ports tell: the log is its whole state.
 */
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import type { ProcessSight } from '../../src/ports/processes.ts'
import { memoryFiles, type Tree } from './memory-files.ts'
import { HABITAT } from './world.ts'

/** Something to do from beginning to end. `meet` is called while it is inside of what it guards. */
export type Errand = (ports: ProtocolPorts, meet: () => void) => void

/** What one operation gave. */
export type Seen = { readonly text: string } & (
  | { readonly value: unknown }
  | { readonly error: unknown }
)

export interface Turn {
  /** Null: it came to its end without another operation. */
  readonly seen: Seen | null
  readonly kind: 'operation' | 'sleep' | 'meet' | 'part' | 'end'
  /** What it failed with at its end. */
  readonly failure: unknown
}

/** One for all: made anew each time, its stack would be most of the work. */
const THROWN_OUT = new Error("it is another process's turn")

export interface Seat {
  readonly fs: FileSystem
  readonly look: (pid: number) => ProcessSight
  readonly pid: number
  /** Its random texts are made of it: another one for every errand of every process. */
  readonly seed: number
  readonly tornListings: boolean
}

export function takeTurn(errand: Errand, log: readonly Seen[], seat: Seat): Turn {
  let position = 0
  let drawn = 0
  let isThrownOut = false
  let seen: Seen | null = null
  let kind: Turn['kind'] = 'end'

  const once = (text: string, action: () => unknown, as: Turn['kind'] = 'operation'): unknown => {
    const past = log[position]
    position += 1
    if (past !== undefined) return again(past)
    if (seen !== null) {
      // Whoever catches this one is thrown out by whatever he tries next.
      isThrownOut = true
      throw THROWN_OUT
    }
    kind = as
    seen = see(text, action)
    return again(seen)
  }
  const operations = Object.entries(seat.fs).map(([name, operation]) => [
    name,
    (...args: unknown[]) => {
      const words = [name, ...args.filter((arg) => typeof arg === 'string')].join(' ')
      const action = () => (operation as Operation)(...args)
      if (name !== 'list' || !seat.tornListings) return once(words, action)
      const early = once(`${words} begins`, action) as string[]
      const late = once(`${words} ends`, action) as string[]
      return early.filter((entry) => late.includes(entry))
    },
  ])
  const ports: ProtocolPorts = {
    fs: Object.fromEntries(operations) as FileSystem,
    processes: {
      pid: seat.pid,
      habitat: HABITAT,
      look(pid) {
        if (pid === seat.pid) return seat.look(pid)
        return once(`look ${pid}`, () => seat.look(pid)) as ProcessSight
      },
    },
    clock: {
      now: () => new Date(Date.UTC(2026, 0, 1)),
      monotonicMs: () => 0,
      sleepMs: () => void once('sleep', () => null, 'sleep'),
      randomHex(byteCount) {
        drawn += 1
        return (seat.seed * 100 + drawn).toString(16).padStart(byteCount * 2, '0')
      },
    },
    log: () => undefined,
  }
  const meet = () => {
    once('meets', () => null, 'meet')
    once('parts', () => null, 'part')
  }
  try {
    errand(ports, meet)
  } catch (error) {
    if (!isThrownOut) return { seen, kind: 'end', failure: error }
  }
  return { seen, kind: isThrownOut ? kind : 'end', failure: undefined }
}

/** The files when somebody has done the errand and is gone. */
export function treeAfter(errand: Errand): Tree {
  const files = memoryFiles()
  const look = () => ({ kind: 'running', startTime: '9' }) as const
  const seat = { fs: files.fs, look, pid: 9, seed: 9, tornListings: false }
  for (let log: Seen[] = []; ; ) {
    const { kind, seen } = takeTurn(errand, log, seat)
    if (kind === 'end' || seen === null) return files.tree()
    log = [...log, seen]
  }
}

type Operation = (...args: unknown[]) => unknown

function see(words: string, action: () => unknown): Seen {
  try {
    const value = action()
    const shown = value instanceof Buffer ? value.toString() : JSON.stringify(value)
    return { text: `${words} -> ${shown ?? 'done'}`, value }
  } catch (error) {
    return { text: `${words} -> ${(error as NodeJS.ErrnoException).code}`, error }
  }
}

function again(seen: Seen): unknown {
  if ('error' in seen) throw seen.error
  // A listing is sorted in place by who asked for it.
  return Array.isArray(seen.value) ? [...seen.value] : seen.value
}
