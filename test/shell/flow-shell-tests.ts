/** `flow shell` from the package, and real recovery at real prompts. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { backupRefs, flow, MARK, newTeam, settingsOf, type Team } from '../helpers/team.ts'
import { type PromptShell, sitDown } from './prompt-shells.ts'

const BACK = 'flow: put .claude/settings.json back'

/** The person's rc file, as `flow shell NAME >>` makes it. */
async function install(team: Team, { name }: PromptShell): Promise<string> {
  const { stdout, stderr, code } = await flow(team, 'shell', name)
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  return stdout
}

export function flowShellTests(shell: PromptShell): void {
  test('a prompt anywhere puts a killed session right, and says so once, with node off the PATH', async () => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    const rc = await install(team, shell)
    await orphan(team)
    expect(settingsOf(team)).toContain(MARK)
    rmSync(join(team.cwd, 'node_modules'), { recursive: true })
    const seat = await sitDown(shell, { rc, env: { PATH: '/usr/bin:/bin' } })
    await seat.shows(BACK)
    expect(fileAt(team.settingsPath)).toEqual(before)
    expect(backupRefs(team)).toEqual([])
    await seat.run('true')
    expect(seat.shown()).not.toContain('flow:')
  })

  test('where flow is gone, the line in the rc file does nothing', async () => {
    const team = newTeam()
    const rc = await install(team, shell)
    rmSync(team.stateHome, { recursive: true })
    const seat = await sitDown(shell, { rc })
    expect(await seat.run('false')).toBe('1')
    expect(seat.shown()).not.toMatch(/flow|No such/)
  })
}

/** Rarer situations. */
export function rareFlowShellTests(shell: PromptShell): void {
  test('more than two lines are one line with the counts', async () => {
    const team = newTeam()
    const rc = await install(team, shell)
    const teams = [team, ...[1, 2].map(() => newTeam({ stateHome: team.stateHome }))]
    const before = teams.map(({ settingsPath }) => fileAt(settingsPath))
    for (const one of teams) await orphan(one)
    const seat = await sitDown(shell, { rc })
    await seat.shows('flow: recovered 3 workspaces; run `')
    expect(teams.map(({ settingsPath }) => fileAt(settingsPath))).toEqual(before)
    await seat.run('true')
    expect(seat.shown()).not.toContain('flow:')
  })

  test('what cannot be recovered is one line too, and the prompt is quiet afterwards', async () => {
    const team = newTeam()
    const rc = await install(team, shell)
    await orphan(team)
    const snapshots = join(team.stateHome, 'snapshots')
    for (const name of readdirSync(snapshots, { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('settings.json')) rmSync(join(snapshots, name))
    writeFileSync(team.settingsPath, '{ torn')
    const seat = await sitDown(shell, { rc })
    await seat.shows(' doctor` to see more')
    for (let prompts = 0; prompts < 6; prompts += 1) await seat.run('true')
    expect(seat.shown()).not.toContain('flow:')
  })

  test('two terminals at once: one of them says it', async () => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    const rc = await install(team, shell)
    const seats = await Promise.all([sitDown(shell, { rc }), sitDown(shell, { rc })])
    await orphan(team)
    await Promise.all(seats.map((seat) => seat.run('true')))
    await Promise.all(seats.map((seat) => seat.run('true')))
    expect(fileAt(team.settingsPath)).toEqual(before)
    expect(seats.map((seat) => seat.shown()).join('')).toContain(BACK)
  })

  test('a session at work is left alone, also where it is at work', async () => {
    const team = newTeam()
    const rc = await install(team, shell)
    const agent = await startAgent(team)
    const seat = await sitDown(shell, { rc, cwd: team.cwd })
    await seat.run('true')
    expect(settingsOf(team)).toContain(MARK)
    expect(seat.shown()).not.toContain('flow:')
    expect((await agent.end()).code).toBe(0)
  })

  test('in a rebase it keeps out, and comes back when that is over', async () => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    const rc = await install(team, shell)
    await orphan(team)
    const rebase = join(team.cwd, '.git/rebase-merge')
    mkdirSync(rebase)
    const seat = await sitDown(shell, { rc })
    await seat.run('true')
    expect(settingsOf(team)).toContain(MARK)
    expect(seat.shown()).not.toContain('flow:')
    rmSync(rebase, { recursive: true })
    for (let prompts = 0; prompts < 4; prompts += 1) await seat.run('true')
    expect(fileAt(team.settingsPath)).toEqual(before)
    await seat.shows(BACK)
  })

  test('a second call prints the same line, and brings what it reads up to date', async () => {
    const team = newTeam()
    const rc = await install(team, shell)
    const path = join(team.stateHome, 'shell', `flow.${shell.name}`)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, 'of an earlier version')
    expect(await install(team, shell)).toBe(rc)
    expect(readFileSync(path, 'utf8')).toBe(text)
    const node = readFileSync(join(team.stateHome, 'hooks/node'), 'utf8')
    expect(node).toBe(`${process.execPath}\n`)
  })
}
