/**
 * Lets processes run over one file system, one operation at a time, in every order up to a bound of
 * preemptions, with kills. Orders that lead to the same files and the same memories are gone on with
 * once, and counted all the same.
 *
 * Long for one file: the search, and what makes two states of it the same, have to be read together.
 */
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { ProcessSight } from '../../src/ports/processes.ts'
import { doConflict, type Footprint, footprintOfKill, footprintOfStep } from './footprint.ts'
import {
  describeTree,
  digest,
  EMPTY_TREE,
  type MemoryFiles,
  memoryFiles,
  type Tree,
} from './memory-files.ts'
import { printSchedule, readSchedule, type Trail } from './schedule.ts'
import {
  type Errand,
  inOrder,
  isAsBefore,
  isLook,
  type Log,
  lengthen,
  type Seat,
  type Seen,
  type Step,
  walk,
} from './walk.ts'

export interface Actor {
  readonly pid: number
  /** One after the other; only what one returns is remembered in the next. */
  readonly errands: readonly Errand[]
  /** Between its first errand and its second it is inside of what it guards. */
  readonly staysIn?: boolean
  /** It starts when the actor of this number is over: with the same pid, say. */
  readonly after?: number
  /** It does the same as the actor of this number, which starts first: the other way is the same. */
  readonly twinOf?: number
  /** It is started by the actor of this number, while that one is inside; never, if that one dies before. */
  readonly startedBy?: number
  /** Its second errand begins when the actor of this number is over. */
  readonly waitsFor?: number
}

export interface Scene {
  readonly actors: readonly Actor[]
  /** What stands before anybody starts. */
  readonly tree?: Tree
  /** Switches away from a process that could go on. It gives way freely where it meets, sleeps or ends. */
  readonly preemptions: number
  readonly kills: number
  /** Who may not be killed now; everybody may, unless it says otherwise. */
  readonly spares?: (actor: number, processes: readonly Process[]) => boolean
  /** How it begins: each runs until it is about to do an operation of this name, or ends its errand. */
  readonly opening?: readonly { readonly actor: number; readonly before?: string }[]
  /** A listing misses what comes or goes while it is read, as readdir(3) allows. */
  readonly tornListings?: boolean
  /** What is wrong after a step. */
  readonly check?: (fs: FileSystem, processes: readonly Process[]) => string | undefined
  /** What is wrong when everybody has ended or is dead. */
  readonly atEnd?: (fs: FileSystem) => string | undefined
}

/** What a check sees of an actor. */
export interface Process {
  /** How many errands it has done. */
  errand: number
  status: 'ready' | 'running' | 'ended' | 'dead'
  isInside: boolean
  holdsGate: boolean
}

export interface Explored {
  /** Orders in which all this can happen. */
  readonly schedules: number
  /** Different ones in which there was a choice. */
  readonly states: number
  readonly steps: number
  readonly kills: number
  /** The first promise that does not hold, and the schedule and the steps that lead there. */
  readonly broken: string | undefined
}

interface Memory extends Process {
  log: Log | null
  carried: unknown
  /** Asleep: what it looked at before; it wakes when one of these is not as it was. */
  asleep: readonly Seen[] | null
  /** It has slept, and done nothing since but look. */
  waits: boolean
  givesWay: boolean
  /**
   * The step before which it was preempted. Until another process has done something that does not
   * commute with it, going on is the same as being preempted one step later, which is tried as well.
   */
  awaits: Footprint | null
  /** Nobody has looked whether it lives since it was preempted: dying now is the same as before. */
  isUnseen: boolean
}

interface State {
  readonly tree: Tree
  readonly memories: readonly Memory[]
  readonly current: number
  readonly preemptions: number
  readonly kills: number
  readonly trail: Trail | null
  /** Steps that the current one did, and will do if nobody comes between; so many of them are done. */
  readonly ahead: readonly Footstep[]
  readonly done: number
  /** So many steps it went without a break. */
  readonly went: number
}

/** A step, and the files after it. */
interface Footstep {
  readonly step: Step
  readonly tree: Tree
}

interface Choice {
  readonly actor: number
  /** In preemptions. */
  readonly cost: number
  readonly isKill?: boolean
}

interface Stage {
  readonly scene: Scene
  readonly files: MemoryFiles
  /** Descriptions of the files that were found to be right at an end. */
  readonly goodEnds: Set<string>
}

/** A promise that does not hold. */
class Broken extends Error {}

export function explore(scene: Scene): Explored {
  const stage: Stage = { scene, files: memoryFiles(), goodEnds: new Set() }
  const ways = new Map<string, number>()
  const counts = { steps: 0, kills: 0 }
  const go = (state: State, choice: Choice): State => {
    counts.steps += 1
    if (choice.isKill) counts.kills += 1
    return take(stage, state, choice)
  }
  const waysFrom = (start: State): number => {
    let state = start
    let choices = choicesIn(stage, state)
    for (let only = choices[0]; only !== undefined && choices.length === 1; only = choices[0]) {
      const isFree = state.preemptions === 0 && state.kills === 0
      state = isFree ? rush(stage, state, only.actor, counts) : go(state, only)
      choices = choicesIn(stage, state)
      // Nothing is remembered here but what it carries: a good place to meet an order known before.
      if (state.memories[state.current]?.log === null) break
    }
    const key = keyOf(state)
    const known = ways.get(key)
    if (known !== undefined) return known
    const isEnd = choices.length === 0 && !state.memories.some(({ awaits }) => awaits !== null)
    if (isEnd) expectEnd(stage, state)
    const sum = choices.reduce((sum, choice) => sum + waysFrom(go(state, choice)), isEnd ? 1 : 0)
    ways.set(key, sum)
    return sum
  }
  const { stackTraceLimit } = Error
  try {
    // A file that is not there is an answer like any other, and half of the time went into stacks.
    Error.stackTraceLimit = 0
    const schedules = waysFrom(open(stage))
    return { ...counts, schedules, states: ways.size, broken: undefined }
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    return { ...counts, schedules: 0, states: ways.size, broken: error.message }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** Plays one order again. @param schedule as a broken promise prints it */
export function replay(scene: Scene, schedule: string): string | undefined {
  const stage: Stage = { scene, files: memoryFiles(), goodEnds: new Set() }
  try {
    let state = begin(scene)
    for (const { actor, isKill } of readSchedule(schedule)) {
      state = take(stage, state, { actor, cost: 0, isKill })
    }
    if (choicesIn(stage, state).length === 0) expectEnd(stage, state)
    return undefined
  } catch (error) {
    if (error instanceof Broken) return error.message
    throw error
  }
}

function begin({ actors, tree = EMPTY_TREE, preemptions, kills }: Scene): State {
  const memories = actors.map(() => fresh(0, 'ready', undefined))
  const nothing = { current: -1, trail: null, ahead: [], done: 0, went: 0 }
  return { tree, memories, preemptions, kills, ...nothing }
}

function open(stage: Stage): State {
  let state = begin(stage.scene)
  for (const { actor, before } of stage.scene.opening ?? []) {
    const errand = state.memories[actor]?.errand
    while (state.memories[actor]?.errand === errand) {
      const next = take(stage, state, { actor, cost: 0 })
      if (before !== undefined && next.trail?.text.startsWith(`${before} `)) break
      state = next
    }
  }
  // Who was left in the middle did not lose his turn to somebody else.
  return { ...state, ahead: [], done: 0 }
}

function choicesIn(stage: Stage, state: State): Choice[] {
  const current = state.memories[state.current]
  const isPreempted =
    current !== undefined && !current.givesWay && canGoOn(stage, state, state.current)
  return state.memories.flatMap((memory, actor) => {
    const isOther = actor !== state.current
    const cost = isOther && isPreempted ? 1 : 0
    const isSpared = stage.scene.spares?.(actor, state.memories) ?? false
    const canBeKilled = isAlive(memory) && !memory.isUnseen && state.kills > 0 && !isSpared
    return [
      ...(cost <= state.preemptions && canGoOn(stage, state, actor) ? [{ actor, cost }] : []),
      ...(cost <= state.preemptions && canBeKilled ? [{ actor, cost, isKill: true }] : []),
    ]
  })
}

function canGoOn(stage: Stage, state: State, actor: number): boolean {
  const memory = state.memories[actor] as Memory
  const { status, errand, asleep, awaits } = memory
  if (awaits !== null || isOver(memory)) return false
  if (status === 'ready' && !canBegin(stage, state, actor, errand)) return false
  if (asleep === null) return true
  stage.files.reset(state.tree)
  const seat = seatOf(stage, state, actor)
  return !asleep.every((seen) => isAsBefore(seen, seat))
}

/** An errand: the first one, or the next. */
function canBegin({ scene }: Stage, { memories }: State, actor: number, errand: number): boolean {
  const { after, twinOf, startedBy, waitsFor } = scene.actors[actor] as Actor
  const has = (other: number | undefined, is: (memory: Memory) => boolean) =>
    other === undefined || is(memories[other] as Memory)
  if (errand > 0) return has(waitsFor, isOver)
  const hasBegun = (memory: Memory) => isAlive(memory) || isOver(memory)
  return has(after, isOver) && has(twinOf, hasBegun) && has(startedBy, ({ isInside }) => isInside)
}

function isOver({ status }: Memory): boolean {
  return status === 'dead' || status === 'ended'
}

/** Started, and not over. */
function isAlive({ status, errand }: Memory): boolean {
  return status === 'running' || (status === 'ready' && errand > 0)
}

function take(stage: Stage, state: State, choice: Choice): State {
  return choice.isKill ? kill(stage, state, choice) : step(stage, state, choice)
}

function kill(stage: Stage, state: State, { actor, cost }: Choice): State {
  const { pid } = stage.scene.actors[actor] as Actor
  const memories = state.memories.with(actor, fresh(0, 'dead', undefined))
  const next = {
    ...state,
    memories: wake(stage, memories, actor, footprintOfKill(pid)),
    kills: state.kills - 1,
    preemptions: state.preemptions - cost,
    trail: { actor, isKill: true, text: 'is killed', before: state.trail },
    ahead: [],
    done: 0,
    went: 0,
  }
  expectSound(stage, next)
  return next
}

const FIRST_LOOK_AHEAD = 16

function step(stage: Stage, state: State, { actor, cost }: Choice): State {
  const memory = state.memories[actor] as Memory
  const isOn = actor === state.current
  const went = isOn ? state.went : 0
  const isKnown = isOn && state.done < state.ahead.length
  const limit = Math.max(FIRST_LOOK_AHEAD, went)
  const ahead = isKnown ? state.ahead : lookAhead(stage, state, actor, limit)
  const done = isKnown ? state.done : 0
  const { step, tree } = ahead[done] as Footstep
  const trail = trailOf(actor, step, state.trail)
  if (step.failure !== undefined) throw broken(`process ${actor} failed: ${step.failure}`, trail)
  const after = absorb(stage, { ...memory }, actor, step)
  const others = cost === 0 ? state.memories : preempt(stage, state)
  const next: State = {
    ...state,
    tree,
    memories: wake(
      stage,
      others.with(actor, after),
      actor,
      footprintOf(stage, memory, actor, step),
    ),
    current: actor,
    preemptions: state.preemptions - cost,
    trail,
    ahead,
    done: done + 1,
    went: went + 1,
  }
  if (isNews(memory, step) || tree !== state.tree) expectSound(stage, next)
  return next
}

/** All steps of one whom nobody can come between, until it gives way. */
function rush(stage: Stage, state: State, actor: number, counts: { steps: number }): State {
  const { scene, files } = stage
  const memory = { ...(state.memories[actor] as Memory) }
  const errand = scene.actors[actor]?.errands[memory.errand] as Errand
  let { memories, trail } = state
  let wrong: string | undefined
  files.reset(state.tree)
  let changes = files.changes()
  walk(errand, memory, seatOf(stage, state, actor), (step) => {
    counts.steps += 1
    trail = trailOf(actor, step, trail)
    const hasNews = isNews(memory, step) || changes !== files.changes()
    changes = files.changes()
    memories = wake(stage, memories, actor, footprintOf(stage, memory, actor, step))
    absorb(stage, memory, actor, step)
    if (step.failure !== undefined) wrong = `process ${actor} failed: ${step.failure}`
    else if (hasNews) wrong = scene.check?.(files.fs, memories.with(actor, memory))
    return wrong === undefined
  })
  if (wrong !== undefined) throw broken(wrong, trail)
  const nothing = { ahead: [], done: 0, went: 0 }
  memories = memories.with(actor, memory)
  return { ...state, tree: files.tree(), memories, current: actor, trail, ...nothing }
}

function trailOf(actor: number, { seen }: Step, before: Trail | null): Trail {
  return { actor, isKill: false, text: seen?.text ?? 'ends', before }
}

/** Something for a check to look at, even if no file has changed. */
function isNews(before: Memory, { kind, holdsGate }: Step): boolean {
  return kind !== 'operation' || holdsGate !== before.holdsGate
}

function lookAhead(stage: Stage, state: State, actor: number, limit: number): Footstep[] {
  const memory = state.memories[actor] as Memory
  const errand = stage.scene.actors[actor]?.errands[memory.errand] as Errand
  const ahead: Footstep[] = []
  stage.files.reset(state.tree)
  walk(errand, memory, seatOf(stage, state, actor), (step) => {
    ahead.push({ step, tree: stage.files.tree() })
    return ahead.length < limit
  })
  return ahead
}

/** The current one has to wait, though it could have gone on. */
function preempt(stage: Stage, state: State): readonly Memory[] {
  const { current, memories } = state
  const next = state.ahead[state.done] ?? lookAhead(stage, state, current, 1)[0]
  const memory = memories[current] as Memory
  const awaits = footprintOf(stage, memory, current, (next as Footstep).step)
  return memories.with(current, { ...memory, awaits, isUnseen: true })
}

/** Whoever was preempted goes on again once somebody did what does not commute with his next step. */
function wake(
  { scene }: Stage,
  memories: readonly Memory[],
  actor: number,
  done: Footprint,
): readonly Memory[] {
  if (!memories.some(({ isUnseen, awaits }) => isUnseen || awaits !== null)) return memories
  return memories.map((memory, at) => {
    if (at === actor) return memory
    const death = footprintOfKill(scene.actors[at]?.pid ?? 0)
    const isUnseen = memory.isUnseen && !doConflict(death, done)
    const isWoken = memory.awaits !== null && doConflict(memory.awaits, done)
    return { ...memory, isUnseen, awaits: isWoken ? null : memory.awaits }
  })
}

function footprintOf({ scene }: Stage, before: Memory, actor: number, step: Step): Footprint {
  const pid = scene.actors[actor]?.pid ?? 0
  return footprintOfStep(step, { pid, heldGate: before.holdsGate })
}

function seatOf({ scene, files }: Stage, { memories }: State, actor: number): Seat {
  const { pid } = scene.actors[actor] as Actor
  const startOf = (index: number) => String(1000 + index)
  const look = (wanted: number): ProcessSight => {
    if (wanted === pid) return { kind: 'running', startTime: startOf(actor) }
    const found = scene.actors.findIndex(
      ({ pid }, at) => pid === wanted && isAlive(memories[at] as Memory),
    )
    return found < 0 ? { kind: 'absent' } : { kind: 'running', startTime: startOf(found) }
  }
  const seed = actor * 10 + (memories[actor]?.errand ?? 0) + 1
  return { files, look, pid, seed, tornListings: scene.tornListings ?? false }
}

function fresh(errand: number, status: Memory['status'], carried: unknown): Memory {
  return {
    errand,
    status,
    log: null,
    carried,
    asleep: null,
    waits: false,
    givesWay: true,
    awaits: null,
    isUnseen: false,
    isInside: false,
    holdsGate: false,
  }
}

/** Changes `memory` by one step. */
function absorb({ scene }: Stage, memory: Memory, actor: number, step: Step): Memory {
  const { seen, kind, holdsGate, carried } = step
  if (seen === null) {
    const { errands, staysIn = false } = scene.actors[actor] as Actor
    const errand = memory.errand + 1
    const isOver = errand === errands.length
    const isInside = staysIn && errand === 1 && !isOver
    const next = isOver ? fresh(errand, 'ended', undefined) : fresh(errand, 'ready', carried)
    return Object.assign(memory, next, { isInside, holdsGate })
  }
  const endsWait = memory.waits && !isLook(seen)
  const log = lengthen(endsWait ? forgetWait(memory.log) : memory.log, seen)
  const hasEntered = holdsGate && !memory.holdsGate
  memory.log = hasEntered && !scene.tornListings ? forgetQueue(log) : log
  memory.status = 'running'
  memory.waits = kind === 'sleep' || (memory.waits && !endsWait)
  memory.asleep = kind === 'sleep' ? looksBefore(log) : null
  memory.givesWay = kind === 'sleep' || kind === 'meet'
  memory.isInside = kind === 'meet'
  memory.isUnseen = false
  memory.holdsGate = holdsGate
  return memory
}

/** What it saw since it last did something. */
function looksBefore({ before }: Log): Seen[] {
  const looks: Seen[] = []
  for (let at = before; at !== null && isLook(at.seen); at = at.before) looks.push(at.seen)
  return looks
}

/**
 * Who waits looks round again and again, and of that nothing is remembered but what it saw last: all
 * between its first look of this wait and its last sleep is forgotten.
 */
function forgetWait(log: Log | null): Log | null {
  const all = inOrder(log)
  const lastSleep = all.findLastIndex(isSleep)
  const lastChange = all
    .slice(0, lastSleep)
    .findLastIndex((seen) => !isLook(seen) && !isSleep(seen))
  const isBeforeLook = ['createFile', 'link', 'unlink'].includes(all[lastChange]?.name ?? '')
  // What it did in the middle of its first look belongs to that, which then has to stay whole.
  const firstSleep = all.findIndex((seen, at) => at > lastChange && isSleep(seen))
  const kept = isBeforeLook ? lastChange : firstSleep
  return [...all.slice(0, kept + 1), ...all.slice(lastSleep + 1)].reduce<Log | null>(lengthen, null)
}

/**
 * Inside the gate nobody remembers how he came in: tries that failed are forgotten, and the drafts of
 * others, and what stood there when he came is taken to be what he judged in the end.
 */
function forgetQueue(log: Log): Log | null {
  const all = inOrder(log)
  const claim = all.findLastIndex(({ name }) => name === 'link')
  const draft = all.slice(0, claim).findLastIndex(({ name }) => name === 'createFile')
  const lastTry = Math.max(draft, endOfTries(all.slice(0, claim))) + 1
  const judged = all.slice(lastTry, claim).find(isGateListing)
  const early = all.slice(0, draft + 1).map((seen) => {
    return isGateListing(seen) && judged !== undefined ? judged : seen
  })
  return [...early, ...all.slice(lastTry)].map(withoutDrafts).reduce<Log | null>(lengthen, null)
}

/** Where the last try ended: it slept, found its number taken, or took its link back. */
function endOfTries(log: readonly Seen[]): number {
  const end = log.findLastIndex((seen) => isSleep(seen) || seen.name === 'link')
  const isLinked = log[end]?.name === 'link' && 'value' in (log[end]?.result ?? {})
  return isLinked ? log.findIndex(({ name }, at) => at > end && name === 'unlink') : end
}

function isGateListing({ name, args, result }: Seen): boolean {
  return name === 'list' && /\/gates\/[0-9a-f]{16}$/.test(String(args[0])) && 'value' in result
}

function withoutDrafts(seen: Seen): Seen {
  if (!isGateListing(seen) || 'error' in seen.result) return seen
  const value = (seen.result.value as string[]).filter((name) => !name.startsWith('.'))
  return { ...seen, text: `list -> ${value}`, result: { value } }
}

function isSleep({ name }: Seen): boolean {
  return name === 'sleep'
}

function keyOf({ tree, memories, current, preemptions, kills }: State): string {
  const told = memories.map(
    ({ errand, status, log, carried, asleep, awaits, isUnseen, isInside, givesWay }) => {
      const known = [log === null ? '' : digestOf(log), carried ? digestOf(carried) : '']
      return [
        errand,
        status,
        ...known,
        asleep === null,
        awaits === null,
        isUnseen,
        isInside,
        givesWay,
      ].join()
    },
  )
  // Who is alone preempts nobody.
  const isAlone = memories.filter((memory) => !isOver(memory)).length < 2
  const budgets = isAlone ? [kills] : [current, preemptions, kills]
  return digest([...budgets, ...told, describeTree(tree)].join(';'))
}

const digests = new WeakMap<object, string>()

/** Of a log, or of what an errand returned. */
function digestOf(known: object | Log): string {
  const found = digests.get(known)
  if (found !== undefined) return found
  const isLog = 'seen' in known
  const before = isLog && known.before !== null ? digestOf(known.before) : ''
  const text = digest(before + (isLog ? known.seen.text : JSON.stringify(known)))
  digests.set(known, text)
  return text
}

function expectSound({ scene, files }: Stage, state: State): void {
  files.reset(state.tree)
  const wrong = scene.check?.(files.fs, state.memories)
  if (wrong !== undefined) throw broken(wrong, state.trail)
}

function expectEnd({ scene, files, goodEnds }: Stage, { tree, memories, trail }: State): void {
  const isNever = (actor: number) => scene.actors[actor]?.startedBy !== undefined
  const waiting = memories.findIndex(
    (memory, actor) => !isOver(memory) && !(isNever(actor) && !isAlive(memory)),
  )
  if (waiting >= 0) throw broken(`process ${waiting} waits for ever`, trail)
  const end = describeTree(tree)
  if (goodEnds.has(end)) return
  files.reset(tree)
  const wrong = scene.atEnd?.(files.fs)
  if (wrong !== undefined) throw broken(wrong, trail)
  goodEnds.add(end)
}

function broken(wrong: string, trail: Trail | null): Broken {
  return new Broken(`${wrong}\n${printSchedule(trail)}`)
}
