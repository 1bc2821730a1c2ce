/**
 * Lets processes run over one file system, one operation at a time, in every order up to a bound of
 * preemptions, with kills. Orders that lead to the same files and the same memories are gone on with
 * once, and counted all the same.
 *
 * Long for one file: the search, and what makes two states of it the same, have to be read together.
 */
import { createHash } from 'node:crypto'
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { ProcessSight } from '../../src/ports/processes.ts'
import {
  describeTree,
  EMPTY_TREE,
  type MemoryFiles,
  memoryFiles,
  type Tree,
} from './memory-files.ts'
import { type Errand, type Seen, type Turn, takeTurn } from './turn.ts'

export interface Actor {
  readonly pid: number
  /** One after the other; nothing is remembered from one to the next. */
  readonly errands: readonly Errand[]
}

export interface Scene {
  readonly actors: readonly Actor[]
  /** What stands before anybody starts. */
  readonly tree?: Tree
  /** Switches away from a process that could go on. It gives way freely where it meets, sleeps or ends. */
  readonly preemptions: number
  readonly kills: number
  /** How it begins: each runs until it is about to do an operation of this name, or ends its errand. */
  readonly opening?: readonly { readonly actor: number; readonly before?: string }[]
  /** A listing misses what comes or goes while it is read, as readdir(3) allows. */
  readonly tornListings?: boolean
  /** What is wrong while a process is inside; `others` are inside with it. */
  readonly whileInside: (fs: FileSystem, others: number) => string | undefined
  /** What is wrong when everybody has ended or is dead. */
  readonly atEnd?: (fs: FileSystem) => string | undefined
}

export interface Explored {
  /** Orders in which all this can happen. */
  readonly schedules: number
  readonly states: number
  readonly steps: number
  readonly kills: number
  /** The first promise that does not hold, and the steps that lead there. */
  readonly broken: string | undefined
}

interface Memory {
  readonly errand: number
  readonly status: 'ready' | 'running' | 'ended' | 'dead'
  readonly log: readonly Seen[]
  /** Its log when it first slept: what it sees between two sleeps replaces what it saw before. */
  readonly firstSleep: number | null
  readonly lastSleep: number
  /** Version of the files when it began to look round; of the look that ended in its sleep. */
  readonly looksAt: number | null
  readonly asleepAt: number | null
  readonly givesWay: boolean
  readonly isInside: boolean
}

interface State {
  readonly tree: Tree
  /** Counts changes of the files, and deaths. */
  readonly version: number
  readonly memories: readonly Memory[]
  readonly current: number
  readonly preemptions: number
  readonly kills: number
  readonly trail: Trail | null
}

interface Trail {
  readonly step: string
  readonly before: Trail | null
}

/** A promise that does not hold. */
class Broken extends Error {}

export function explore(scene: Scene): Explored {
  const files = memoryFiles()
  const ways = new Map<string, number>()
  const counts = { steps: 0, kills: 0 }
  const waysFrom = (state: State): number => {
    const key = keyOf(state)
    const known = ways.get(key)
    if (known !== undefined) return known
    const choices = choicesIn(state)
    if (choices.length === 0) expectEnd(scene, files, state)
    let sum = choices.length === 0 ? 1 : 0
    for (const choice of choices) {
      counts.steps += 1
      if (choice.isKill) counts.kills += 1
      sum += waysFrom(choice.isKill ? kill(state, choice) : step(scene, files, state, choice))
    }
    ways.set(key, sum)
    return sum
  }
  try {
    const schedules = waysFrom(open(scene, files))
    return { ...counts, schedules, states: ways.size, broken: undefined }
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    return { ...counts, schedules: 0, states: ways.size, broken: error.message }
  }
}

function open(scene: Scene, files: MemoryFiles): State {
  const { preemptions, kills, tree = EMPTY_TREE } = scene
  const memories = scene.actors.map(() => fresh(0, 'ready'))
  let state: State = { tree, version: 0, memories, current: -1, preemptions, kills, trail: null }
  for (const { actor, before } of scene.opening ?? []) {
    const errand = state.memories[actor]?.errand
    while (state.memories[actor]?.errand === errand) {
      const next = step(scene, files, state, { actor, cost: 0 })
      if (before !== undefined && next.trail?.step.startsWith(`${actor}: ${before}`)) break
      state = next
    }
  }
  return state
}

interface Choice {
  readonly actor: number
  /** In preemptions. */
  readonly cost: number
  readonly isKill?: boolean
}

function choicesIn(state: State): Choice[] {
  const canGoOn = ({ status, asleepAt }: Memory) =>
    (status === 'ready' || status === 'running') && asleepAt !== state.version
  const current = state.memories[state.current]
  const isPreempted = current !== undefined && canGoOn(current) && !current.givesWay
  return state.memories.flatMap((memory, actor) => {
    const isOther = actor !== state.current
    const cost = isOther && isPreempted ? 1 : 0
    // Whoever runs can be killed at each step; to kill one that waits for its turn is a switch too.
    const killCost = isOther ? 1 : 0
    const canBeKilled = memory.status === 'running' && state.kills > 0
    return [
      ...(canGoOn(memory) && cost <= state.preemptions ? [{ actor, cost }] : []),
      ...(canBeKilled && killCost <= state.preemptions
        ? [{ actor, cost: killCost, isKill: true }]
        : []),
    ]
  })
}

function kill(state: State, { actor, cost }: Choice): State {
  return {
    ...state,
    memories: state.memories.with(actor, fresh(0, 'dead')),
    version: state.version + 1,
    kills: state.kills - 1,
    preemptions: state.preemptions - cost,
    trail: { step: `${actor}: is killed`, before: state.trail },
  }
}

function step(scene: Scene, files: MemoryFiles, state: State, { actor, cost }: Choice): State {
  const { pid, errands } = scene.actors[actor] as Actor
  const memory = state.memories[actor] as Memory
  files.reset(state.tree)
  const turn = takeTurn(errands[memory.errand] as Errand, memory.log, {
    fs: files.fs,
    tornListings: scene.tornListings ?? false,
    look: (wanted) => lookFrom(scene, state, wanted),
    pid,
    seed: pid * 100 + memory.errand,
  })
  const trail = { step: `${actor}: ${turn.seen?.text ?? 'ends'}`, before: state.trail }
  if (turn.failure !== undefined) throw broken(`process ${actor} failed: ${turn.failure}`, trail)
  const others = state.memories.filter(({ isInside }, at) => isInside && at !== actor).length
  if (turn.kind === 'meet' || turn.kind === 'part') {
    const wrong = scene.whileInside(files.fs, others)
    if (wrong !== undefined) throw broken(wrong, trail)
  }
  const tree = files.tree()
  const hasChanged = tree.names !== state.tree.names || tree.nodes !== state.tree.nodes
  const version = state.version + (hasChanged || turn.kind === 'end' ? 1 : 0)
  const next =
    turn.kind === 'end'
      ? fresh(memory.errand + 1, memory.errand + 1 === errands.length ? 'ended' : 'ready')
      : remember(memory, turn, state.version)
  return {
    ...state,
    tree,
    version,
    memories: state.memories.with(actor, next),
    current: actor,
    preemptions: state.preemptions - cost,
    trail,
  }
}

function lookFrom({ actors }: Scene, state: State, pid: number): ProcessSight {
  const status = state.memories[actors.findIndex((actor) => actor.pid === pid)]?.status
  const isThere = status === 'ready' || status === 'running'
  return isThere ? { kind: 'running', startTime: String(pid) } : { kind: 'absent' }
}

function fresh(errand: number, status: Memory['status']): Memory {
  return {
    errand,
    status,
    log: [],
    firstSleep: null,
    lastSleep: 0,
    looksAt: null,
    asleepAt: null,
    givesWay: true,
    isInside: false,
  }
}

function remember(before: Memory, { seen, kind }: Turn, version: number): Memory {
  const log = seen === null ? before.log : [...before.log, seen]
  const looksAt = before.looksAt ?? version
  const after: Memory = {
    ...before,
    status: 'running',
    log,
    looksAt,
    asleepAt: null,
    givesWay: kind === 'sleep' || kind === 'meet',
    isInside: kind === 'meet' || (before.isInside && kind !== 'part'),
  }
  if (kind !== 'sleep') return after
  const asleep = { ...after, looksAt: null, asleepAt: looksAt }
  if (before.firstSleep === null)
    return { ...asleep, firstSleep: log.length, lastSleep: log.length }
  // Looking round again and again, it learns nothing but what it saw last.
  const short = [...log.slice(0, before.firstSleep), ...log.slice(before.lastSleep)]
  return { ...asleep, log: short, lastSleep: before.firstSleep }
}

function keyOf(state: State): string {
  const memories = state.memories.map((memory) => {
    const { errand, status, log, asleepAt, looksAt, isInside } = memory
    const seen = log.map(({ text }) => text).join()
    return [errand, status, asleepAt === state.version, looksAt === state.version, isInside, seen]
  })
  const { current, preemptions, kills, tree } = state
  const text = JSON.stringify([current, preemptions, kills, memories, describeTree(tree)])
  return createHash('md5').update(text).digest('base64')
}

function expectEnd({ atEnd }: Scene, files: MemoryFiles, { tree, memories, trail }: State): void {
  const waiting = memories.findIndex(({ status }) => status === 'ready' || status === 'running')
  if (waiting >= 0) throw broken(`process ${waiting} waits for ever`, trail)
  files.reset(tree)
  const wrong = atEnd?.(files.fs)
  if (wrong !== undefined) throw broken(wrong, trail)
}

function broken(wrong: string, last: Trail | null): Broken {
  const steps: string[] = []
  for (let at = last; at !== null; at = at.before) steps.unshift(at.step.replaceAll(/\s+/g, ' '))
  return new Broken([wrong, ...steps].join('\n'))
}
