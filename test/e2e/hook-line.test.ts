/** The line in git's hooks recovers whatever became of node_modules, package.json and the branch. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { expectRecovery, recoversAfter, switchesOff } from '../helpers/checkouts.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { git, newTeam, type Team } from '../helpers/team.ts'

/** What may have happened to a repository since a session in it was killed. */
const CHANGES: Record<string, (team: Team) => void> = {
  'node_modules is gone, as in the middle of `npm ci`': ({ cwd }) =>
    rmSync(join(cwd, 'node_modules'), { recursive: true }),
}

describe('a checkout recovers where', () => {
  test.each(Object.entries(CHANGES))('%s', (_, change) => recoversAfter(change))

  test('the other branch has no package.json and no dependencies', async () => {
    const team = newTeam()
    git(team, 'checkout', '-q', '-b', 'bare')
    git(team, 'rm', '-q', 'package.json')
    git(team, 'commit', '-q', '--no-verify', '-m', 'no package')
    git(team, 'checkout', '-q', 'main')
    const before = fileAt(team.settingsPath)
    await orphan(team)
    rmSync(join(team.cwd, 'node_modules'), { recursive: true })
    expectRecovery(team, 'checkout', '-q', 'bare')
    expect(existsSync(join(team.cwd, 'package.json'))).toBe(false)
    expect(fileAt(team.settingsPath)).toEqual(before)
  })
})

test.each(['0'])('FLOW=%s switches all of it off', switchesOff)
