import { expect, test } from 'vitest'
import { explore, replay } from './explore.ts'
import { expectOne } from './gate-scenes.ts'
import type { Errand } from './walk.ts'

test('the explorer finds two inside where there is no gate', () => {
  const open: Errand = (ports, { meet }) => {
    ports.fs.list('/')
    meet()
  }
  const two = [1, 2].map((pid) => ({ pid, errands: [open] }))
  const scene = { actors: two, preemptions: 0, kills: 0, check: expectOne }
  const { broken } = explore(scene)
  expect(broken).toMatch(/^two processes are inside\nschedule: 0\*2 1\*2\n0: list \/ -> \[\]/)
  expect(replay(scene, '0*2 1*2')).toBe(broken)
  expect(replay(scene, '0*4 1*4')).toBeUndefined()
})

test.each([0, 1])('the explorer finds a wait that never ends, with %d kills', (kills) => {
  const wait: Errand = (ports) => {
    while (ports.fs.list('/').length === 0) ports.clock.sleepMs(1)
  }
  const one = [{ pid: 1, errands: [wait] }]
  const scene = { actors: one, preemptions: 0, kills }
  const { broken } = explore(scene)
  expect(broken).toMatch(/^process 0 waits for ever\nschedule: 0\*2\n/)
  expect(replay(scene, '0*2')).toBe(broken)
})
