/** The steps from one state of an exploration to the next. */
import type { ProcessSight } from '../../src/ports/processes.ts'
import { describeTree, digest, type MemoryFiles, type Tree } from '../protocol/memory-files.ts'
import { doConflict, type Footprint, footprintOfKill, footprintOfStep } from './footprint.ts'
import { absorb, describeMemory, fresh, isAlive, isOver, type Memory } from './memory.ts'
import type { Actor, Scene } from './scene.ts'
import { printSchedule, type Trail } from './schedule.ts'
import { type Errand, isAsBefore, type Seat, type Step, walk } from './walk.ts'

export interface State {
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

export interface Choice {
  readonly actor: number
  /** In preemptions. */
  readonly cost: number
  readonly isKill: boolean
}

export interface Stage {
  readonly scene: Scene
  readonly files: MemoryFiles
  /** Descriptions of the files that were found to be right at an end. */
  readonly goodEnds: Set<string>
}

/** A promise that does not hold. */
export class Broken extends Error {}

export function choicesIn(stage: Stage, state: State): Choice[] {
  const current = state.memories[state.current]
  const isPreempted =
    current !== undefined && !current.givesWay && canGoOn(stage, state, state.current)
  return state.memories.flatMap((memory, actor) => {
    const isOther = actor !== state.current
    const cost = isOther && isPreempted ? 1 : 0
    const isSpared = stage.scene.spares?.(actor, state.memories) ?? false
    const canBeKilled = isAlive(memory) && !memory.isUnseen && state.kills > 0 && !isSpared
    return [
      ...(cost <= state.preemptions && canGoOn(stage, state, actor)
        ? [{ actor, cost, isKill: false }]
        : []),
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

export function take(stage: Stage, state: State, choice: Choice): State {
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
  const after = absorb(stage.scene, { ...memory }, actor, step)
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
export function rush(stage: Stage, state: State, actor: number, counts: { steps: number }): State {
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
    absorb(scene, memory, actor, step)
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
  return memories.with(
    current,
    stage.scene.everyOrder ? memory : { ...memory, awaits, isUnseen: true },
  )
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
  const isFirst = before.status === 'ready' && before.errand === 0
  return footprintOfStep(step, { pid, heldGate: before.holdsGate, isFirst })
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

/** The same text for two states from which the same comes. */
export function describeState({ tree, memories, current, preemptions, kills }: State): string {
  // Who is alone preempts nobody.
  const isAlone = memories.filter((memory) => !isOver(memory)).length < 2
  const budgets = isAlone ? [kills] : [current, preemptions, kills]
  return digest([...budgets, ...memories.map(describeMemory), describeTree(tree)].join(';'))
}

function expectSound({ scene, files }: Stage, state: State): void {
  files.reset(state.tree)
  const wrong = scene.check?.(files.fs, state.memories)
  if (wrong !== undefined) throw broken(wrong, state.trail)
}

export function expectEnd(
  { scene, files, goodEnds }: Stage,
  { tree, memories, trail }: State,
): void {
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
