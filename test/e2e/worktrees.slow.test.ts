/** Linked worktrees, submodules and subfolders: each project its own session, git shared. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { listing } from '../helpers/on-disk.ts'
import {
  backupRefs,
  flow,
  git,
  MARK,
  newTeam,
  put,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'

const PATH = '.claude/settings.json'

/** Another working tree of the team's repository, with flow installed. */
function linked(team: Team, name: string): Team {
  const cwd = join(team.folder, name)
  git(team, 'worktree', 'add', '-q', cwd, '-b', name.replace(/\W/g, ''))
  symlinkSync(join(team.cwd, 'node_modules'), join(cwd, 'node_modules'))
  return { ...team, cwd, settingsPath: join(cwd, PATH) }
}

/** What all worktrees share, to the byte. */
function shared(team: Team): string[] {
  return [...listing(join(team.cwd, '.git/info')), ...listing(join(team.cwd, '.git/hooks'))].concat(
    readFileSync(join(team.cwd, '.git/config'), 'latin1'),
  )
}

const status = (team: Team) => git(team, 'status', '--short')

describe('linked worktrees', () => {
  test('each has a session of its own, and all share the filter', async () => {
    const team = newTeam()
    const other = linked(team, 'linked')
    const before = shared(team)
    const [one, two] = [await startAgent(team), await startAgent(other)]
    expect(settingsOf(team)).toContain(MARK)
    expect(settingsOf(other)).toContain(MARK)
    expect([status(team), status(other)]).toEqual(['', ''])
    await one.end()
    expect([status(team), status(other)]).toEqual(['', ''])
    writeFileSync(other.settingsPath, settingsOf(other).replace('opus', 'haiku'))
    git(other, 'commit', '-qam', 'haiku')
    expect(git(other, 'show', `HEAD:${PATH}`)).toBe(SETTINGS.replace('opus', 'haiku'))
    await two.end()
    expect(shared(team)).toEqual(before)
    expect([status(team), status(other)]).toEqual(['', ''])
  })

  test('a name with a blank, a quote, a dollar sign and a newline is a name like any other', async () => {
    const team = newTeam({ name: 'a "team\'s" $HOME\nü' })
    const before = shared(team)
    const other = linked(team, "linked 'tree' $x")
    const [one, two] = [await startAgent(team), await startAgent(other)]
    expect([status(team), status(other)]).toEqual(['', ''])
    writeFileSync(other.settingsPath, settingsOf(other).replace('opus', 'haiku'))
    expect(status(other)).toBe(` M ${PATH}\n`)
    await one.end()
    await two.end()
    expect(shared(team)).toEqual(before)
  })

  test('one that is removed with its session open leaves the other’s alone', async () => {
    const team = newTeam()
    const other = linked(team, 'linked')
    const one = await startAgent(team)
    await orphan(other)
    git(team, 'worktree', 'remove', '--force', other.cwd)
    expect(status(team)).toBe('')
    await one.end()
    expect(status(team)).toBe('')
    expect(settingsOf(team)).toBe(SETTINGS)
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(backupRefs(team)).toEqual([])
    expect(status(team)).toBe('')
  })

  test.each<[string, Record<string, null>]>([
    ['its settings are committed', {}],
    ['flow made its settings', { '.claude': null }],
  ])(
    'one that its agent removes at the end is the normal end of the session: %s',
    async (_, files) => {
      const team = newTeam({ files })
      const other = linked(team, 'linked')
      const before = shared(team)
      const work = 'cd .. && git -C team worktree remove --force linked && exit 7'
      const done = await flow(other, 'exec', '--', 'sh', '-c', work)
      expect(done).toMatchObject({ code: 7, stdout: '', stderr: '' })
      expect(backupRefs(team)).toEqual([])
      expect(shared(team)).toEqual(before)
      const recovered = { code: 0, stderr: 'flow: nothing to recover\n' }
      expect(await flow(team, 'recover')).toMatchObject(recovered)
      const { sessions } = JSON.parse((await flow(team, 'history', '--all', '--json')).stdout)
      expect(sessions).toMatchObject([
        {
          projectPath: other.cwd,
          ending: 'clean',
          canRestore: true,
          files: [{ kind: 'untouched' }],
        },
      ])
      if (files['.claude'] === null) return
      expect(readFileSync(join(sessions[0].backupPath, 'settings.json'), 'utf8')).toBe(SETTINGS)
    },
  )

  test('one that is removed after a kill is recovered from the main tree, and can be restored again', async () => {
    const team = newTeam()
    const other = linked(team, 'linked')
    await orphan(other)
    git(team, 'worktree', 'remove', '--force', other.cwd)
    const done = await flow(team, 'recover')
    expect(done.code).toBe(0)
    expect(done.stderr).toContain(
      `flow: ended a killed session in ${other.cwd}, which is gone; its`,
    )
    expect(backupRefs(team)).toEqual([])
    git(team, 'worktree', 'add', '-q', other.cwd, 'linked')
    writeFileSync(other.settingsPath, '{}')
    expect((await flow({ ...team, cwd: other.cwd }, 'restore', 'last', '--yes')).code).toBe(0)
    expect(settingsOf(other)).toBe(SETTINGS)
  })

  test('one that is deleted without git waits until git prunes it', async () => {
    const team = newTeam()
    const other = linked(team, 'linked')
    const done = await flow(other, 'exec', '--', 'rm', '-rf', other.cwd)
    expect(done.code).toBe(1)
    expect(done.stderr).toContain(`could not restore the session in ${other.cwd}`)
    expect((await flow(team, 'recover')).code).toBe(1)
    git(team, 'worktree', 'prune')
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(backupRefs(team)).toEqual([])
  })

  test('one has no folder of husky’s until its first session, which gives it its hooks', async () => {
    const team = newTeam()
    const other = linked(team, 'linked')
    const runner = join(other.cwd, '.husky/_/post-checkout')
    expect(existsSync(runner)).toBe(false)
    const before = shared(team)
    await orphan(other)
    expect(existsSync(runner)).toBe(true)
    expect(settingsOf(other)).toContain(MARK)
    git(other, 'switch', '-q', '-c', 'next')
    expect(settingsOf(other)).toBe(SETTINGS)
    expect(shared(team)).toEqual(before)
    expect(status(other)).toBe('')
  })

  test('one under HUSKY=0 gets none', async () => {
    const team = newTeam()
    const other = linked(team, 'linked')
    const env = { ...other.env, HUSKY: '0' }
    const agent = await startAgent({ ...other, env })
    expect(existsSync(join(other.cwd, '.husky/_'))).toBe(false)
    await agent.end()
  })

  test('a kill in one is mended by a checkout in the other', async () => {
    const team = newTeam()
    const other = linked(team, 'linked')
    const before = shared(team)
    await orphan(other)
    git(team, 'switch', '-q', '-c', 'new')
    expect(settingsOf(other)).toBe(SETTINGS)
    expect(shared(team)).toEqual(before)
    expect([status(team), status(other)]).toEqual(['', ''])
  })
})

describe('a package in a subfolder', () => {
  test.each(['packages/app', 'pack "ages"/$app *[x]?', 'ä\nb'])('named %j', async (name) => {
    const team = newTeam()
    put(team.cwd, { [`${name}/.flowrc`]: '{}\n', [`${name}/${PATH}`]: SETTINGS })
    put(team.cwd, { [`${name}/MEMORY.md`]: 'Remember the milk.\n' })
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'a package')
    const app = { ...team, cwd: join(team.cwd, name), settingsPath: join(team.cwd, name, PATH) }
    const agent = await startAgent(app)
    const before = shared(team)
    expect(settingsOf(app)).toContain(MARK)
    expect(settingsOf(team)).toBe(SETTINGS)
    expect(status(team)).toBe('')
    writeFileSync(app.settingsPath, settingsOf(app).replace('opus', 'haiku'))
    git(team, 'commit', '-qam', 'haiku')
    expect(git(team, 'show', `HEAD:${name}/${PATH}`)).toBe(SETTINGS.replace('opus', 'haiku'))
    git(team, 'switch', '-q', '--detach', 'HEAD~')
    expect(settingsOf(app)).toContain(MARK)
    await agent.end()
    expect(status(team)).toBe('')
    expect(shared(team)).toEqual(before)
  })
})

describe('a submodule', () => {
  test('has the filter in its own git folder, and the repository round it sees no change', async () => {
    const team = newTeam()
    const outer = join(team.folder, 'outer')
    mkdirSync(outer)
    const around = { ...team, cwd: outer }
    git(around, 'init', '-q', '-b', 'main')
    git(around, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', team.cwd, 'inner')
    git(around, 'commit', '-qm', 'a submodule')
    const cwd = join(outer, 'inner')
    symlinkSync(join(team.cwd, 'node_modules'), join(cwd, 'node_modules'))
    const inner = { ...team, cwd, settingsPath: join(cwd, PATH) }
    const config = join(outer, '.git/modules/inner/config')
    const agent = await startAgent(inner)
    const before = readFileSync(config)
    expect(status(inner)).toBe('')
    expect(status(around)).toBe('')
    expect(before.toString()).toContain('[filter "flow"]')
    await agent.end()
    expect(readFileSync(config)).toEqual(before)
    expect([status(inner), status(around)]).toEqual(['', ''])
    expect(settingsOf(inner)).toBe(SETTINGS)
  })
})

describe('a repository apart from its working tree', () => {
  test.each([
    ['named by GIT_DIR and GIT_WORK_TREE', {}],
    ['named by GIT_DIR alone, with core.worktree', { 'core.worktree': '../team' }],
  ])('%s has sessions like any other', async (_, settings) => {
    const team = newTeam()
    const apart = join(team.folder, 'apart.git')
    renameSync(join(team.cwd, '.git'), apart)
    const named = { GIT_DIR: apart, GIT_WORK_TREE: team.cwd }
    const env = { ...team.env, ...named }
    for (const [key, value] of Object.entries(settings)) {
      git({ ...team, env }, 'config', key, value)
      delete (env as NodeJS.ProcessEnv).GIT_WORK_TREE
    }
    const mine = { ...team, env }
    const config = readFileSync(join(apart, 'config'))
    const agent = await startAgent(mine)
    expect(settingsOf(mine)).toContain(MARK)
    expect(status(mine)).toBe('')
    writeFileSync(mine.settingsPath, settingsOf(mine).replace('opus', 'haiku'))
    git(mine, 'commit', '-qam', 'haiku')
    expect(git(mine, 'show', `HEAD:${PATH}`)).toBe(SETTINGS.replace('opus', 'haiku'))
    await agent.end()
    expect(status(mine)).toBe('')
    expect(readFileSync(join(apart, 'config'))).toEqual(config)
  })

  test('GIT_DIR of another repository does not lead flow away from where it is called', async () => {
    const team = newTeam()
    const other = newTeam({ name: 'other' })
    for (const one of [team, other]) git(one, 'config', '--remove-section', 'filter.flow')
    const env = { ...team.env, GIT_DIR: join(other.cwd, '.git') }
    const agent = await startAgent({ ...team, env })
    expect(status(team)).toBe('')
    expect(readFileSync(join(team.cwd, '.git/config'), 'utf8')).toContain('[filter "flow"]')
    expect(readFileSync(join(other.cwd, '.git/config'), 'utf8')).not.toContain('filter')
    await agent.end()
  })
})

describe('another filter on the settings', () => {
  test('stays, and flow says what git shows meanwhile', async () => {
    const team = newTeam({ files: { '.gitattributes': '*.json filter=theirs\n' } })
    git(team, 'config', 'filter.theirs.clean', 'tr a-z A-Z')
    git(team, 'config', 'filter.theirs.smudge', 'tr A-Z a-z')
    const agent = await startAgent(team)
    expect(agent.flow.printed.stderr).toContain('the filter "theirs" has that path')
    expect(git(team, 'check-attr', 'filter', PATH)).toContain(': theirs')
    await agent.end()
    expect(git(team, 'check-attr', 'filter', PATH)).toContain(': theirs')
    expect(settingsOf(team)).toBe(SETTINGS)
  })

  test.each([
    ['text conversion', '*.json text eol=crlf\n'],
    ['an encoding', '*.json working-tree-encoding=UTF-8\n'],
    ['none, said so', '*.json -filter\n'],
  ])('of another kind goes on: %s', async (_, attributes) => {
    const team = newTeam({ files: { '.gitattributes': attributes } })
    git(team, 'add', '--renormalize', '.')
    git(team, 'commit', '-q', '--allow-empty', '-m', 'renormalized')
    const agent = await startAgent(team)
    expect(status(team)).toBe('')
    writeFileSync(team.settingsPath, settingsOf(team).replace('opus', 'haiku'))
    git(team, 'commit', '-qam', 'haiku')
    expect(git(team, 'show', `HEAD:${PATH}`)).toBe(SETTINGS.replace('opus', 'haiku'))
    await agent.end()
    expect(status(team)).toBe('')
  })

  test('with a driver of the same name, for other files, stays the person’s', async () => {
    const team = newTeam()
    git(team, 'config', 'filter.flow.smudge', 'cat')
    const before = shared(team)
    const agent = await startAgent(team)
    expect(shared(team)).toEqual(before)
    await agent.end()
    expect(shared(team)).toEqual(before)
  })

  test('of the same name is not flow’s, and stays too', async () => {
    const team = newTeam({ files: { '.gitattributes': '*.json filter=flow\n' } })
    git(team, 'config', 'filter.flow.clean', 'cat')
    const before = shared(team)
    const agent = await startAgent(team)
    expect(agent.flow.printed.stderr).toContain('the filter "flow"')
    await agent.end()
    expect(shared(team)).toEqual(before)
  })
})
