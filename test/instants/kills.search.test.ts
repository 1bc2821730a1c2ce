/**
 * SIGKILL before the k-th file operation of the real commands, for every k until one comes to its
 * end; also in the middle of a write. Then somebody recovers, and bytes are compared.
 *
 * Of the `exec` that has to make its settings every seventh or fifth one is enough: all but the file
 * itself, and how it is hidden from git, is as in `run`.
 *
 * The small bound leaves operations out: it strikes at every `stride`-th one and every fifth write.
 */
import { describe, expect, test } from 'vitest'
import { bound } from '../helpers/search.ts'
import { expectMended, expectMendedByFlow } from './mended.ts'
import {
  CHECKOUT,
  EXEC,
  EXEC_NEXT_TO_GITIGNORE,
  JOIN,
  RECOVER,
  RUN,
  type Scene,
  type SceneLane,
} from './scenes.ts'
import { atEvery, stepsOf, strike } from './strike.ts'

const SCENES = [
  { ...RUN, stride: bound(9, 1) },
  { ...EXEC, stride: bound(23, 7) },
  { ...EXEC_NEXT_TO_GITIGNORE, stride: bound(23, 5) },
  { ...JOIN, stride: bound(13, 1) },
  { ...RECOVER, stride: bound(5, 1) },
  { ...CHECKOUT, stride: bound(7, 1) },
]
const tried = { kills: 0, torn: 0, recoveries: 0, seconds: 0 }
const began = performance.now()
let turn = 0

describe.each(SCENES)('$name', (scene) => {
  test('nothing is lost by a kill before any file operation, and in any write', async () => {
    const lanes = await Promise.all([scene.newLane(), scene.newLane()])
    const places = { first: 1, stride: scene.stride }
    const kills = await atEvery(lanes, places, (lane, at) => killAt(scene, lane, at, 'kill'))
    expect(kills).toBeGreaterThan(bound(5, 30))

    const writes = await writesOf(scene, lanes[0])
    const some = { first: 0, stride: bound(5, 1) }
    const torn = await atEvery(lanes, some, async (lane, index) => {
      const at = writes[index]
      return at !== undefined && (await killAt(scene, lane, at, 'torn'))
    })
    expect(torn).toBeGreaterThan(bound(0, 2))
    console.log(`instants of ${scene.argv.join(' ')}: ${kills}, in writes: ${torn}`)
    tried.kills += kills
    tried.torn += torn
  })
})

test('as many instants as it claims', () => {
  tried.seconds = Math.round((performance.now() - began) / 1000)
  console.log(`instants, kills: ${JSON.stringify(tried)}`)
  expect(tried.kills).toBeGreaterThan(bound(40, 450))
  expect(tried.recoveries).toBeGreaterThan(0)
})

/** Numbers of the operations that write, when nothing strikes. */
async function writesOf(scene: Scene, lane: SceneLane): Promise<number[]> {
  lane.begin()
  const steps = await stepsOf(lane.team, scene.argv)
  lane.leave()
  return steps.flatMap((step, at) => (step.startsWith('writeSync ') ? [at + 1] : []))
}

/** False when the command came to its end. */
async function killAt(
  scene: Scene,
  lane: SceneLane,
  at: number,
  by: 'kill' | 'torn',
): Promise<boolean> {
  lane.begin()
  const done = await strike(lane.team, scene.argv, { at, by })
  const { isStruck, code, signal, when } = done
  // git goes on where its hook was killed.
  const isKilled = isStruck && scene.argv[0] === 'flow'
  const wanted = isKilled
    ? { code: null, signal: 'SIGKILL' }
    : { code: scene.exitCode, signal: null }
  expect({ code, signal }, `${when}\n${done.stderr}`).toEqual(wanted)
  turn += 1
  if (turn % 16 === 0) {
    await expectMendedByFlow(lane, when)
    tried.recoveries += 1
  } else await expectMended(lane, when)
  return isStruck
}
