/** Processes that pass the gate and do nothing inside. */
import { retireGate, withGate } from '../../src/session/gate.ts'
import { projectPaths } from '../../src/session/layout.ts'
import { ownRecord } from '../../src/session/participants.ts'
import { EMPTY_TREE } from '../protocol/memory-files.ts'
import type { Actor, Bound, Process, Scene } from './scene.ts'
import { type Errand, treeAfter } from './walk.ts'

const paths = projectPaths('/home', '0123456789abcdef')

const enter: Errand = (ports, { meet }) => {
  withGate(ports, paths, ownRecord(ports), { purpose: 'count' }, meet)
}

/** Takes the gate away, unless somebody else stands at it. */
const retire: Errand = (ports, { meet }) => {
  retireGate(ports, paths, ownRecord(ports), { purpose: 'retire' }, () => {
    meet()
    return true
  })
}

/** @param entries how often each of them passes */
function actors(...entries: number[]): Actor[] {
  return entries.map((count, at) => ({
    pid: at + 1,
    errands: Array(count).fill(enter),
    ...(count === entries[at - 1] && { twinOf: at - 1 }),
  }))
}

export function expectOne(_fs: unknown, processes: readonly Process[]): string | undefined {
  const inside = processes.filter(({ isInside }) => isInside).length
  const holders = processes.filter(({ holdsGate }) => holdsGate).length
  if (inside > 1) return 'two processes are inside'
  return holders > 1 ? 'two processes hold the gate' : undefined
}

const tree = treeAfter(enter)

const atGate = (entries: number[], bound: Bound, more: Partial<Scene> = {}): Scene => ({
  actors: actors(...entries),
  tree,
  check: expectOne,
  ...bound,
  ...more,
})

export const twoAtGate = (bound: Bound): Scene => atGate([1, 1], bound)

/** One of them passes again and again. */
export const oneAgainAndAgain = (bound: Bound): Scene => atGate([2, 1], bound)

export const threeAtGate = (bound: Bound): Scene => atGate([1, 1, 1], bound)

export const twoMakeGate = (bound: Bound): Scene => atGate([1, 1], bound, { tree: EMPTY_TREE })

/** What comes and goes while a folder is listed may be missing in the listing. */
export const tornListings = (bound: Bound): Scene => atGate([1, 1], bound, { tornListings: true })

/**
 * So slow that its number was used and swept meanwhile: found where claims are swept downwards and
 * the judged one is not read again.
 */
export const slowProcess = (bound: Bound): Scene =>
  atGate([3, 1], bound, {
    opening: [{ actor: 1, before: 'link' }, { actor: 0 }, { actor: 0 }],
    tornListings: true,
  })

/**
 * The slow one dies, and another judges its claim by an old listing: without a look at what is the
 * top now, that one passes the dead claim.
 */
export const oldListing = (bound: Bound): Scene =>
  atGate([3, 1, 1], bound, {
    opening: [
      { actor: 1, before: 'link' },
      { actor: 0 },
      { actor: 2, before: 'readFile' },
      { actor: 0 },
      { actor: 0, before: 'parts' },
    ],
  })

/**
 * One takes the gate away while others come, and come again. Nothing is forgotten here: what comes
 * again after that begins with operations of another try.
 */
export const gateTakenAway =
  (...entries: number[]) =>
  (bound: Bound): Scene =>
    atGate(entries, bound, {
      everyOrder: true,
      actors: [{ pid: entries.length + 1, errands: [retire] }, ...actors(...entries)].map(
        ({ twinOf, ...actor }) => ({
          ...actor,
          ...(twinOf !== undefined && { twinOf: twinOf + 1 }),
        }),
      ),
    })

/**
 * So slow that its number was used and swept meanwhile, when the gate is to be taken away: were it
 * taken, the slow one would take its link back out of the next gate, where it is somebody else's.
 */
export const slowAndTakenAway = (bound: Bound): Scene =>
  atGate([3, 1], bound, {
    tree: EMPTY_TREE,
    actors: [{ pid: 3, errands: [retire] }, ...actors(3, 1)],
    opening: [
      { actor: 2, before: 'link' },
      { actor: 1 },
      { actor: 1 },
      { actor: 0, before: 'rename' },
      { actor: 2, before: 'list' },
      { actor: 0 },
      { actor: 1, before: 'parts' },
    ],
    everyOrder: true,
  })
