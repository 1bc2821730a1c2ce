/** What gets into a commit while an agent runs: nothing of flow's, by whatever way. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { hookLine } from '../../src/git/hook-line.ts'
import { startAgent, type WorkingAgent } from '../helpers/agent.ts'
import { namesIn } from '../helpers/on-disk.ts'
import { DEADLINE, run } from '../helpers/running.ts'
import { git, MARK, newTeam, put, SETTINGS, settingsOf, type Team } from '../helpers/team.ts'

const PATH = '.claude/settings.json'
const HOOK = { '.husky/pre-commit': `${hookLine('pre-commit')}\n` }
const MINE = '{\n  "model": "haiku"\n}\n'

/** Flow has to make the settings. */
function withoutSettings(): Team {
  return newTeam({ files: { ...HOOK, '.claude': null } })
}

function commit(team: Team, ...words: string[]) {
  return run(['git', 'commit', ...words], team)
}

const filesIn = (team: Team) => git(team, 'ls-tree', '-r', '--name-only', 'HEAD')
const status = (team: Team) => git(team, 'status', '--short')

describe('settings that flow made', () => {
  test('are nothing that git sees, and go when the session ends', async () => {
    const team = withoutSettings()
    const agent = await startAgent(team)
    expect(settingsOf(team)).toContain(MARK)
    expect(status(team)).toBe('')
    await agent.end()
    expect(status(team)).toBe('')
    expect(existsSync(dirname(team.settingsPath))).toBe(false)
  })

  test.each([
    ['git add -A, git commit', ['add', '-A'], ['-qm', 'all']],
    ['git add, git commit -a', ['add', '.', 'new.txt'], ['-qam', 'all']],
    ['git add -f, git commit', ['add', '-f', '.claude', 'new.txt'], ['-qm', 'all']],
  ])('do not get into a commit by %s, and the rest does', async (_, adding, committing) => {
    const team = withoutSettings()
    const agent = await startAgent(team)
    put(team.cwd, { 'new.txt': 'new\n' })
    git(team, ...adding)
    const done = await commit(team, ...committing)
    expect(done.code).toBe(0)
    expect(done.stderr.includes(`flow: left ${PATH} out of the commit`)).toBe(adding[1] === '-f')
    expect(filesIn(team)).toContain('new.txt')
    expect(filesIn(team)).not.toContain(PATH)
    await agent.end()
    expect(status(team)).toBe('')
    expect(existsSync(team.settingsPath)).toBe(false)
  })

  test('that are all there is make no commit', async () => {
    const team = withoutSettings()
    const agent = await startAgent(team)
    git(team, 'add', '-A')
    expect((await commit(team, '-qm', 'nothing')).code).toBe(1)
    expect(git(team, 'log', '--format=%s')).toBe('files of this test\nfirst\n')
    expect(status(team)).toBe('')
    await agent.end()
    expect(status(team)).toBe('')
  })

  test.each([
    ['HUSKY=0', { HUSKY: '0' }],
    [
      'hooks of somebody else',
      {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'core.hooksPath',
        GIT_CONFIG_VALUE_0: '/dev/null',
      },
    ],
  ])('get into no commit without a hook of flow’s either: %s', async (_, variables) => {
    const team = withoutSettings()
    const agent = await startAgent(team)
    put(team.cwd, { 'new.txt': 'new\n' })
    const bare = { ...team, env: { ...team.env, ...variables } }
    git(bare, 'add', '-A')
    git(bare, 'commit', '-qm', 'all')
    expect(filesIn(team)).not.toContain('.claude')
    expect(status(team)).toBe('')
    await agent.end()
    expect(status(team)).toBe('')
    expect(existsSync(dirname(team.settingsPath))).toBe(false)
  })

  test('in a linked worktree nobody installed in get into no commit, and hide no file of another worktree', async () => {
    const team = withoutSettings()
    git(team, 'worktree', 'add', '-q', '../linked')
    const linked = { ...team, cwd: join(team.folder, 'linked') }
    const env = { ...team.env, HUSKY: '0' }
    const work = 'echo new >new.txt; git add -A; git commit -qm work'
    const flow = join(team.cwd, 'node_modules/.bin/flow')
    put(team.cwd, { [PATH]: MINE })
    const { code } = await run(
      [flow, 'exec', '--', 'sh', '-c', `${work}; git -C ${team.cwd} status --short`],
      { ...linked, env },
    )
    expect(code).toBe(0)
    expect(filesIn(linked)).toContain('new.txt')
    expect(filesIn(linked)).not.toContain('.claude')
    expect(status(linked)).toBe('')
    expect(status(team)).toBe('?? .claude/\n')
  })

  test('that were edited are no longer ignored: git refuses to overwrite them', async () => {
    const team = withoutSettings()
    git(team, 'switch', '-q', '-c', 'other')
    put(team.cwd, { [PATH]: MINE })
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'settings')
    git(team, 'switch', '-q', '-')
    const agent = await startAgent(team)
    const edited = JSON.stringify({ model: 'mine', ...JSON.parse(settingsOf(team)) })
    writeFileSync(team.settingsPath, edited)
    await vi.waitFor(() => expect(status(team)).toBe('?? .claude/\n'), DEADLINE)
    expect((await run(['git', 'switch', 'other'], team)).code).toBe(1)
    expect(settingsOf(team)).toBe(edited)
    await agent.end()
    expect(JSON.parse(settingsOf(team))).toEqual({ model: 'mine' })
    expect(namesIn(dirname(team.settingsPath))).toEqual(['settings.json'])
  })

  test('keep what the user adds to the .gitignore next to them', async () => {
    const team = withoutSettings()
    const agent = await startAgent(team)
    const ignore = join(dirname(team.settingsPath), '.gitignore')
    writeFileSync(ignore, `${readFileSync(ignore, 'utf8')}*.local\n`)
    await agent.end()
    expect(readFileSync(ignore, 'utf8')).toBe('*.local\n')
    expect(existsSync(team.settingsPath)).toBe(false)
  })

  test('next to a .gitignore of the user’s leave it alone', async () => {
    const team = newTeam({ files: { ...HOOK, [PATH]: null, '.claude/.gitignore': '*.local\n' } })
    const agent = await startAgent(team)
    expect(status(team)).toBe('?? .claude/settings.json\n')
    await agent.end()
    expect(status(team)).toBe('')
  })

  test('that are still staged when the session ends are out of the index then', async () => {
    const team = withoutSettings()
    const agent = await startAgent(team)
    git(team, 'add', '-f', '.claude/settings.json')
    expect(status(team)).toBe('A  .claude/settings.json\n')
    await agent.end()
    expect(status(team)).toBe('')
  })

  test('into which somebody wrote are committed with that, and stay', async () => {
    const team = withoutSettings()
    const agent = await startAgent(team)
    const value = JSON.parse(settingsOf(team))
    writeFileSync(team.settingsPath, JSON.stringify({ model: 'haiku', ...value }, null, 2))
    await vi.waitFor(() => expect(status(team)).toBe('?? .claude/\n'), DEADLINE)
    git(team, 'add', '-A')
    expect((await commit(team, '-qm', 'mine')).code).toBe(0)
    expect(JSON.parse(git(team, 'show', `HEAD:${PATH}`))).toEqual({ model: 'haiku' })
    expect(status(team)).toBe('')
    await agent.end()
    expect(JSON.parse(settingsOf(team))).toEqual({ model: 'haiku' })
    expect(status(team)).toBe('')
  })

  test('go into no stash', async () => {
    const team = withoutSettings()
    const agent = await startAgent(team)
    put(team.cwd, { 'new.txt': 'new\n' })
    git(team, 'stash', '-qu')
    expect(settingsOf(team)).toContain(MARK)
    git(team, 'stash', 'pop', '-q')
    expect(settingsOf(team)).toContain(MARK)
    await agent.end()
    expect(status(team)).toBe('?? new.txt\n')
    expect(existsSync(dirname(team.settingsPath))).toBe(false)
  })
})

describe('entries that no filter reached', () => {
  test('of a copy under another name are taken out of the commit', async () => {
    const team = newTeam({ files: HOOK })
    const agent = await startAgent(team)
    put(team.cwd, { 'copy.json': settingsOf(team) })
    git(team, 'add', '-A')
    expect(git(team, 'show', ':copy.json')).toContain(MARK)
    const done = await commit(team, '-qm', 'a copy')
    expect(done).toMatchObject({ code: 0 })
    expect(done.stderr).toContain('copy.json')
    expect(git(team, 'show', 'HEAD:copy.json')).toBe(SETTINGS)
    await agent.end()
  })

  test('of settings that a client without filters staged are taken out too', async () => {
    const team = newTeam({ files: HOOK })
    const agent = await startAgent(team)
    const blob = git(team, 'hash-object', '-w', '--no-filters', PATH).trim()
    git(team, 'update-index', '--cacheinfo', `100644,${blob},${PATH}`)
    put(team.cwd, { 'new.txt': 'new\n' })
    git(team, 'add', 'new.txt')
    expect((await commit(team, '-qm', 'by hand')).code).toBe(0)
    expect(git(team, 'show', `HEAD:${PATH}`)).toBe(SETTINGS)
    expect(status(team)).toBe('')
    await agent.end()
  })

  test('that git will not let go stop the commit, with the way on', async () => {
    const team = newTeam({ files: HOOK })
    const agent = await startAgent(team)
    put(team.cwd, { 'copy.json': settingsOf(team) })
    git(team, 'add', '-A')
    const before = git(team, 'rev-parse', 'HEAD')
    // `commit -a` lets its hooks work on `index.lock`, whose own lock is taken here.
    mkdirSync(join(team.cwd, '.git/index.lock.lock'))
    const done = await commit(team, '-qam', 'a copy')
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('the commit was not made')
    expect(git(team, 'rev-parse', 'HEAD')).toBe(before)
    await agent.end()
  })

  test('a text that only speaks of the marker is committed as it is', async () => {
    const team = newTeam({ files: HOOK })
    const agent = await startAgent(team)
    const text = '{ "hooks": { "Stop": [{ "flowSession": "session-1", "hooks": [] }] } }\n'
    put(team.cwd, { 'docs/example.json': text })
    git(team, 'add', '-A')
    expect(await commit(team, '-qm', 'docs')).toMatchObject({ code: 0, stderr: '' })
    expect(git(team, 'show', 'HEAD:docs/example.json')).toBe(text)
    await agent.end()
  })
})

test('with no session open a commit starts nothing of flow’s', async () => {
  const team = newTeam({ files: HOOK })
  const agent = await startAgent(team)
  await agent.end()
  put(team.cwd, { 'new.txt': MINE })
  git(team, 'add', '-A')
  // Whatever it started would be this.
  for (const name of namesIn(join(team.stateHome, 'runtime'))) {
    const resident = join(team.stateHome, 'runtime', name, 'runtime.cjs')
    writeFileSync(resident, 'console.error("started")')
  }
  expect(await commit(team, '-qm', 'new')).toMatchObject({ code: 0, stderr: '' })
  expect(git(team, 'show', 'HEAD:new.txt')).toBe(MINE)
})

describe('a sparse checkout without .claude', () => {
  async function sparseTeam(): Promise<Team> {
    const team = newTeam({ files: { 'src/a': 'a\n' } })
    git(team, 'switch', '-q', '-c', 'feat')
    put(team.cwd, { 'src/b': 'b\n' })
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'feat')
    git(team, 'switch', '-q', '-')
    git(team, 'sparse-checkout', 'set', 'src', '.husky')
    expect(existsSync(team.settingsPath)).toBe(false)
    expect(git(team, 'ls-files', '-v', PATH)).toMatch(/^S/)
    return team
  }

  test.each([
    ['ends', (agent: WorkingAgent) => agent.end()],
    ['is killed and recovered', (agent: WorkingAgent) => agent.kill()],
  ])('stays one when the session %s, and git sees no change', async (_, finish) => {
    const team = await sparseTeam()
    const agent = await startAgent(team)
    expect(settingsOf(team)).toContain(MARK)
    expect(status(team)).toBe('')
    put(team.cwd, { 'src/a': 'edited\n' })
    git(team, 'stash', '-q')
    expect(git(team, 'stash', 'show', '--name-only')).toBe('src/a\n')
    git(team, 'stash', 'pop', '-q')
    git(team, 'checkout', '-q', '.')
    git(team, 'switch', '-q', 'feat')
    git(team, 'switch', '-q', '-')
    await finish(agent)
    expect((await run(['flow', 'recover'], team)).code).toBe(0)
    expect(status(team)).toBe('')
    expect(existsSync(team.settingsPath)).toBe(false)
    expect(git(team, 'ls-files', '-v', PATH)).toMatch(/^S/)
  })
})
