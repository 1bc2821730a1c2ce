/** Sessions that nobody may take for over. */
import { expect } from 'vitest'
import type { ProcessRecord } from '../../src/session/pid-lock.ts'
import { orphan } from './agent.ts'
import { fileAt } from './on-disk.ts'
import { enter, judged, rewriteRecords, SHELLS } from './records.ts'
import { backupRefs, flow, MARK, MEMORY, newTeam, ORIGINAL, settingsOf, type Team } from './team.ts'

const CALM = { code: 0, stdout: 'on\n', stderr: '' }

/** Nobody may take the session for over. */
export async function staysOpen(team: Team, elsewhere: string): Promise<void> {
  const merged = settingsOf(team)
  expect((await flow(team, 'recover')).stderr).toBe('flow: nothing to recover\n')
  expect((await flow(team, 'run')).stdout).toContain(MEMORY)
  const entered = await Promise.all(SHELLS.map((sh) => enter(team, elsewhere, sh)))
  expect(entered).toMatchObject(SHELLS.map(() => CALM))
  expect(settingsOf(team)).toBe(merged)
  expect(merged).toContain(MARK)
}

/** A killed session whose records, with `changes`, do not prove that it is over: for this `reason`. */
export async function countsAsAlive(
  changes: Partial<ProcessRecord>,
  reason: string,
  elsewhere: string,
): Promise<void> {
  const team = newTeam()
  await orphan(team)
  rewriteRecords(team, changes)
  const merged = settingsOf(team)
  for (const one of await judged(team)) expect(one).toMatchObject({ verdict: 'foreign', reason })
  // It wraps at 80 columns.
  const status = (await flow(team, 'status')).stdout.replaceAll(/\s+/g, ' ')
  expect(status).toContain(`${reason}, so it counts as alive`)
  const left = await flow(team, 'recover')
  expect(left.code).toBe(1)
  expect(left.stderr).toContain(`flow: left the session in ${team.cwd} alone: ${reason}\n`)
  expect(left.stderr).toContain(`\`flow recover --force ${team.cwd}\``)
  expect(await enter(team, elsewhere)).toMatchObject(CALM)
  expect((await flow(team, 'run')).stdout).toContain(MEMORY)
  expect(settingsOf(team)).toBe(merged)

  expect((await flow(team, 'recover', '--force')).code).toBe(0)
  expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  expect(backupRefs(team)).toEqual([])
}
