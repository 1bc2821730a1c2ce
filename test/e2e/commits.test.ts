/** What gets into a commit while an agent runs: nothing of flow's, by whatever way. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { startAgent, type WorkingAgent } from '../helpers/agent.ts'
import { commit, filesIn, HOOK, withoutSettings, withSettingsOnOther } from '../helpers/commits.ts'
import { namesIn } from '../helpers/on-disk.ts'
import { DEADLINE, run } from '../helpers/running.ts'
import { PATH, status } from '../helpers/seen-by-git.ts'
import { flow, git, MARK, newTeam, put, SETTINGS, settingsOf, type Team } from '../helpers/team.ts'

const MINE = '{\n  "model": "haiku"\n}\n'

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

  test('that were edited are no longer ignored: git refuses to overwrite them', async () => {
    const team = withSettingsOnOther()
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

  test.each([[[]], [['--quiet']]])(
    'that were edited after a kill and overwritten by a checkout are kept: recover %j',
    async (words) => {
      const team = withSettingsOnOther()
      await (await startAgent(team)).kill()
      writeFileSync(team.settingsPath, MINE)
      git({ ...team, env: { ...team.env, HUSKY: '0' } }, 'switch', '-q', 'other')
      expect(settingsOf(team)).toBe(SETTINGS)
      const { code, stderr } = await flow(team, 'recover', ...words)
      expect(code).toBe(0)
      const [, copy = ''] = /was saved meanwhile: a copy of that is (.*)$/m.exec(stderr) ?? []
      expect(readFileSync(copy, 'utf8')).toBe(MINE)
      expect(settingsOf(team)).toBe(SETTINGS)
      expect(status(team)).toBe('')
    },
  )

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
