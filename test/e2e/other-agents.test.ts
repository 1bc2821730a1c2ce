/** What an agent is told of the others when it starts, by the hook that its session merged. */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { backupRefs, flow, git, newTeam, put, type Team } from '../helpers/team.ts'

const TITLE = '# Other agents at work in this repository'

function linked(team: Team): Team {
  const cwd = join(team.folder, 'tree2')
  git(team, 'worktree', 'add', '-q', cwd, '-b', 'feature-x')
  symlinkSync(join(team.cwd, 'node_modules'), join(cwd, 'node_modules'))
  return { ...team, cwd, settingsPath: join(cwd, '.claude/settings.json') }
}

/** What the agent's hook printed, without the stand-in's own words. */
async function toldIn(team: Team): Promise<string> {
  const { stdout } = await flow(team, 'run', 'claude')
  return stdout.replaceAll('agent: hook said: ', '')
}

test('those of the same folder and of other working trees, before the memory, and nobody who is gone', async () => {
  const team = newTeam()
  const other = linked(team)
  expect(await toldIn(team)).not.toContain(TITLE)
  const [near, far] = [await startAgent(team), await startAgent(other)]
  const told = await toldIn(team)
  const since = String.raw`since (\d{4}-\d\d-\d\d )?\d\d:\d\d \(\d+ s\)`
  expect(told).toMatch(
    new RegExp(`\n- claude, ${since}, branch main, in this working tree and folder\n`),
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

test('a repository of somebody else with the same state home is none of it', async () => {
  const team = newTeam()
  const theirs = newTeam({ name: 'theirs', stateHome: team.stateHome })
  const other = await startAgent(theirs)
  expect(await toldIn(team)).not.toContain(TITLE)
  await other.end()
})

test('state that is damaged takes neither the memory nor the others', async () => {
  const team = newTeam()
  put(team.cwd, { 'app/.flowrc': '{}\n', 'app/MEMORY.md': 'Remember the milk.\n' })
  const app = { ...team, cwd: join(team.cwd, 'app') }
  const other = await startAgent({ ...app, settingsPath: join(app.cwd, '.claude/settings.json') })
  const [record = ''] = backupRefs(team)
  const text = readFileSync(record, 'utf8')
  writeFileSync(record, '{')
  const told = await toldIn(team)
  expect(told).toContain('# Project memory')
  expect(told).toContain('in this working tree, folder app')
  writeFileSync(record, text)
  expect(await toldIn(team)).toContain('in this working tree, folder app')
  await other.end()
})
