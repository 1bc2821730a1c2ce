import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { checkOutOther } from '../helpers/checkouts.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { backupRefs, git, MARK, newTeam, settingsOf } from '../helpers/team.ts'

describe('real git, real husky, a killed session', () => {
  test('it works with another node where the one that flow ran with is gone', async () => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    await orphan(team)
    const [ref = ''] = backupRefs(team)
    writeFileSync(join(dirname(ref), 'node'), '/nowhere/node\n')
    checkOutOther(team)
    expect(fileAt(team.settingsPath)).toEqual(before)
  })

  test('with nothing in the state directory the checkout is as if flow had never been', async () => {
    const team = newTeam()
    await orphan(team)
    rmSync(team.stateHome, { recursive: true })
    expect(checkOutOther(team)).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })
})

describe('real git, real husky, a session at work', () => {
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
