import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import type { Place } from '../helpers/running.ts'
import { backupRefs, git, MARK, newTeam, settingsOf } from '../helpers/team.ts'

describe('real git, real husky, a killed session', () => {
  test('a checkout puts the settings back byte for byte', async () => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    await orphan(team)
    expect(settingsOf(team)).toContain(MARK)
    const { stderr } = checkout(team)
    expect(stderr).toContain('flow: put .claude/settings.json back')
    expect(fileAt(team.settingsPath)).toEqual(before)
    expect(backupRefs(team)).toEqual([])
  })

  test('it works with another node where the one that flow ran with is gone', async () => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    await orphan(team)
    const [ref = ''] = backupRefs(team)
    writeFileSync(join(dirname(ref), 'node'), '/nowhere/node\n')
    checkout(team)
    expect(fileAt(team.settingsPath)).toEqual(before)
  })

  test('what cannot be mended is told, and does not fail the checkout', async () => {
    const team = newTeam()
    await orphan(team)
    const snapshots = join(team.stateHome, 'snapshots')
    const copies = readdirSync(snapshots, { recursive: true, encoding: 'utf8' })
    for (const name of copies.filter((name) => name.endsWith('settings.json')))
      rmSync(join(snapshots, name))
    writeFileSync(team.settingsPath, '{ torn')
    const { status, stderr } = checkout(team)
    expect(stderr).toContain('flow: could not')
    expect(status).toBe(0)
  })

  test('with nothing in the state directory the checkout is as if flow had never been', async () => {
    const team = newTeam()
    await orphan(team)
    rmSync(team.stateHome, { recursive: true })
    expect(checkout(team)).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })
})

describe('real git, real husky, a session at work', () => {
  test('a checkout that takes its hooks out is followed by their return', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    git(team, 'checkout', '-q', '--', '.claude/settings.json')
    expect(settingsOf(team)).toContain(MARK)
    await agent.end()
  })

  test('also by a shell that came into the repository through a link', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const link = join(team.folder, 'link')
    symlinkSync(team.cwd, link)
    const place = { cwd: link, env: { ...team.env, PWD: link } }
    git(place, 'checkout', '-q', '--', '.claude/settings.json')
    expect(settingsOf(team)).toContain(MARK)
    await agent.end()
  })
})

function checkout({ cwd, env }: Place) {
  return spawnSync('git', ['checkout', '-q', '-b', 'other'], { cwd, env, encoding: 'utf8' })
}
