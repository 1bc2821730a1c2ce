/** Settings that flow made are shown to git once they are edited, whatever took their place. */
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { withoutSettings } from '../helpers/commits.ts'
import { DEADLINE, run } from '../helpers/running.ts'
import { PATH, status } from '../helpers/seen-by-git.ts'
import { flow, git, put, SETTINGS, settingsOf, type Team } from '../helpers/team.ts'

const MINE = '{\n  "model": "haiku"\n}\n'

/** Settings are on the branch `other` alone. */
function newOne(): Team {
  const team = withoutSettings()
  git(team, 'switch', '-q', '-c', 'other')
  put(team.cwd, { [PATH]: SETTINGS })
  git(team, 'add', '-A')
  git(team, 'commit', '-qm', 'settings')
  git(team, 'switch', '-q', '-')
  return team
}

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
    const team = newOne()
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
    const team = newOne()
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
