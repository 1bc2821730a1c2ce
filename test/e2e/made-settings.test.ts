/** Settings that flow made are shown to git once they are edited, whatever took their place. */
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { withSettingsOnOther } from '../helpers/commits.ts'
import { DEADLINE, run } from '../helpers/running.ts'
import { status } from '../helpers/seen-by-git.ts'
import { flow, git, settingsOf, type Team } from '../helpers/team.ts'

const MINE = '{\n  "model": "haiku"\n}\n'

/** As many editors save: a new file takes the place of the old one. */
function replace({ settingsPath }: Team): void {
  const fresh = join(dirname(settingsPath), '..', 'fresh.json')
  writeFileSync(fresh, MINE)
  renameSync(fresh, settingsPath)
}

async function expectShown(team: Team): Promise<void> {
  await vi.waitFor(() => expect(status(team)).toBe('?? .claude/\n'), DEADLINE)
  expect((await run(['git', 'switch', 'other'], team)).code).toBe(1)
  expect(settingsOf(team)).toContain('haiku')
}

describe('an edit of settings that flow made is shown to git', () => {
  test('where another directory took the place of .claude', async () => {
    const team = withSettingsOnOther()
    const agent = await startAgent(team)
    const folder = dirname(team.settingsPath)
    cpSync(folder, `${folder}.copy`, { recursive: true })
    rmSync(folder, { recursive: true })
    renameSync(`${folder}.copy`, folder)
    // Nobody edited it. git takes longer than flow to see the change.
    expect(status(team)).toBe('')
    replace(team)
    await expectShown(team)
    await agent.end()
    expect(settingsOf(team)).toBe(MINE)
  })

  test('where the branch had settings when the session began', async () => {
    const team = withSettingsOnOther()
    git(team, 'switch', '-q', 'other')
    const agent = await startAgent(team)
    git(team, 'switch', '-q', '-')
    // It joins, and makes the file.
    expect((await flow(team, 'exec', '--', 'true')).code).toBe(0)
    expect(status(team)).toBe('')
    replace(team)
    await expectShown(team)
    await agent.end()
    expect(settingsOf(team)).toBe(MINE)
  })
})
