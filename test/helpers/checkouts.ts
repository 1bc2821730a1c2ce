/** A checkout after a session in the repository was killed. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { orphan } from './agent.ts'
import { fileAt } from './on-disk.ts'
import type { Place } from './running.ts'
import { flow, MARK, newTeam, settingsOf, type Team } from './team.ts'

/** The next checkout recovers, whatever has changed in the repository. */
export async function recoversAfter(change: (team: Team) => void): Promise<void> {
  const team = newTeam()
  const before = fileAt(team.settingsPath)
  await orphan(team)
  change(team)
  expectRecovery(team, 'checkout', '-q', '-b', 'other')
  expect(fileAt(team.settingsPath)).toEqual(before)
  expect(existsSync(join(team.folder, 'ran'))).toBe(false)
}

/** With this value of `FLOW` a killed session is left as it is. */
export async function switchesOff(FLOW: string): Promise<void> {
  const team = newTeam()
  await orphan(team)
  const off = { ...team, env: { ...team.env, FLOW } }
  expect(checkout(off, 'checkout', '-q', '-b', 'other')).toMatchObject({ status: 0, stderr: '' })
  expect((await flow(off, 'recover', '--quiet')).code).toBe(0)
  const merged = settingsOf(team)
  expect(merged).toContain(MARK)
  const done = await flow(off, 'exec', '--', 'cat', '.claude/settings.json')
  expect(done).toMatchObject({ code: 0, stdout: merged, stderr: '' })
}

export function expectRecovery(team: Team, ...words: string[]): void {
  expect(settingsOf(team)).toContain(MARK)
  const { status, stderr } = checkout(team, ...words)
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringContaining('flow: put .claude/settings.json back'),
  })
}

function checkout({ cwd, env }: Place, ...words: string[]) {
  return spawnSync('git', words, { cwd, env, encoding: 'utf8' })
}

/** A checkout of a new branch. */
export function checkOutOther(place: Place) {
  return checkout(place, 'checkout', '-q', '-b', 'other')
}
