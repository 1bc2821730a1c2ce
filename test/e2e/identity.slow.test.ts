/** Who counts as alive: rarer records. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { ProcessRecord } from '../../src/session/pid-lock.ts'
import { orphan } from '../helpers/agent.ts'
import { countsAsAlive, staysOpen } from '../helpers/identity.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { enter, judged, recordAs } from '../helpers/records.ts'
import { unprivileged } from '../helpers/refusal.ts'
import { begin, DEADLINE, isOver } from '../helpers/running.ts'
import { newTeam, ORIGINAL, type Team } from '../helpers/team.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { startNamed } from '../shell/state-home.ts'

const isLinux = process.platform === 'linux'

let elsewhere = ''
beforeEach(() => {
  elsewhere = tempFolder()
})

describe.runIf(isLinux)('a killed session whose wrapper’s record tells of', () => {
  test.each([') Z 1\n) Z 1'])(
    'a process by the name of %j: it is open while that runs, and no later process has its place',
    async (name) => {
      const team = newTeam()
      await orphan(team)
      const pid = await startNamed(name)
      recordAs(team, pid)
      expect(await judged(team)).toMatchObject([{ pid, verdict: 'alive' }])
      await staysOpen(team, elsewhere)
      recordAs(team, pid, { startTime: '1' })
      expect(await judged(team)).toMatchObject([
        { verdict: 'dead', reason: 'its pid belongs to a later process' },
      ])
      expect((await enter(team, elsewhere)).stderr).toContain('flow: put .claude/settings.json')
      expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    },
  )

  test.runIf(process.getuid?.() === 0)(
    'a process of another user: EPERM is no proof of death, another start time is',
    async () => {
      const team = unprivileged(newTeam())
      await orphan(team)
      recordAs(team, process.pid)
      expect(await judged(team)).toMatchObject([{ pid: process.pid, verdict: 'alive' }])
      await staysOpen(team, elsewhere)
      recordAs(team, process.pid, { startTime: null })
      expect(await judged(team)).toMatchObject([{ verdict: 'alive' }])
      recordAs(team, process.pid, { startTime: '1' })
      expect((await enter(team, elsewhere)).stderr).toContain('flow: put .claude/settings.json')
      expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    },
  )
})

test.runIf(isLinux)('flow and its agent as zombies, whom nobody reaps, are dead', async () => {
  const team = newTeam()
  const work = `flow exec -- sleep 600 & echo wrapper $!; exec sleep 600`
  const parent = begin(['sh', '-c', work], team)
  await parent.says('wrapper')
  const wrapper = Number(/wrapper (\d+)/.exec(parent.printed.stdout)?.[1])
  const agent = await agentIn(team)
  process.kill(wrapper, 'SIGKILL')
  process.kill(agent, 'SIGKILL')
  for (const pid of [wrapper, agent]) await isOver(pid)
  expect(process.kill(wrapper, 0)).toBe(true)
  expect((await enter(team, elsewhere)).stderr).toContain('flow: put .claude/settings.json')
  expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
})

describe('a session at work whose records tell of', () => {
  test.each<[string, Partial<ProcessRecord>, string]>([
    [
      'an unknown machine and another boot',
      { machineId: '', bootId: 'c' },
      'it was started under another boot, perhaps of another machine',
    ],
  ])('%s: it counts as alive, is said so, and --force overrides', (_, changes, reason) =>
    countsAsAlive(changes, reason, elsewhere),
  )
})

function agentIn(team: Team): Promise<number> {
  return vi.waitFor(async () => {
    const agent = (await judged(team)).find(({ role }) => role === 'agent')
    if (agent === undefined) throw new Error('no agent yet')
    return agent.pid
  }, DEADLINE)
}
