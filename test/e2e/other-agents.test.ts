/** What an agent is told of the others when it starts, by the hook that its session merged. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { TITLE, toldIn } from '../helpers/other-agents.ts'
import { git, newTeam, type Team } from '../helpers/team.ts'

function linked(team: Team): Team {
  const cwd = join(team.folder, 'tree2')
  git(team, 'worktree', 'add', '-q', cwd, '-b', 'feature-x')
  symlinkSync(join(team.cwd, 'node_modules'), join(cwd, 'node_modules'))
  return { ...team, cwd, settingsPath: join(cwd, '.claude/settings.json') }
}

test('those of the same folder and of other working trees, before the memory, and nobody who is gone', async () => {
  const team = newTeam()
  const other = linked(team)
  expect(await toldIn(team)).not.toContain(TITLE)
  const [near, far] = [await startAgent(team), await startAgent(other)]
  const told = await toldIn(team)
  const since = String.raw`since (\d{4}-\d\d-\d\d )?\d\d:\d\d \(\d+ s\)`
  expect(told).toMatch(
    new RegExp(`\n- claude, ${since}, branch main, in this working tree and directory\n`),
  )
  expect(told).toMatch(
    new RegExp(`\n- claude, ${since}, branch feature-x, in another working tree: \\.\\./tree2\n`),
  )
  expect(told.indexOf(TITLE)).toBeLessThan(told.indexOf('# Project memory'))
  await near.kill()
  expect(await toldIn(team)).not.toContain('in this working tree')
  await far.end()
  expect(await toldIn(team)).not.toContain(TITLE)
})

test('nothing where the configuration says so', async () => {
  const team = newTeam({ files: { '.flowrc': 'memory: { sessions: false }\n' } })
  const other = await startAgent(team)
  expect(await toldIn(team)).not.toContain(TITLE)
  await other.end()
})
