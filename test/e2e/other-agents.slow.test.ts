/** What an agent is told of the others when it starts: rarer situations. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { TITLE, toldIn } from '../helpers/other-agents.ts'
import { backupRefs, newTeam, put } from '../helpers/team.ts'

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
  expect(told).toContain('in this working tree, directory app')
  writeFileSync(record, text)
  expect(await toldIn(team)).toContain('in this working tree, directory app')
  await other.end()
})
