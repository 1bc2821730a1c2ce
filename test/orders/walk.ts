/**
 * Lets one process go some steps, one file operation each, over files in memory.
 *
 * Code cannot be stopped between two synchronous calls, so it runs again from its start: what it has
 * seen before comes from its log, then so many operations are done for real, and at the one after
 * that it is thrown out. It sees nothing but what its ports tell: the log is its whole state.
 */
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import type { ProcessSight } from '../../src/ports/processes.ts'
import { noGit } from '../helpers/no-git.ts'
import { type MemoryFiles, memoryFiles, type Tree } from '../protocol/memory-files.ts'
import { HABITAT } from '../protocol/world.ts'

/**
 * Something to do from beginning to end, given what the errand before it returned. What it returns
 * is plain data, and all that is remembered of it.
 */
export type Errand = (ports: ProtocolPorts, around: Around, carried: unknown) => unknown

export interface Around {
  /** Called while it is inside of what it guards: others can come in the middle of it. */
  readonly meet: () => void
  /** One step that is none of flow's: an editor's save, a branch switch. */
  readonly atOnce: (words: string, action: (fs: FileSystem) => unknown) => void
}

/** What one operation gave. */
export interface Seen {
  readonly name: string
  readonly args: readonly unknown[]
  readonly text: string
  readonly result: { readonly value: unknown } | { readonly error: unknown }
}

export interface Step {
  readonly kind: 'operation' | 'sleep' | 'meet' | 'part' | 'end'
  /** Null at the end, which is no operation. */
  readonly seen: Seen | null
  readonly holdsGate: boolean
  /** At the end: what the errand returned, or failed with. */
  readonly carried?: unknown
  readonly failure?: unknown
}

export interface Seat {
  readonly files: MemoryFiles
  readonly look: (pid: number) => ProcessSight
  readonly pid: number
  /** Its random texts are made of it: another one for every errand of every process. */
  readonly seed: number
  readonly tornListings: boolean
}

/** One for all: made anew each time, its stack would be most of the work. */
const THROWN_OUT = new Error("it is another process's turn")

/** What a process has seen, the last first: a longer log shares all of the shorter one. */
export interface Log {
  readonly seen: Seen
  readonly before: Log | null
  readonly length: number
}

export function lengthen(before: Log | null, seen: Seen): Log {
  return { seen, before, length: (before?.length ?? 0) + 1 }
}

/** The first one first. */
export function inOrder(log: Log | null): Seen[] {
  const all: Seen[] = []
  for (let at = log; at !== null; at = at.before) all.push(at.seen)
  return all.reverse()
}

/**
 * Goes on from where the log ends, until it sleeps, meets, comes to its end, or `visit` is false.
 * @param visit told each step when it is done, before anything else happens
 */
export function walk(
  errand: Errand,
  { log, carried }: { readonly log: Log | null; readonly carried: unknown },
  seat: Seat,
  visit: (step: Step) => boolean,
): void {
  const { files } = seat
  const past = inOrder(log)
  let position = 0
  let drawn = 0
  let holdsGate = false
  let isOn = true
  let last: Omit<Step, 'holdsGate'> | null = null

  // What it has told since the last operation belongs to that one.
  const visitLast = () => {
    if (last === null) return
    const { kind } = last
    isOn = visit({ ...last, holdsGate }) && kind !== 'sleep' && kind !== 'meet'
    last = null
  }
  const once = (
    name: string,
    args: readonly unknown[],
    action: () => unknown,
    kind: Step['kind'] = 'operation',
  ): unknown => {
    const seenBefore = past[position]
    position += 1
    if (seenBefore !== undefined) return again(expectSame(seenBefore, name, args))
    visitLast()
    // Whoever catches this one is thrown out by whatever he tries next.
    if (!isOn) throw THROWN_OUT
    const seen = see(name, args, action)
    last = { kind, seen }
    return again(seen)
  }
  const operations = Object.entries(files.fs).map(([name, operation]) => [
    name,
    (...args: unknown[]) => {
      const action = () => (operation as Operation)(...args)
      if (name !== 'list' || !seat.tornListings) return once(name, args, action)
      const early = once(name, args, action) as string[]
      const late = once(name, args, action) as string[]
      // readdir(3): of what goes meanwhile, one name may still be told and another not.
      const first = early.find((entry) => /^[0-9]+$/.test(entry))
      return early.filter((entry) => entry === first || late.includes(entry))
    },
  ])
  const ports: ProtocolPorts = {
    fs: Object.fromEntries(operations) as FileSystem,
    processes: {
      pid: seat.pid,
      habitat: HABITAT,
      look(pid) {
        if (pid === seat.pid) return seat.look(pid)
        return once('look', [pid], () => seat.look(pid)) as ProcessSight
      },
    },
    clock: {
      now: () => new Date(Date.UTC(2026, 0, 1)),
      monotonicMs: () => 0,
      sleepMs: () => void once('sleep', [], () => null, 'sleep'),
      randomHex(byteCount) {
        drawn += 1
        return (seat.seed * 100 + drawn).toString(16).padStart(byteCount * 2, '0')
      },
    },
    ...noGit,
    log(scope, message) {
      if (scope !== 'gate') return
      if (/^[0-9]+: entered to /.test(message)) holdsGate = true
      if (/^[0-9]+: left$/.test(message)) holdsGate = false
    },
  }
  const around: Around = {
    meet() {
      once('meets', [], () => null, 'meet')
      once('parts', [], () => null, 'part')
    },
    atOnce: (words, action) => void once(words, [], () => action(files.fs)),
  }
  let ending: { readonly carried?: unknown; readonly failure?: unknown }
  try {
    ending = { carried: errand(ports, around, carried) }
  } catch (failure) {
    ending = { failure }
  }
  if (isOn) visitLast()
  if (isOn) visit({ kind: 'end', seen: null, holdsGate, ...ending })
}

/**
 * The files when somebody has done the errand and is gone.
 * @param diesAfter the step after which he is killed; he comes to his end without it
 */
export function treeAfter(
  errand: Errand,
  initial?: Tree,
  diesAfter: (step: Step) => boolean = () => false,
): Tree {
  const files = memoryFiles(initial)
  const look = () => ({ kind: 'running', startTime: '9' }) as const
  const seat = { files, look, pid: 9, seed: 9, tornListings: false }
  walk(errand, { log: null, carried: undefined }, seat, (step) => {
    if (step.failure !== undefined) throw step.failure
    return !diesAfter(step)
  })
  return files.tree()
}

/** What cannot change anything: who slept after it wakes only when one of these tells something new. */
const LOOKS = ['readFile', 'list', 'facts', 'linkFacts', 'readLink', 'realPath', 'look']

export function isLook({ name }: Seen): boolean {
  return LOOKS.includes(name)
}

/** Would it see today what it saw then? */
export function isAsBefore({ name, args, text }: Seen, { files, look }: Seat): boolean {
  const action = () => {
    if (name === 'look') return look(args[0] as number)
    return (files.fs[name as keyof FileSystem] as Operation)(...args)
  }
  return see(name, args, action).text === text
}

type Operation = (...args: unknown[]) => unknown

function see(name: string, args: readonly unknown[], action: () => unknown): Seen {
  const words = [name, ...args.filter((arg) => typeof arg !== 'object')].join(' ')
  try {
    const value = action()
    return { name, args, text: `${words} -> ${show(value)}`, result: { value } }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // A fault of the test's own must not look like an answer of the file system's.
    if (code === undefined) throw error
    return { name, args, text: `${words} -> ${code}`, result: { error } }
  }
}

function show(value: unknown): string {
  if (value instanceof Buffer) return value.toString()
  return JSON.stringify(value) ?? 'done'
}

/** Given the same answers it must ask the same: else it knows something that its log does not tell. */
function expectSame(seen: Seen, name: string, args: readonly unknown[]): Seen {
  const isSame = seen.name === name && seen.args[0] === args[0]
  if (isSame) return seen
  throw new Error(`it asked for ${seen.text} before, and now: ${name} ${args[0]}`)
}

function again({ result }: Seen): unknown {
  if ('error' in result) throw result.error
  // A listing is sorted in place by who asked for it.
  return Array.isArray(result.value) ? [...result.value] : result.value
}
