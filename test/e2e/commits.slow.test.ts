/** What gets into a commit while an agent runs: rarer situations. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { commit, filesIn, HOOK, withoutSettings } from '../helpers/commits.ts'
import { run } from '../helpers/running.ts'
import { PATH, status } from '../helpers/seen-by-git.ts'
import { git, newTeam, put, SETTINGS } from '../helpers/team.ts'

const MINE = '{\n  "model": "haiku"\n}\n'

describe('settings that flow made', () => {
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

  test('keep what the user adds to the .gitignore next to them', async () => {
    const team = withoutSettings()
    const agent = await startAgent(team)
    const ignore = join(dirname(team.settingsPath), '.gitignore')
    writeFileSync(ignore, `${readFileSync(ignore, 'utf8')}*.local\n`)
    await agent.end()
    expect(readFileSync(ignore, 'utf8')).toBe('*.local\n')
    expect(existsSync(team.settingsPath)).toBe(false)
  })

  test('that are still staged when the session ends are out of the index then', async () => {
    const team = withoutSettings()
    const agent = await startAgent(team)
    git(team, 'add', '-f', '.claude/settings.json')
    expect(status(team)).toBe('A  .claude/settings.json\n')
    await agent.end()
    expect(status(team)).toBe('')
  })
})

describe('entries that no filter reached', () => {
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
