import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { rewriteRecords } from '../helpers/records.ts'
import { fourLines } from '../helpers/refusal.ts'
import { begin, DEADLINE, run } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  git,
  MARK,
  MEMORY,
  newTeam,
  ORIGINAL,
  settingsOf,
} from '../helpers/team.ts'

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

describe('`flow recover --force`', () => {
  /** Two projects of one state directory, each with a session that may be alive elsewhere. */
  async function twoElsewhere() {
    const team = newTeam({ name: 'a "team"' })
    const other = newTeam({ stateHome: team.stateHome })
    for (const one of [team, other]) await orphan(one)
    rewriteRecords(team, { machineId: 'another', bootId: 'another' })
    return { team, other }
  }

  test('in a project leaves the sessions of others alone', async () => {
    const { team, other } = await twoElsewhere()
    const done = await flow({ ...team, cwd: join(team.cwd, '.claude') }, 'recover', '--force')
    expect(done.code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(settingsOf(other)).toContain(MARK)
    expect(await flow(team, 'recover', '--force')).toMatchObject({
      code: 0,
      stderr: `flow: nothing to recover in ${team.cwd}\n`,
    })
    expect(settingsOf(other)).toContain(MARK)
  })

  test('with a path is for that project, as the report of the others says it', async () => {
    const { team, other } = await twoElsewhere()
    const left = await flow(other, 'recover', '--force', other.cwd)
    expect(left.code).toBe(0)
    expect(settingsOf(team)).toContain(MARK)
    const [, command = ''] = /run `flow (.*)`/.exec((await flow(other, 'recover')).stderr) ?? []
    expect(command).toBe(`recover --force '${team.cwd}'`)
    const typed = await run(['/bin/sh', '-c', `flow ${command}`], other)
    expect(typed.code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test('outside of every project is for all', async () => {
    const { team, other } = await twoElsewhere()
    expect((await flow({ ...team, cwd: team.folder }, 'recover', '--force')).code).toBe(0)
    expect([team, other].map((one) => fileAt(one.settingsPath))).toEqual([ORIGINAL, ORIGINAL])
  })

  test('with a path that flow does not know changes nothing', async () => {
    const { team, other } = await twoElsewhere()
    const done = await flow(team, 'recover', '--force', '../typo')
    expect(done.code).toBe(2)
    expect(fourLines(done).what).toContain(join(team.folder, 'typo'))
    expect([team, other].map(settingsOf).join()).toContain(MARK)
    expect(backupRefs(team)).toHaveLength(2)
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
