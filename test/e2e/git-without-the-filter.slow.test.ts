/**
 * git at work while an agent is, where another filter has the settings and keeps flow's away: git sees
 * what flow merged. What a person finds in the settings afterwards.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { type Ended, run } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  git,
  MARK,
  MEMORY,
  newTeam,
  put,
  SETTINGS,
  settingsOf,
  type Team,
  type TeamOptions,
} from '../helpers/team.ts'

const PATH = '.claude/settings.json'
const THEIRS = SETTINGS.replace('"opus"', '"of the other branch"')

/** The filter has no driver, so it changes nothing; but it is not flow's to take away. */
const FILTERED = { '.gitattributes': '*.json filter=theirs\n' }

function filteredTeam(files: TeamOptions['files'] = {}): Team {
  return newTeam({ files: { ...FILTERED, ...files } })
}

/** On `main`; a branch `other`, and a commit ahead at `origin/main`, in which the settings are `there`. */
function teamWith(there: string | null): Team {
  const team = filteredTeam()
  git(team, 'switch', '-q', '-c', 'other')
  put(team.cwd, { [PATH]: there, 'new.txt': '' })
  git(team, 'add', '-A')
  git(team, 'commit', '-qm', 'theirs')
  git(team, 'switch', '-q', 'main')
  const remote = join(team.folder, 'remote.git')
  git(team, 'init', '-q', '--bare', remote)
  git(team, 'remote', 'add', 'origin', remote)
  git(team, 'push', '-q', 'origin', 'other:main')
  git(team, 'branch', '-q', '-u', 'origin/main')
  return team
}

function tryGit(team: Team, ...words: string[]): Promise<Ended> {
  return run(['git', ...words], team)
}

/** Nothing of flow's is in the tree, git sees no change, and no session is left. */
function expectNothingLeft(team: Team): void {
  expect(git(team, 'status', '--porcelain')).toBe('')
  expectNothingInTree(team)
}

function expectNothingInTree(team: Team): void {
  const names = readdirSync(team.cwd, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(node_modules|\.git)(\/|$)/.test(name))
    .map((name) => join(team.cwd, name))
    .filter((name) => lstatSync(name).isFile())
  expect(names.filter((name) => /\.(new|aside)$/.test(name))).toEqual([])
  expect(names.filter((name) => readFileSync(name, 'utf8').includes(MARK))).toEqual([])
  expect(backupRefs(team)).toEqual([])
}

describe('a switch to a branch where the settings differ', () => {
  test.each([
    ['differ', THEIRS],
    ['are missing', null],
  ])('is refused by git where they %s, and nothing is lost', async (_, there) => {
    const team = teamWith(there)
    const agent = await startAgent(team)
    const merged = settingsOf(team)
    const { code, stderr } = await tryGit(team, 'switch', 'other')
    expect(code).toBe(1)
    expect(stderr).toContain(PATH)
    expect(settingsOf(team)).toBe(merged)
    await agent.end()
    expect(settingsOf(team)).toBe(SETTINGS)
    expectNothingLeft(team)
  })

  test.each([
    ['differ', THEIRS],
    ['are missing', null],
  ])(
    'that is forced where they %s: the hooks are in wherever there are settings, and each branch has its own afterwards',
    async (_, there) => {
      const team = teamWith(there)
      const agent = await startAgent(team)
      git(team, 'switch', '-q', '-f', 'other')
      expect(settingsOf(team).includes(MARK)).toBe(there !== null)
      git(team, 'switch', '-q', '-f', 'main')
      expect(settingsOf(team)).toContain(MARK)
      git(team, 'switch', '-q', '-f', 'other')
      expect(await agent.end()).toMatchObject({ code: 0 })
      expect(settingsOf(team)).toBe(there ?? '')
      expectNothingLeft(team)
      git(team, 'switch', '-q', 'main')
      expect(settingsOf(team)).toBe(SETTINGS)
    },
  )

  test('that is forced, then a kill: `flow recover` leaves the branch with its own', async () => {
    const team = teamWith(THEIRS)
    const agent = await startAgent(team)
    git(team, 'switch', '-q', '-f', 'other')
    await agent.kill()
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(settingsOf(team)).toBe(THEIRS)
    expectNothingLeft(team)
  })
})

describe('`git stash`', () => {
  test('and `git stash pop` while the agent works: all is as it was afterwards', async () => {
    const team = filteredTeam()
    const agent = await startAgent(team)
    put(team.cwd, { 'MEMORY.md': 'edited\n' })
    git(team, 'stash', '-q')
    expect(settingsOf(team)).toBe(SETTINGS)
    git(team, 'stash', 'pop', '-q')
    expect(settingsOf(team)).toContain(MARK)
    await agent.end()
    expect(settingsOf(team)).toBe(SETTINGS)
    expect(git(team, 'status', '--porcelain')).toBe(' M MEMORY.md\n')
    expectNothingInTree(team)
  })

  test.each([
    ['the next `flow run`', 'run'],
    ['`flow recover`', 'recover'],
  ])(
    'popped after the session: %s takes out what it brought back, and the edits in it stay',
    async (_, command) => {
      const team = filteredTeam()
      const agent = await startAgent(team)
      writeFileSync(team.settingsPath, settingsOf(team).replace('"opus"', '"haiku"'))
      git(team, 'stash', '-q')
      await agent.end()
      expect(settingsOf(team)).toBe(SETTINGS)
      git(team, 'stash', 'pop', '-q')
      expect(settingsOf(team)).toContain(MARK)
      expect((await flow(team, command)).code).toBe(0)
      expect(settingsOf(team)).toBe(SETTINGS.replace('"opus"', '"haiku"'))
      expectNothingInTree(team)
    },
  )

  test('before another agent starts: the hooks are in for it', async () => {
    const team = filteredTeam()
    const agent = await startAgent(team)
    git(team, 'stash', '-q')
    const second = await startAgent(team)
    expect(settingsOf(team)).toContain(MARK)
    await agent.end()
    await second.end()
    expect(settingsOf(team)).toBe(SETTINGS)
    expectNothingLeft(team)
  })
})

describe('`git pull`', () => {
  test('with a merge, where the settings are the same: they stay merged, and are the original afterwards', async () => {
    const team = teamWith(SETTINGS)
    git(team, 'commit', '-q', '--allow-empty', '-m', 'ours')
    const agent = await startAgent(team)
    const merged = settingsOf(team)
    git(team, 'pull', '-q', '--no-rebase', '--no-edit')
    expect(settingsOf(team)).toBe(merged)
    await agent.end()
    expect(settingsOf(team)).toBe(SETTINGS)
    expectNothingLeft(team)
  })

  test('of other settings is refused by git while the agent works, and works afterwards', async () => {
    const team = teamWith(THEIRS)
    const agent = await startAgent(team)
    expect((await tryGit(team, 'pull', '-q', '--no-rebase')).code).toBe(1)
    await agent.end()
    expect(settingsOf(team)).toBe(SETTINGS)
    git(team, 'pull', '-q', '--no-rebase')
    expect(settingsOf(team)).toBe(THEIRS)
    expectNothingLeft(team)
  })

  const merge = ['--no-rebase', '--no-edit']
  test.each([
    ['a rebase', ['--rebase'], 'ahead', THEIRS],
    ['a rebase that only goes forward', ['--rebase'], 'behind', THEIRS],
    ['a merge', merge, 'ahead', THEIRS],
    ['a merge that only goes forward', merge, 'behind', SETTINGS],
  ])(
    'with an autostash and %s: every edit is back, and theirs are there',
    async (_, words, where, there) => {
      const team = teamWith(there)
      if (where === 'ahead') git(team, 'commit', '-q', '--allow-empty', '-m', 'ours')
      const agent = await startAgent(team)
      put(team.cwd, { 'MEMORY.md': 'edited\n' })
      const { stderr } = await tryGit(team, 'pull', '-q', '--autostash', ...words)
      expect(stderr).not.toContain('conflicts')
      expect(git(team, 'stash', 'list')).toBe('')
      expect(settingsOf(team)).toContain(MARK)
      await agent.end()
      expect(settingsOf(team)).toBe(there)
      expect(git(team, 'status', '--porcelain')).toBe(' M MEMORY.md\n')
      expectNothingInTree(team)
    },
  )

  test('with an autostash after a kill: what it brings back `flow recover` takes out', async () => {
    const team = teamWith(THEIRS)
    await orphan(team)
    git(team, 'pull', '-q', '--autostash', ...merge)
    expect(settingsOf(team)).toContain(MARK)
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(settingsOf(team)).toBe(THEIRS)
    expectNothingLeft(team)
  })
})

describe('a conflict in the settings', () => {
  test('while the session ends: flow says where, and when it is solved `flow recover` takes the hooks out', async () => {
    const theirs = SETTINGS.replace('echo a hook', 'echo another hook')
    const team = teamWith(theirs)
    git(team, 'commit', '-q', '--allow-empty', '-m', 'ours')
    const agent = await startAgent(team)
    await tryGit(team, 'pull', '-q', '--rebase', '--autostash')
    expect(settingsOf(team)).toContain('<<<<<<<')
    const conflict = settingsOf(team)
    const done = await agent.end()
    expect(done.code).toBe(1)
    expect(done.stderr).toMatch(/line \d+, column \d+/)
    expect(settingsOf(team)).toBe(conflict)
    // Solved by taking both.
    writeFileSync(team.settingsPath, conflict.replace(/^<.*\n[\s\S]*?=======\n|^>.*\n/gm, ''))
    const recovered = await flow(team, 'recover')
    expect(recovered).toMatchObject({ code: 0 })
    expect(JSON.parse(settingsOf(team)).hooks.SessionStart).toHaveLength(1)
    expectNothingInTree(team)
  })
})

describe('git that takes the hooks out', () => {
  test('`git reset --hard`: the next agent has them again, and all is as it was afterwards', async () => {
    const team = filteredTeam()
    const agent = await startAgent(team)
    git(team, 'reset', '-q', '--hard')
    expect(settingsOf(team)).toBe(SETTINGS)
    expect((await flow(team, 'run')).stdout).toContain(MEMORY)
    git(team, 'reset', '-q', '--hard')
    expect(await agent.end()).toMatchObject({ code: 0 })
    expect(settingsOf(team)).toBe(SETTINGS)
    expectNothingLeft(team)
  })

  test('`git clean -fdx`, which takes flow itself and settings that flow made: the session ends well', async () => {
    const team = filteredTeam({ '.claude': null })
    const agent = await startAgent(team)
    git(team, 'clean', '-qfdx')
    expect(existsSync(join(team.cwd, 'node_modules'))).toBe(false)
    expect(await agent.end()).toMatchObject({ code: 0 })
    expect(existsSync(join(team.cwd, '.claude'))).toBe(false)
    expectNothingLeft(team)
  })
})

describe('what git is given while the agent works', () => {
  test('a worktree that is added has the settings of its commit', async () => {
    const team = filteredTeam()
    const agent = await startAgent(team)
    git(team, 'worktree', 'add', '-q', '../linked')
    expect(readFileSync(join(team.folder, 'linked', PATH), 'utf8')).toBe(SETTINGS)
    await agent.end()
    expect(settingsOf(team)).toBe(SETTINGS)
    expectNothingLeft(team)
  })

  test('`git commit -a` is left without the hooks by pre-commit', async () => {
    const team = filteredTeam()
    const agent = await startAgent(team)
    put(team.cwd, { 'MEMORY.md': 'edited\n' })
    git(team, 'commit', '-qam', 'edited')
    expect(git(team, 'show', `HEAD:${PATH}`)).toBe(SETTINGS)
    expect(git(team, 'show', 'HEAD:MEMORY.md')).toBe('edited\n')
    await agent.end()
    expectNothingLeft(team)
  })

  test('`git commit --no-verify` takes the hooks along; they are out of the tree afterwards, and of the next commit', async () => {
    const team = filteredTeam()
    const agent = await startAgent(team)
    git(team, 'commit', '-qam', 'with the hooks of flow', '--no-verify')
    expect(git(team, 'show', `HEAD:${PATH}`)).toContain(MARK)
    await agent.end()
    expect(settingsOf(team)).toBe(SETTINGS)
    expectNothingInTree(team)
    git(team, 'commit', '-qam', 'without')
    expect(git(team, 'show', `HEAD:${PATH}`)).toBe(SETTINGS)
    // Somebody who goes back to that commit starts an agent there.
    git(team, 'switch', '-q', '--detach', 'HEAD~')
    expect(settingsOf(team)).toContain(MARK)
    expect((await flow(team, 'run')).code).toBe(0)
    expect(settingsOf(team)).toBe(SETTINGS)
  })
})
