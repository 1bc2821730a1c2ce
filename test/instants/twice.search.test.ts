/**
 * A command is killed, then the recovery of what it left is killed, then somebody recovers.
 *
 * Not every pair is tried: every `stride`-th operation of the command, and of each recovery every
 * `again`-th, from another beginning each time. The strides share no divisor with the number of
 * operations in one step of the protocol, so that they meet all kinds.
 */
import { describe, expect, test } from 'vitest'
import { bound } from '../helpers/search.ts'
import { keep } from './lane.ts'
import { expectMended } from './mended.ts'
import { EXEC, RECOVER, RUN } from './scenes.ts'
import { atEvery, strike } from './strike.ts'

const SCENES = [
  { ...RUN, stride: bound(67, 13), again: bound(13, 7) },
  { ...EXEC, stride: bound(71, 29), again: bound(17, 11) },
  { ...RECOVER, stride: bound(31, 11), again: bound(17, 11) },
]
const tried = { kills: 0, killsOfRecovery: 0, seconds: 0 }
const began = performance.now()

describe.each(SCENES)('$name', (scene) => {
  test('nothing is lost by a kill, and another in the recovery after it', async () => {
    const lanes = await Promise.all([scene.newLane(), scene.newLane()])
    const kills = await atEvery(
      lanes,
      { first: scene.stride, stride: scene.stride },
      async (lane, at) => {
        lane.begin()
        const killed = await strike(lane.team, scene.argv, { at, by: 'kill' })
        const back = keep(lane.team)
        for (let again = 1 + (at % scene.again); ; again += scene.again) {
          back()
          const twice = await strike(lane.team, RECOVER.argv, { at: again, by: 'kill' })
          await expectMended(lane, `${killed.when}; ${twice.when}`)
          if (!twice.isStruck) break
          expect(twice.signal).toBe('SIGKILL')
          tried.killsOfRecovery += 1
        }
        return killed.isStruck
      },
    )
    expect(kills).toBeGreaterThan(0)
    tried.kills += kills
  })
})

test('as many pairs as it claims', () => {
  tried.seconds = Math.round((performance.now() - began) / 1000)
  console.log(`instants, kills of recovery: ${JSON.stringify(tried)}`)
  expect(tried.killsOfRecovery).toBeGreaterThan(bound(10, 100))
})
