/** The line in git's hooks recovers whatever became of node_modules, package.json and the branch. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addHookLine } from '../../src/git/hook-line.ts'
import { orphan } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import {
  flow,
  git,
  MARK,
  MEMORY,
  newTeam,
  put,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'

/** What may have happened to a repository since a session in it was killed. */
const CHANGES: Record<string, (team: Team) => void> = {
  'node_modules is gone, as in the middle of `npm ci`': ({ cwd }) =>
    rmSync(join(cwd, 'node_modules'), { recursive: true }),
  'node_modules was moved': ({ cwd, folder }) =>
    renameSync(join(cwd, 'node_modules'), join(folder, 'node_modules-before')),
  'package.json is gone': ({ cwd }) => rmSync(join(cwd, 'package.json')),
  'node_modules has scripts of others in the places of flow’s': ({ cwd, folder }) => {
    const own = join(cwd, 'node_modules/flow-agent')
    for (const name of readdirSync(own, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(sh|cjs|js|mjs)$|post-|pre-/.test(name)) continue
      writeFileSync(join(own, name), `#!/bin/sh\n: >'${folder}/ran'\n`)
      chmodSync(join(own, name), 0o755)
    }
  },
}

describe('a checkout recovers where', () => {
  test.each(Object.entries(CHANGES))('%s', async (_, change) => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    await orphan(team)
    change(team)
    expectRecovery(team, 'checkout', '-q', '-b', 'other')
    expect(fileAt(team.settingsPath)).toEqual(before)
    expect(existsSync(join(team.folder, 'ran'))).toBe(false)
  })

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

  test('the repository never had a package.json, and flow is another directory’s', async () => {
    const tools = newTeam()
    const cwd = join(tools.folder, 'plain')
    const team = { ...tools, cwd, settingsPath: join(cwd, '.claude/settings.json') }
    put(cwd, { 'MEMORY.md': `${MEMORY}\n`, '.claude/settings.json': SETTINGS })
    git(team, 'init', '-q', '-b', 'main')
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'first')
    const edit = addHookLine(null, 'post-checkout')
    const hook = join(cwd, '.git/hooks/post-checkout')
    writeFileSync(hook, edit.kind === 'added' ? edit.bytes : '', { mode: 0o755 })
    const before = fileAt(team.settingsPath)
    await orphan(team)
    rmSync(tools.cwd, { recursive: true })
    expectRecovery(team, 'checkout', '-q', '-b', 'other')
    expect(fileAt(team.settingsPath)).toEqual(before)
  })
})

test.each(['off', 'false', 'no', '0'])('FLOW=%s switches all of it off', async (FLOW) => {
  const team = newTeam()
  await orphan(team)
  const off = { ...team, env: { ...team.env, FLOW } }
  expect(checkout(off, 'checkout', '-q', '-b', 'other')).toMatchObject({ status: 0, stderr: '' })
  expect((await flow(off, 'recover', '--quiet')).code).toBe(0)
  const merged = settingsOf(team)
  expect(merged).toContain(MARK)
  const done = await flow(off, 'exec', '--', 'cat', '.claude/settings.json')
  expect(done).toMatchObject({ code: 0, stdout: merged, stderr: '' })
})

function expectRecovery(team: Team, ...words: string[]): void {
  expect(settingsOf(team)).toContain(MARK)
  const { status, stderr } = checkout(team, ...words)
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringContaining('flow: put .claude/settings.json back'),
  })
}

function checkout({ cwd, env }: Team, ...words: string[]) {
  return spawnSync('git', words, { cwd, env, encoding: 'utf8' })
}
