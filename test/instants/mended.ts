/** What has to be true after whatever went wrong. */
import { join } from 'node:path'
import { expect } from 'vitest'
import { recoverSessions } from '../../src/index.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { openSnapshots } from '../../src/session/state.ts'
import { namesIn } from '../helpers/on-disk.ts'
import { isOver } from '../helpers/running.ts'
import { flow } from '../helpers/team.ts'
import { agentsOf, projectFiles } from './lane.ts'
import { ports, type SceneLane } from './scenes.ts'

/**
 * Everybody leaves, somebody recovers: then every byte and mode of the project is the person's,
 * nothing of flow's is in it, and the state home knows of no session.
 */
export async function expectMended(lane: SceneLane, when: string): Promise<void> {
  const { team } = lane
  for (const pid of agentsOf(team)) await isOver(pid)
  lane.leave()
  const options = { force: false, automatic: false, cwd: null }
  const outcomes = recoverSessions(ports, team.stateHome, options)
  const others = outcomes.filter(({ kind }) => kind !== 'restored' && kind !== 'nothing')
  expect(others, when).toEqual([])
  expectOver(lane, when)
}

/** The same by a process of its own; and the next session is like the first. */
export async function expectMendedByFlow(lane: SceneLane, when: string): Promise<void> {
  const { team } = lane
  for (const pid of agentsOf(team)) await isOver(pid)
  lane.leave()
  const recovery = await flow(team, 'recover')
  expect(recovery.code, `${when}\n${recovery.stderr}`).toBe(0)
  expectOver(lane, when)
  const next = await flow(team, 'exec', '--', 'claude')
  expect(next, when).toMatchObject({ code: 7, stdout: '2\n', stderr: '' })
  expectOver(lane, when)
}

export function expectOver({ team, wanted }: SceneLane, when: string): void {
  expect(projectFiles(team), when).toEqual(wanted)
  const sessions = namesIn(join(team.stateHome, 'sessions'))
  const open = sessions.filter((name) => name !== 'history')
  expect(open, when).toEqual([])
  const paths = projectPaths(team.stateHome, projectHash(team.cwd))
  expect(openSnapshots(ports, paths), when).toEqual([])
}
