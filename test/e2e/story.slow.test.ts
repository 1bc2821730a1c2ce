import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent, told } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  git,
  history,
  MARK,
  newTeam,
  settingsOf,
  type Team,
} from '../helpers/team.ts'

const HARD_WORDS = [
  '',
  ' ',
  'a  b',
  "it's",
  '"q"',
  '$HOME `id`',
  'two\nlines',
  '--',
  '-p',
  '*',
  'é',
]

describe('an agent in a session', () => {
  test('every word behind `npx flow run claude --` reaches it as it is', async () => {
    const team = newTeam()
    const words = ['npx', 'flow', 'run', 'claude', '--', ...HARD_WORDS]
    expect(told((await run(words, team)).stdout).words).toEqual(HARD_WORDS)
  })

  test.each([
    ['a BOM and CRLF', '\uFEFF{\r\n  "model": "opus"\r\n}\r\n'],
    ['comments and a trailing comma', '{\n  // mine\n  "model": "opus", /* too */\n}\n'],
    ['one line', '{"hooks":{"SessionStart":[],"Stop":[{"hooks":[]}]},"model":"opus"}'],
    ['an empty object', '{}'],
    ['characters beyond ASCII', '{ "model": "é 漢字 🙂" }\n\n\n'],
  ])('settings with %s come back byte for byte', async (_, text) => {
    const team = newTeam()
    writeFileSync(team.settingsPath, text)
    chmodSync(team.settingsPath, 0o604)
    const before = fileAt(team.settingsPath)
    const { stdout, code } = await flow(team, 'exec', '--', 'cat', '.claude/settings.json')
    expect(code).toBe(0)
    expect(stdout).toContain(MARK)
    expect(fileAt(team.settingsPath)).toEqual(before)
  })
})

describe('two sessions', () => {
  test('a linked worktree has a session of its own', async () => {
    const team = newTeam()
    git(team, 'worktree', 'add', '-q', '../linked')
    const linked: Team = {
      ...team,
      cwd: join(team.folder, 'linked'),
      settingsPath: join(team.folder, 'linked/.claude/settings.json'),
    }
    const originals = [fileAt(team.settingsPath), fileAt(linked.settingsPath)]
    const agent = await startAgent(team)
    expect(fileAt(linked.settingsPath)).toEqual(originals[1])
    const other = await startAgent(linked)
    expect(told(other.flow.printed.stdout).folder).toBe(linked.cwd)
    expect(backupRefs(team)).toHaveLength(2)
    await agent.end()
    expect(fileAt(team.settingsPath)).toEqual(originals[0])
    expect(settingsOf(linked)).toContain(MARK)
    await other.end()
    expect(fileAt(linked.settingsPath)).toEqual(originals[1])
    expect(history(team)).toHaveLength(2)
  })
})
