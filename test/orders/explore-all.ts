/** Tests of scenes, each in every order up to its bound. */
import { afterAll, expect, test } from 'vitest'
import { bound, isDeep } from '../helpers/search.ts'
import { explore } from './explore.ts'
import type { Bound, Scene } from './scene.ts'

export interface Exploration {
  readonly scene: (bound: Bound) => Scene
  /** In every test run, and in the full search: preemptions, kills. */
  readonly quick: readonly [number, number]
  readonly full: readonly [number, number]
  /** Where the full search stops short of what takes more than minutes. */
  readonly deep?: readonly [number, number]
}

/**
 * A test for each exploration, and a line with the counts of all. What one finds is printed with its
 * schedule, which `replay` of `interleave.ts` plays again in a test of its own.
 */
export function exploreAll(what: string, explorations: Record<string, Exploration>): void {
  const tried = { schedules: 0, states: 0, steps: 0, kills: 0 }
  afterAll(() => console.log(`${what}: ${JSON.stringify(tried)}`))

  test.each(Object.entries(explorations))('%s', (name, { scene, quick, full, deep }) => {
    const [preemptions, kills] = isDeep && deep ? deep : bound(quick, full)
    const begun = performance.now()
    const explored = explore(scene({ preemptions, kills }))
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    const { broken, ...counts } = explored
    console.log(`${name}: ${JSON.stringify({ preemptions, ...counts })} in ${seconds} s`)
    expect(broken).toBeUndefined()
    expect(counts.schedules).toBeGreaterThan(1)
    if (kills > 0) expect(counts.kills).toBeGreaterThan(0)
    for (const key of ['schedules', 'states', 'steps', 'kills'] as const) tried[key] += counts[key]
  })
}
