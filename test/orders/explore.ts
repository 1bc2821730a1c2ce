/**
 * Lets processes run over one file system, one operation at a time, in every order up to a bound of
 * preemptions, with kills. Orders that lead to the same files and the same memories are gone on with
 * once, and counted all the same; of orders that differ in steps that commute one is gone on with.
 */
import { EMPTY_TREE, memoryFiles } from '../protocol/memory-files.ts'
import { fresh } from './memory.ts'
import {
  Broken,
  type Choice,
  choicesIn,
  describeState,
  expectEnd,
  rush,
  type Stage,
  type State,
  take,
} from './moves.ts'
import type { Scene } from './scene.ts'
import { readSchedule } from './schedule.ts'

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
    for (let only = choices[0]; choices.length === 1 && only?.isKill === false; only = choices[0]) {
      const isFree = state.preemptions === 0 && state.kills === 0
      state = isFree ? rush(stage, state, only.actor, counts) : go(state, only)
      choices = choicesIn(stage, state)
      // Nothing is remembered here but what it carries: a good place to meet an order known before.
      if (state.memories[state.current]?.log === null) break
    }
    const key = describeState(state)
    const known = ways.get(key)
    if (known !== undefined) return known
    const isEnd = isAtEnd(choices, state)
    if (isEnd) expectEnd(stage, state)
    const own = isEnd && choices.length === 0 ? 1 : 0
    const sum = choices.reduce((sum, choice) => sum + waysFrom(go(state, choice)), own)
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

/** That somebody can be killed is no way on: whoever waits then waits for ever. */
function isAtEnd(choices: readonly Choice[], { memories }: State): boolean {
  return choices.every(({ isKill }) => isKill) && memories.every(({ awaits }) => awaits === null)
}

/** Plays one order again. @param schedule as a broken promise prints it */
export function replay(scene: Scene, schedule: string): string | undefined {
  const stage: Stage = { scene, files: memoryFiles(), goodEnds: new Set() }
  try {
    let state = begin(scene)
    for (const { actor, isKill } of readSchedule(schedule)) {
      state = take(stage, state, { actor, cost: 0, isKill })
    }
    if (isAtEnd(choicesIn(stage, state), state)) expectEnd(stage, state)
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
      const next = take(stage, state, { actor, cost: 0, isKill: false })
      if (before !== undefined && next.trail?.text.startsWith(`${before} `)) break
      state = next
    }
  }
  // Who was left in the middle did not lose his turn to somebody else.
  return { ...state, ahead: [], done: 0 }
}
