/** Who counts as alive: real processes, and real records that tell of another boot, machine or user. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { ProcessRecord } from '../../src/session/pid-lock.ts'
import { orphan, startAgent } from '../helpers/agent.ts'
import { countsAsAlive } from '../helpers/identity.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { enter, judged, recordAs, rewriteRecords } from '../helpers/records.ts'
import { newTeam, ORIGINAL } from '../helpers/team.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { startZombie } from '../shell/state-home.ts'

const isLinux = process.platform === 'linux'

let elsewhere = ''
beforeEach(() => {
  elsewhere = tempFolder()
})

describe.runIf(isLinux)('a killed session whose wrapper’s record tells of', () => {
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

describe('a session at work whose records tell of', () => {
  test('an earlier boot of this machine: everybody in it is dead, whoever has the pid now', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    rewriteRecords(team, { bootId: '00000000-0000-0000-0000-000000000000' })
    for (const one of await judged(team)) {
      expect(one).toMatchObject({
        verdict: 'dead',
        reason: 'this machine was restarted since',
      })
    }
    expect((await enter(team, elsewhere)).stderr).toContain('flow: put .claude/settings.json')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    // Whoever lives on in it finds that somebody has ended it, and changes nothing.
    expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test.each<[string, Partial<ProcessRecord>, string]>([
    ['another machine', { machineId: 'b', bootId: 'c' }, 'it runs on another machine'],
  ])('%s: it counts as alive, is said so, and --force overrides', (_, changes, reason) =>
    countsAsAlive(changes, reason, elsewhere),
  )
})
