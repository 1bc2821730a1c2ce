import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { checkOutOther } from '../helpers/checkouts.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { backupRefs, git, MARK, newTeam, settingsOf } from '../helpers/team.ts'

describe('real git, real husky, a killed session', () => {
  test('a checkout puts the settings back byte for byte', async () => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    await orphan(team)
    expect(settingsOf(team)).toContain(MARK)
    const { stderr } = checkOutOther(team)
    expect(stderr).toContain('flow: put .claude/settings.json back')
    expect(fileAt(team.settingsPath)).toEqual(before)
    expect(backupRefs(team)).toEqual([])
  })

  test('what cannot be mended is told, and does not fail the checkout', async () => {
    const team = newTeam()
    await orphan(team)
    const snapshots = join(team.stateHome, 'snapshots')
    const copies = readdirSync(snapshots, { recursive: true, encoding: 'utf8' })
    for (const name of copies.filter((name) => name.endsWith('settings.json')))
      rmSync(join(snapshots, name))
    writeFileSync(team.settingsPath, '{ torn')
    const { status, stderr } = checkOutOther(team)
    expect(stderr).toContain('flow: could not')
    expect(status).toBe(0)
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
})
