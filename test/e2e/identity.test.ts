/** Who counts as alive: real processes, and real records that tell of another boot, machine or user. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { enter, judged, recordAs, rewriteRecords, SHELLS } from '../helpers/records.ts'
import { unprivileged } from '../helpers/refusal.ts'
import { begin, DEADLINE, isOver } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  MARK,
  MEMORY,
  newTeam,
  ORIGINAL,
  settingsOf,
  type Team,
} from '../helpers/team.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { startNamed, startZombie } from '../shell/state-home.ts'

const CALM = { code: 0, stdout: 'on\n', stderr: '' }
const isLinux = process.platform === 'linux'

let elsewhere = ''
beforeEach(() => {
  elsewhere = tempFolder()
})

/** Nobody may take the session for over. */
async function staysOpen(team: Team): Promise<void> {
  const merged = settingsOf(team)
  expect((await flow(team, 'recover')).stderr).toBe('flow: nothing to recover\n')
  expect((await flow(team, 'run')).stdout).toContain(MEMORY)
  const entered = await Promise.all(SHELLS.map((sh) => enter(team, elsewhere, sh)))
  expect(entered).toMatchObject(SHELLS.map(() => CALM))
  expect(settingsOf(team)).toBe(merged)
  expect(merged).toContain(MARK)
}

describe.runIf(isLinux)('a killed session whose wrapper’s record tells of', () => {
  test.each([') Z 1\n) Z 1'])(
    'a process by the name of %j: it is open while that runs, and no later process has its place',
    async (name) => {
      const team = newTeam()
      await orphan(team)
      const pid = await startNamed(name)
      recordAs(team, pid)
      expect(await judged(team)).toMatchObject([{ pid, verdict: 'alive' }])
      await staysOpen(team)
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
      await staysOpen(team)
      recordAs(team, process.pid, { startTime: null })
      expect(await judged(team)).toMatchObject([{ verdict: 'alive' }])
      recordAs(team, process.pid, { startTime: '1' })
      expect((await enter(team, elsewhere)).stderr).toContain('flow: put .claude/settings.json')
      expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    },
  )

  test('a zombie: it is over, though `kill -0` says that it runs', async () => {
    const team = newTeam()
    await orphan(team)
    const pid = await startZombie()
    expect(process.kill(pid, 0)).toBe(true)
    recordAs(team, process.pid, { pid, startTime: null })
    expect((await judged(team))[0]?.reason).toBe('it ended and waits to be reaped')
    expect((await enter(team, elsewhere)).stderr).toContain('flow: put .claude/settings.json')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })
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
  test('an earlier boot of this machine: everybody in it is dead, whoever has the pid now', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    rewriteRecords(team, { bootId: '00000000-0000-0000-0000-000000000000' })
    for (const one of await judged(team)) {
      expect(one).toMatchObject({
        verdict: 'dead',
        reason: 'this machine was started anew since',
      })
    }
    expect((await enter(team, elsewhere)).stderr).toContain('flow: put .claude/settings.json')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    // Whoever lives on in it finds that somebody has ended it, and changes nothing.
    expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test.each<[string, Parameters<typeof rewriteRecords>[1], string]>([
    ['another machine', { machineId: 'b', bootId: 'c' }, 'it runs on another machine'],
    [
      'an unknown machine and another boot',
      { machineId: '', bootId: 'c' },
      'it was started under another boot, perhaps of another machine',
    ],
  ])('%s: it counts as alive, is said so, and --force overrides', async (_, changes, reason) => {
    const team = newTeam()
    await orphan(team)
    rewriteRecords(team, changes)
    const merged = settingsOf(team)
    for (const one of await judged(team)) expect(one).toMatchObject({ verdict: 'foreign', reason })
    expect((await flow(team, 'status')).stdout).toContain(`${reason}, so it counts as alive`)
    const left = await flow(team, 'recover')
    expect(left.code).toBe(1)
    expect(left.stderr).toContain(`flow: left the session in ${team.cwd} alone: ${reason}\n`)
    expect(left.stderr).toContain('`flow recover --force`')
    expect(await enter(team, elsewhere)).toMatchObject(CALM)
    expect((await flow(team, 'run')).stdout).toContain(MEMORY)
    expect(settingsOf(team)).toBe(merged)

    expect((await flow(team, 'recover', '--force')).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(backupRefs(team)).toEqual([])
  })
})

function agentIn(team: Team): Promise<number> {
  return vi.waitFor(async () => {
    const agent = (await judged(team)).find(({ role }) => role === 'agent')
    if (agent === undefined) throw new Error('no agent yet')
    return agent.pid
  }, DEADLINE)
}
