/** Processes that pass the gate and do nothing inside. */
import { withGate } from '../../src/session/gate.ts'
import { projectPaths } from '../../src/session/layout.ts'
import { ownRecord } from '../../src/session/participants.ts'
import type { Actor, Process, Scene } from './interleave.ts'
import { type Errand, treeAfter } from './walk.ts'

const paths = projectPaths('/home', '0123456789abcdef')

const enter: Errand = (ports, { meet }) => {
  withGate(ports, paths, ownRecord(ports), { purpose: 'count' }, meet)
}

/** @param entries how often each of them passes */
function actors(...entries: number[]): Actor[] {
  return entries.map((count, at) => ({ pid: at + 1, errands: Array(count).fill(enter) }))
}

export function expectOne(_fs: unknown, processes: readonly Process[]): string | undefined {
  const inside = processes.filter(({ isInside }) => isInside).length
  const holders = processes.filter(({ holdsGate }) => holdsGate).length
  if (inside > 1) return 'two processes are inside'
  return holders > 1 ? 'two processes hold the gate' : undefined
}

const check = expectOne
const tree = treeAfter(enter)

export const gateScenes: Record<string, Scene> = {
  'two processes, with a kill': { actors: actors(1, 1), tree, preemptions: 3, kills: 1, check },
  'two processes, one of them again and again, with a kill': {
    actors: actors(2, 1),
    tree,
    preemptions: 2,
    kills: 1,
    check,
  },
  'three processes, with a kill': {
    actors: actors(1, 1, 1),
    tree,
    preemptions: 1,
    kills: 1,
    check,
  },
  'two processes that both make the gate, with a kill': {
    actors: actors(1, 1),
    preemptions: 2,
    kills: 1,
    check,
  },
  'two processes whose listings miss what comes and goes': {
    actors: actors(1, 1),
    tree,
    preemptions: 2,
    kills: 1,
    tornListings: true,
    check,
  },
  // Found where claims are swept downwards and the judged one is not read again.
  'a process so slow that its number was used and swept meanwhile': {
    actors: actors(3, 1),
    tree,
    opening: [{ actor: 1, before: 'link' }, { actor: 0 }, { actor: 0 }],
    preemptions: 2,
    kills: 0,
    tornListings: true,
    check,
  },
  // Without a look at what is the top now, the last of them passes the dead claim of the second.
  'a slow process that dies, and one that judges its claim by an old listing': {
    actors: actors(3, 1, 1),
    tree,
    opening: [
      { actor: 1, before: 'link' },
      { actor: 0 },
      { actor: 2, before: 'readFile' },
      { actor: 0 },
      { actor: 0, before: 'parts' },
    ],
    preemptions: 0,
    kills: 1,
    check,
  },
}
