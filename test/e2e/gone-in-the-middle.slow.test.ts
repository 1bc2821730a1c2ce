/** What flow stands on goes while an agent works: its package, or the whole repository. */
import {
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { projectHash } from '../../src/session/layout.ts'
import { startAgent } from '../helpers/agent.ts'
import { fileAt, namesIn } from '../helpers/on-disk.ts'
import { fourLines } from '../helpers/refusal.ts'
import { run } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  git,
  MARK,
  MEMORY,
  newTeam,
  ORIGINAL,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'

/** The same team after `mv team moved`. */
function move(team: Team): Team {
  const cwd = join(team.folder, 'moved')
  renameSync(team.cwd, cwd)
  const PATH = team.env.PATH?.replaceAll(team.cwd, cwd)
  const settingsPath = join(cwd, '.claude/settings.json')
  return { ...team, cwd, settingsPath, env: { ...team.env, PATH } }
}

describe('`npm ci` while the agent works', () => {
  test('the session ends as if nothing had been', async () => {
    const team = newTeam()
    // Where package-lock.json has it.
    copyFileSync(inject('tarball'), join(team.folder, basename(inject('tarball'))))
    const agent = await startAgent(team)
    const installed = await run(['npm', 'ci', '--prefer-offline', '--no-audit', '--no-fund'], team)
    expect(installed.code, installed.stderr).toBe(0)
    expect(settingsOf(team)).toContain(MARK)
    expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(backupRefs(team)).toEqual([])
  })

  test('killed with it, flow puts the settings back from the copy in its state home', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const [backupRef = ''] = backupRefs(team)
    const [node, resident] = ['node', 'resident'].map((name) => {
      return readFileSync(join(dirname(backupRef), name), 'utf8').trimEnd()
    })
    rmSync(join(team.cwd, 'node_modules'), { recursive: true })
    await agent.kill()
    const { code, stderr } = await run([node ?? '', resident ?? '', 'recover'], team)
    expect(code).toBe(0)
    expect(stderr).toContain('put .claude/settings.json back')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(backupRefs(team)).toEqual([])
  })
})

test('a project deleted while the agent works is nothing to recover', async () => {
  const team = newTeam({ files: { 'sub/.flowrc': '', 'sub/MEMORY.md': MEMORY } })
  const cwd = join(team.cwd, 'sub')
  const settingsPath = join(cwd, '.claude/settings.json')
  const agent = await startAgent({ ...team, cwd, settingsPath })
  rmSync(cwd, { recursive: true })
  const stderr = 'flow: nothing to recover\n'
  expect(await flow(team, 'recover')).toMatchObject({ code: 0, stderr })
  await agent.end()
})

describe('the repository moved while the agent works', () => {
  test('flow says so, and puts the settings back once it is where it was', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const moved = move(team)
    const merged = settingsOf(moved)
    const done = await agent.end()
    expect(done.code).toBe(1)
    expect(fourLines(done)).toMatchObject({
      what: expect.stringContaining(team.cwd),
      next: expect.stringContaining('flow-agent recover'),
    })
    expect(settingsOf(moved)).toBe(merged)
    renameSync(moved.cwd, team.cwd)
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test.each(['its end', 'a kill'])(
    'for good: after %s the next session there takes the hooks out',
    async (how) => {
      const team = newTeam()
      const agent = await startAgent(team)
      const moved = move(team)
      if (how === 'a kill') await agent.kill()
      else await agent.end()
      const look = await flow(moved, 'exec', '--', 'cat', '.claude/settings.json')
      expect(look.code).toBe(0)
      // Its own hooks alone: two groups.
      expect(look.stdout.split(MARK)).toHaveLength(3)
      expect(fileAt(moved.settingsPath)).toEqual(ORIGINAL)
      expect((await flow(moved, 'recover', '--force', team.cwd)).code).toBe(0)
      expect(fileAt(moved.settingsPath)).toEqual(ORIGINAL)
      expect(backupRefs(team)).toEqual([])
    },
  )

  test('and cloned anew in its place: nothing in the clone is touched', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const moved = move(team)
    git(moved, 'clone', '-q', '.', team.cwd)
    await agent.end()
    expect(settingsOf(team)).toBe(SETTINGS)
    expect(git(team, 'status', '--porcelain')).toBe('')
    expect(backupRefs(team)).toEqual([])
  })
})

describe('the repository deleted while the agent works', () => {
  test('flow says so and keeps the backup; `flow recover --force` closes the session', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const [backupRef = ''] = backupRefs(team)
    const { backupPath } = JSON.parse(readFileSync(backupRef, 'utf8'))
    rmSync(team.cwd, { recursive: true })
    const done = await agent.end()
    expect(done.code).toBe(1)
    expect(fourLines(done).kept).toContain(backupPath)
    expect(existsSync(team.cwd)).toBe(false)
    const other = newTeam({ stateHome: team.stateHome })
    expect((await flow(other, 'recover', '--force')).code).toBe(0)
    expect(readFileSync(join(backupPath, 'settings.json'), 'utf8')).toBe(SETTINGS)
    expect(backupRefs(team)).toEqual([])
  })
})

test.each([
  ['the end of a session', ['exec', '--', 'true']],
  ['`flow recover`', ['recover']],
])('what flow has of a project that is gone for 30 days goes with %s', async (_, words) => {
  const team = newTeam()
  const other = newTeam({ stateHome: team.stateHome })
  for (const one of [team, other]) await flow(one, 'exec', '--', 'true')
  rmSync(team.cwd, { recursive: true })
  const snapshots = join(team.stateHome, 'snapshots', projectHash(team.cwd))
  await flow(other, ...words)
  expect(existsSync(snapshots)).toBe(true)
  const ended = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000)
  for (const name of namesIn(snapshots)) {
    writeFileSync(join(snapshots, name, 'closed'), `${ended.toISOString()}\n`)
  }
  utimesSync(snapshots, ended, ended)
  expect((await flow(other, ...words)).code).toBe(0)
  expect(existsSync(snapshots)).toBe(false)
  expect(existsSync(join(team.stateHome, 'snapshots', projectHash(other.cwd)))).toBe(true)
})
