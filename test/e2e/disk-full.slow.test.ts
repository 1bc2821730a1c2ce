import { chmodSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { fileAt, listing } from '../helpers/on-disk.ts'
import { fourLines, refusal } from '../helpers/refusal.ts'
import { run } from '../helpers/running.ts'
import { canMount, fill, makeRoom, mountSmallDisk } from '../helpers/small-disk.ts'
import { backupRefs, flow, MARK, newTeam, ORIGINAL, SETTINGS } from '../helpers/team.ts'

const WORK = ['flow', 'exec', '--', 'cat', '.claude/settings.json']

describe.skipIf(!canMount)('a full disk', () => {
  test('for the state home, before the first session: refused, and nothing has changed', async () => {
    const team = newTeam()
    mountSmallDisk(team.stateHome, 64)
    fill(team.stateHome)
    const said = await refusal(team, ['flow', 'run'])
    expect(said).toMatchObject({ code: 1, why: expect.stringContaining('ENOSPC') })
    expect(said.next).toContain('make room on the disk')
  })

  test('for the state home, whatever step it stops: put back, or put back by recovery', async () => {
    const team = newTeam()
    mountSmallDisk(team.stateHome, 1024)
    await flow(team, 'exec', '--', 'true')
    const codes = []
    for (let pages = 0; codes.at(-1) !== 0; pages += 1) {
      fill(team.stateHome, pages)
      const done = await run(WORK, team)
      codes.push(done.code)
      if (done.code !== 0) {
        expect(fourLines(done)).toMatchObject({ why: expect.stringContaining('ENOSPC') })
        expect(fourLines(done).next).toContain('make room on the disk')
      }
      // The agent was started with its hooks, or not at all.
      expect(done.stdout === '' || done.stdout.includes(MARK)).toBe(true)
      makeRoom(team.stateHome)
      expect((await flow(team, 'recover')).code).toBe(0)
      expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
      expect(backupRefs(team)).toEqual([])
    }
    expect(codes.length).toBeGreaterThan(5)
  })

  test('for the settings: refused, and nothing has changed', async () => {
    const team = newTeam()
    mountSettings(team.settingsPath)
    fill(dirname(team.settingsPath))
    const said = await refusal(team, ['flow', 'run'])
    expect(said).toMatchObject({ code: 1, why: expect.stringContaining('ENOSPC') })
    expect(said.next).toContain('make room on the disk')
  })

  test.each(['the state home', 'the settings'])(
    'for %s, while the agent works: flow says what is kept, and recovery puts it back',
    async (which) => {
      const team = newTeam()
      const disk = which === 'the settings' ? dirname(team.settingsPath) : team.stateHome
      if (which === 'the settings') mountSettings(team.settingsPath)
      else mountSmallDisk(disk, 1024)
      const agent = await startAgent(team)
      fill(disk)
      const done = await agent.end()
      expect(done.code).toBe(1)
      expect(fourLines(done).next).toContain('make room on the disk')
      makeRoom(disk)
      expect((await flow(team, 'recover')).code).toBe(0)
      expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
      expect(backupRefs(team)).toEqual([])
    },
  )

  function mountSettings(path: string): void {
    mountSmallDisk(dirname(path), 64)
    writeFileSync(path, SETTINGS)
    chmodSync(path, 0o640)
  }
})

describe('files that may not grow beyond a limit', () => {
  test('whatever step the limit stops, nothing has changed', async () => {
    const team = newTeam()
    await flow(team, 'exec', '--', 'true')
    const steps = new Set<string>()
    // Of small settings the session's record is the largest file that is written.
    for (const settings of [JSON.stringify({ mine: 'x'.repeat(3000) }), '{}']) {
      writeFileSync(team.settingsPath, settings)
      const before = listing(team.cwd)
      let code: number | null = 1
      for (let blocks = 0; code !== 0; blocks += 1) {
        const limited = ['sh', '-c', 'ulimit -f "$0"; exec "$@"', `${blocks}`, ...WORK]
        const done = await run(limited, team)
        if (done.code !== 0) {
          const { what, why } = fourLines(done)
          steps.add(what.replace(/\/.*\//, '').replace(/\.draft-.*/, '.draft'))
          expect(why).toContain('EFBIG')
          expect(done.stdout).toBe('')
        }
        expect(listing(team.cwd)).toEqual(before)
        expect(backupRefs(team)).toEqual([])
        code = done.code
      }
    }
    // Among them: the backup, which has what the settings get as well, and the record of the session.
    expect(steps.size).toBeGreaterThan(2)
  })
})
