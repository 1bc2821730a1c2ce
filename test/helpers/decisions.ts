/** What `DEBUG=flow:*` tells. */
import { expect } from 'vitest'
import { run } from './running.ts'
import type { Team } from './team.ts'

/** What is told of the decisions of `flow …`, in their order, without the times. */
export async function story(
  team: Team,
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
) {
  const env = { ...team.env, DEBUG: 'flow:*', ...variables }
  const { stderr } = await run(['flow', ...args], { ...team, env })
  return stderr.split('\n').flatMap((line) => /^\S+Z flow:(.*)$/.exec(line)?.[1] ?? [])
}

/** Each of these lines is there, in this order. */
export function expectInOrder(
  lines: readonly string[],
  wanted: readonly (string | RegExp)[],
): void {
  let at = -1
  for (const one of wanted) {
    const is = (line: string) => (typeof one === 'string' ? line === one : one.test(line))
    const next = lines.findIndex((line, index) => index > at && is(line))
    expect(next, `${one}\nin:\n${lines.join('\n')}`).toBeGreaterThan(at)
    at = next
  }
}
