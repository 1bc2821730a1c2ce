import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { fileAt, listing } from '../helpers/on-disk.ts'
import { fourLines } from '../helpers/refusal.ts'
import { idOf, MINE, past, refused } from '../helpers/restore.ts'
import { flow, git, newTeam, ORIGINAL, put, SETTINGS, settingsOf } from '../helpers/team.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'

describe('`flow restore`', () => {
  test('shows the difference, puts the bytes back, and names the command that undoes it', async () => {
    const team = await past()
    const { code, stdout, stderr } = await flow(team, 'restore', 'last', '--yes')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(
      '--- .claude/settings.json\n+++ .claude/settings.json\n-{ "model": "haiku" }\n',
    )
    expect(stdout).toContain('+\t"model": "opus",\n')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    const [, undo = ''] = /^undo: flow (restore [0-9a-f]{6})$/m.exec(stdout) ?? []
    expect((await flow(team, ...undo.split(' '), '--yes')).code).toBe(0)
    expect(settingsOf(team)).toBe(MINE)
    expect((await flow(team, 'status')).stdout).toContain('no session is open')
  })

  test('leaves the index as it is: git sees a change, which is true', async () => {
    const team = await past()
    git(team, 'add', '-A')
    const staged = git(team, 'ls-files', '--stage', '.claude')
    await flow(team, 'restore', 'last', '--yes')
    expect(git(team, 'ls-files', '--stage', '.claude')).toBe(staged)
    expect(git(team, 'status', '--porcelain')).toBe('MM .claude/settings.json\n')
  })

  test('removes a file that was not there', async () => {
    const team = newTeam({ files: { '.claude': null } })
    await flow(team, 'exec', '--', 'true')
    put(team.cwd, { '.claude/settings.json': MINE })
    const { stdout } = await flow(team, 'restore', 'last', '--yes')
    expect(stdout).toContain('+++ /dev/null\n')
    expect(stdout).toContain('removed .claude/settings.json\n')
    expect(existsSync(dirname(team.settingsPath))).toBe(false)
  })

  test('--dry-run shows the difference and changes nothing', async () => {
    const team = await past()
    const before = listing(team.folder)
    const { code, stdout } = await flow(team, 'restore', 'latest', '--dry-run')
    expect(code).toBe(0)
    expect(stdout).toContain('-{ "model": "haiku" }\n')
    expect(stdout).toContain('nothing was changed')
    expect(listing(team.folder)).toEqual(before)
  })

  test('says so where the files are as they were', async () => {
    const team = newTeam()
    await flow(team, 'exec', '--', 'true')
    const { code, stdout } = await flow(team, 'restore', 'last')
    expect([code, stdout]).toEqual([
      0,
      `.claude/settings.json is as ${idOf(team).slice(-6)} found it: nothing to do\n`,
    ])
  })
})

describe('`flow restore` refuses, and changes nothing', () => {
  test('without --yes where there is nobody to ask', async () => {
    const team = await past()
    const said = await refused(team, 'last')
    expect(said).toMatchObject({ code: 2, what: expect.stringContaining('asks before it changes') })
    expect(said.next).toContain('flow restore last --yes')
  })

  test('while a session is open, and says who is in it', async () => {
    const team = await past()
    const { flow: wrapper } = await startAgent(team)
    const before = settingsOf(team)
    const done = await flow(team, 'restore', 'last', '--yes')
    expect(done.code).toBe(1)
    expect(fourLines(done).why).toContain(`claude, pid ${wrapper.pid},`)
    expect(settingsOf(team)).toBe(before)
  })

  test('while a killed one waits to be recovered', async () => {
    const team = await past()
    await orphan(team)
    const before = settingsOf(team)
    const done = await flow(team, 'restore', 'last', '--yes')
    expect(done.code).toBe(1)
    expect(fourLines(done).next).toContain('flow recover')
    expect(settingsOf(team)).toBe(before)
  })

  test('an id that is not known, and says what is near', async () => {
    const team = await past()
    const id = idOf(team)
    const said = await refused(team, `x${id.slice(-5)}`)
    expect(said.code).toBe(2)
    expect(said.what).toContain(`did you mean "${id.slice(-6)}"?`)
    expect(said.why).toContain(id.slice(-6))
  })

  test('settings that are a link out of the repository', async () => {
    const team = await past()
    const outside = join(team.folder, 'outside.json')
    writeFileSync(outside, MINE)
    rmSync(team.settingsPath)
    symlinkSync(outside, team.settingsPath)
    const said = await refused(team, 'last', '--yes')
    expect(said.what).toContain('leads out of the repository')
    expect(said.next).not.toContain('--follow-symlinks')
  })
})

describe.skipIf(!hasTerminals)('on a terminal `flow restore` asks', () => {
  test.each([
    ['y', 0, SETTINGS],
    ['n', 1, MINE],
    ['\x03', 1, MINE],
  ])('%j ends it with %d', async (key, code, settings) => {
    const team = await past()
    const terminal = openTerminal(['flow', 'restore', 'last'], team)
    await terminal.shows('+++ .claude/settings.json')
    await terminal.shows(`Put .claude/settings.json back, as before ${idOf(team).slice(-6)}?`)
    terminal.type(key)
    expect(await terminal.ended).toEqual({ code, signal: null })
    expect(settingsOf(team)).toBe(settings)
  })
})
