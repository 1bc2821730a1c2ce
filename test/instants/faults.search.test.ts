/**
 * The k-th file operation of the real commands fails: no space, no permission, a disk that reports an
 * error or is read-only, too many open files. Either the command works all the same, or it says what
 * happened; nothing is lost, and recovery mends it.
 *
 * Every operation meets one errno, and every fifth one each errno; of the joining `exec`, whose launch
 * is that of `run`, every third operation is enough. The small bound leaves more of them out.
 * (`crash-matrix.search.test.ts` lets each operation meet each errno, without a process.)
 */
import { describe, expect, test } from 'vitest'
import { fourLines } from '../helpers/refusal.ts'
import { bound } from '../helpers/search.ts'
import { MARK, settingsOf } from '../helpers/team.ts'
import { expectMended } from './mended.ts'
import { CHECKOUT, JOIN, RECOVER, RUN, type Scene, type SceneLane } from './scenes.ts'
import { atEvery, ERRNOS, type Struck, strike } from './strike.ts'

const SCENES = [
  { ...RUN, stride: bound(9, 1) },
  { ...JOIN, stride: bound(19, 3) },
  { ...RECOVER, stride: bound(7, 1) },
  { ...CHECKOUT, stride: bound(9, 1) },
]
const tried = { faults: 0, told: 0, worked: 0, seconds: 0 }
const met = new Map<string, number>()
const began = performance.now()

describe.each(SCENES)('$name', (scene) => {
  test('a failure of any file operation is told, and loses nothing', async () => {
    const lanes = await Promise.all([scene.newLane(), scene.newLane()])
    const places = { first: 1, stride: scene.stride }
    const struck = await atEvery(lanes, places, async (lane, at) => {
      return failAt(scene, lane, at, ERRNOS[at % ERRNOS.length] as (typeof ERRNOS)[number])
    })
    expect(struck).toBeGreaterThan(5)
  })
})

test('as many failures as it claims', () => {
  tried.seconds = Math.round((performance.now() - began) / 1000)
  console.log(`instants, faults: ${JSON.stringify({ ...tried, ...Object.fromEntries(met) })}`)
  expect([...met.keys()].sort()).toEqual([...ERRNOS].sort())
  expect(tried.told).toBeGreaterThan(bound(20, 250))
  expect(tried.worked).toBeGreaterThan(bound(1, 15))
})

/** False when the command came to its end without that operation. */
async function failAt(
  scene: Scene,
  lane: SceneLane,
  at: number,
  errno: (typeof ERRNOS)[number],
): Promise<boolean> {
  lane.begin()
  const done = await strike(lane.team, scene.argv, { at, by: errno })
  if (done.isStruck) {
    met.set(errno, (met.get(errno) ?? 0) + 1)
    tried.faults += 1
    tried[expectSaid(scene, lane, done, errno)] += 1
  }
  await expectMended(lane, done.when)
  return done.isStruck
}

function expectSaid(
  scene: Scene,
  { team }: SceneLane,
  { code, signal, stdout, stderr, when }: Struck,
  errno: string,
): 'told' | 'worked' {
  const all = `${when}\n${stdout}${stderr}`
  expect(signal, all).toBeNull()
  expect(stderr, all).not.toContain('bug in flow')
  // The agent works with its hooks, or not at all; what it ends with is passed on.
  expect(['', '2\n'], all).toContain(stdout)
  const hasWorked = stdout !== ''
  // A hook fails no checkout: what it could not mend it tells.
  const isHook = scene.argv[0] === 'git'
  const isTold = stderr.includes('\n  why: ')
  if (code === scene.exitCode && !isTold) {
    if (isHook) expect(settingsOf(team), all).not.toContain(MARK)
    return 'worked'
  }
  const { what, why } = fourLines({ code, signal, stdout, stderr })
  expect(`${what}: ${why}`, all).toContain(errno)
  expect(code, all).toBe(isHook || hasWorked ? scene.exitCode : 1)
  return 'told'
}
