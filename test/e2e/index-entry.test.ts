/** The entry of the settings in git's index, which flow refreshes after each write. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { flow, git, MARK, newTeam, put, SETTINGS, settingsOf, type Team } from '../helpers/team.ts'

const PATH = '.claude/settings.json'

/** What plumbing lists of the settings, which does not refresh the index. */
const stale = (team: Team, path = PATH) =>
  git(team, 'diff-files', '--', path) + git(team, 'diff-index', 'HEAD', '--', path)

describe('is fresh in a session and after it', () => {
  test.each(['0', '1'])('with GIT_OPTIONAL_LOCKS=%s', async (value) => {
    const team = newTeam()
    const env = { ...team.env, GIT_OPTIONAL_LOCKS: value }
    const agent = await startAgent({ ...team, env })
    expect(settingsOf(team)).toContain(MARK)
    expect(stale(team)).toBe('')
    await agent.end()
    expect(stale(team)).toBe('')
  })

  test('in a project whose path holds what sh, git and its filters take for something else', async () => {
    const team = newTeam({ name: `it's a "team" $(x) %f` })
    const project = `s'u"b %f $(x) \\\ny`
    put(team.cwd, { [join(project, PATH)]: SETTINGS, [join(project, '.flowrc')]: '{}\n' })
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'a project')
    const here = { ...team, cwd: join(team.cwd, project) }
    const look = 'git diff-files -- .; git diff-index HEAD -- .; grep -c flowSession "$0"'
    const { stdout } = await flow(here, 'exec', '--', 'sh', '-c', look, PATH)
    expect(stdout).toMatch(/^[1-9]\d*\n$/)
    expect(stale(here, '.')).toBe('')
  })
})

test('keeps its mode', async () => {
  const team = newTeam()
  chmodSync(team.settingsPath, 0o755)
  git(team, 'commit', '-qam', 'executable')
  const before = git(team, 'ls-files', '--stage', PATH)
  expect(before).toMatch(/^100755 /)
  const agent = await startAgent(team)
  expect(git(team, 'ls-files', '--stage', PATH)).toBe(before)
  await agent.end()
  expect(git(team, 'ls-files', '--stage', PATH)).toBe(before)
})

test('is not held while the filter runs, so that another git need not fail', async () => {
  const team = newTeam()
  const [log, cmp] = [join(team.folder, 'log'), join(team.folder, 'bin/cmp')]
  const real = execFileSync('which', ['cmp'], { encoding: 'utf8' }).trim()
  mkdirSync(dirname(cmp), { recursive: true })
  const lines = [
    '#!/bin/sh',
    `if [ -e '${team.cwd}/.git/index.lock' ]; then echo held; else echo free; fi >>'${log}'`,
    `exec ${real} "$@"`,
  ]
  writeFileSync(cmp, `${lines.join('\n')}\n`, { mode: 0o755 })
  expect(await flow(team, 'exec', '--', 'true')).toMatchObject({ code: 0 })
  expect(readFileSync(log, 'utf8')).toMatch(/^(free\n)+$/)
})
