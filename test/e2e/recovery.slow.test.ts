import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { begin, DEADLINE } from '../helpers/running.ts'
import { backupRefs, flow, git, MEMORY, newTeam, ORIGINAL } from '../helpers/team.ts'

describe('flow and its agent killed by SIGKILL', () => {
  test.each(['checkout', 'switch'])(
    '`git %s` takes a settings file away that flow had to make, and its folder',
    async (command) => {
      const team = newTeam({ files: { '.claude': null } })
      git(team, 'branch', 'other')
      await orphan(team)
      git(team, command, '-q', 'other')
      expect(existsSync(dirname(team.settingsPath))).toBe(false)
    },
  )

  test('from another project it is put back as well', async () => {
    const team = newTeam()
    await orphan(team)
    await flow(newTeam({ stateHome: team.stateHome }), 'recover')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })
})

describe('thirty at once', () => {
  const thirty = Array.from({ length: 30 }, (_, at) => at)

  test.each([1, 20])('all killed once %i work: recovery puts the settings back', async (some) => {
    const team = newTeam()
    const log = join(team.folder, 'log')
    writeFileSync(log, '')
    const work = ['flow', 'exec', '--', 'sh', '-c', `echo $$ >>${log}; exec sleep 600`]
    const all = thirty.map(() => begin(work, team))
    const working = () => readFileSync(log, 'utf8').split('\n').length - 1
    await vi.waitFor(() => expect(working()).toBeGreaterThanOrEqual(some), DEADLINE)
    for (const { pid } of all) process.kill(-pid, 'SIGKILL')
    await Promise.all(all.map(({ ended }) => ended))

    expect((await flow(team, 'recover')).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(backupRefs(team)).toEqual([])
    expect((await flow(team, 'run')).stdout).toContain(MEMORY)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })
})
