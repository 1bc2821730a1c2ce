/** git's clean filter: what it needs, what it leaves, and what happens when git or flow is in the way. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { fileAt, namesIn } from '../helpers/on-disk.ts'
import { DEADLINE, run } from '../helpers/running.ts'
import { edit, gitFiles, haiku, PATH, status, stored, uninstalled } from '../helpers/seen-by-git.ts'
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

/** What filters have read and not removed. */
function savedInputs({ stateHome }: Team): string[] {
  return namesIn(join(stateHome, 'hooks')).filter((name) => name.startsWith('.clean.'))
}

/** A PATH with these programs and sh. */
async function few({ folder }: Team, ...names: string[]): Promise<string> {
  const bin = join(folder, 'few')
  mkdirSync(bin)
  for (const name of ['sh', ...names]) {
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name))
  }
  return bin
}

function resident({ stateHome }: Team): string {
  const [version = ''] = namesIn(join(stateHome, 'runtime'))
  return join(stateHome, 'runtime', version, 'runtime.cjs')
}

/** The filter as git starts it, at work on bytes that have not all come yet. */
async function filterAtWork(team: Team, options = '-c') {
  const [line = ''] =
    /clean = "(.*)"/.exec(readFileSync(join(team.cwd, '.git/config'), 'utf8'))?.slice(1) ?? []
  const filter = spawn('sh', [options, line.replaceAll('\\"', '"').replace('%f', PATH)], team)
  onTestFinished(() => void filter.kill())
  let given = ''
  filter.stdout.on('data', (bytes) => {
    given += bytes
  })
  const hooks = join(team.stateHome, 'hooks')
  await vi.waitFor(() => expect(namesIn(hooks)).toContain(`.clean.${filter.pid}`), DEADLINE)
  return {
    async goOn(bytes: Buffer) {
      filter.stdin.end(bytes)
      const [code] = await once(filter, 'close')
      return { code, given }
    },
  }
}

describe('what git is given', () => {
  test.each([
    ['as flow wrote them', (text: string) => text],
    ['edited', haiku],
  ])('by a filter that outlives the session, for settings %s', async (_, change) => {
    const team = newTeam()
    const agent = await startAgent(team)
    edit(team, change)
    const bytes = readFileSync(team.settingsPath)
    const filter = await filterAtWork(team)
    await agent.end()
    expect(await filter.goOn(bytes)).toEqual({ code: 0, given: change(SETTINGS) })
    expect(savedInputs(team)).toEqual([])
  })

  test('does not depend on what the shell was told before', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const filter = await filterAtWork(team, '-efuc')
    expect(await filter.goOn(readFileSync(team.settingsPath))).toEqual({ code: 0, given: SETTINGS })
    await agent.end()
  })

  test('needs neither cmp nor sed, and hands on what has no entries of flow’s', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const env = { ...team.env, PATH: await few(team, 'cat', 'rm', 'git', 'node') }
    const poor = { ...team, env }
    expect(stored(poor)).toBe(SETTINGS)
    edit(team, () => '{"mine":1}')
    expect(stored(poor)).toBe('{"mine":1}')
    await agent.end()
  })

  test('has no entries of a session that is over: a checkpoint brought them back', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const merged = settingsOf(team)
    await agent.end()
    edit(team, () => merged)
    expect(stored(team)).toBe(SETTINGS)
    edit(team, () => haiku(merged))
    expect(stored(team)).toBe(haiku(SETTINGS))
    // Its snapshot is gone too.
    rmSync(join(team.stateHome, 'snapshots'), { recursive: true })
    edit(team, () => merged)
    expect(stored(team)).not.toContain(MARK)
    edit(team, () => SETTINGS)
  })

  test('for the settings as flow wrote them needs neither node nor flow', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    renameSync(resident(team), `${resident(team)}.away`)
    expect(stored(team)).toBe(SETTINGS)
    renameSync(`${resident(team)}.away`, resident(team))
    await agent.end()
  })

  test('for settings that do not parse, since somebody is at work on them, has no hooks of flow’s', async () => {
    const team = newTeam({ files: { [PATH]: '{\n  "model": "opus"\n}\n' } })
    const agent = await startAgent(team)
    edit(team, (text) => text.replace('"opus"', '"opus", "env": {'))
    expect(stored(team)).toBe('{\n  "model": "opus", "env": {\n}\n')
    edit(team, (text) => text.replace(' "env": {', ''))
    await agent.end()
  })

  test('with node gone and an edit is the file, and git is told why', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    edit(team, haiku)
    renameSync(resident(team), `${resident(team)}.away`)
    const { code, stderr } = await run(['git', 'add', PATH], team)
    expect(code).toBe(0)
    expect(stderr).toContain(`flow: cannot take its hooks out of ${PATH}`)
    renameSync(`${resident(team)}.away`, resident(team))
    await agent.end()
  })
})

describe('git’s files', () => {
  test('are changed by no session: the filter is installed once and stays', async () => {
    const team = newTeam()
    const before = gitFiles(team)
    const agent = await startAgent(team)
    const during = gitFiles(team)
    await agent.end()
    await (await startAgent(team)).kill()
    await flow(team, 'recover')
    expect(during).toEqual(before)
    expect(gitFiles(team)).toEqual(before)
  })

  test('get the filter from the first session where nobody ran init', async () => {
    const team = uninstalled()
    const agent = await startAgent(team)
    expect(status(team)).toBe('')
    expect(stored(team)).toBe(SETTINGS)
    await agent.end()
    expect(git(team, 'config', '--get', 'filter.flow.clean')).toContain('/hooks/clean.sh;')
  })

  test('lose the filter, and keep everything else, by `flow uninstall`', async () => {
    const team = uninstalled()
    const attributes = join(team.cwd, '.git/info/attributes')
    const exclude = join(team.cwd, '.git/info/exclude')
    mkdirSync(join(team.cwd, '.git/info'), { recursive: true })
    writeFileSync(attributes, '*.png binary')
    writeFileSync(exclude, '# mine\r\n*.tmp')
    const before = gitFiles(team)
    await (await startAgent(team)).end()
    git(team, 'config', 'user.nickname', 'me')
    expect(gitFiles(team)).not.toEqual(before)
    expect((await flow(team, 'uninstall', '--yes')).code).toBe(0)
    expect(git(team, 'config', '--get', 'user.nickname')).toBe('me\n')
    expect(readFileSync(attributes, 'utf8')).toBe('*.png binary')
    expect(readFileSync(exclude, 'utf8')).toBe('# mine\r\n*.tmp')
    expect(readFileSync(join(team.cwd, '.git/config'), 'utf8')).not.toContain('flow')
  })

  test('that a killed flow was about to rename go with `flow uninstall`', async () => {
    const team = newTeam()
    const info = join(team.cwd, '.git/info')
    put(info, { '.attributes.flow-0123abcd': '', '.attributes.flow-mine': 'mine' })
    expect((await flow(team, 'uninstall', '--yes')).code).toBe(0)
    expect(namesIn(info)).toEqual(['.attributes.flow-mine', 'exclude'])
  })
})

describe('what the person told git about the settings', () => {
  test.each(['assume-unchanged', 'skip-worktree'])('--%s stays', async (flag) => {
    const team = newTeam()
    git(team, 'update-index', `--${flag}`, PATH)
    const before = git(team, 'ls-files', '-v', PATH)
    expect(before).not.toMatch(/^H/)
    const agent = await startAgent(team)
    expect(git(team, 'ls-files', '-v', PATH)).toBe(before)
    await agent.end()
    expect(git(team, 'ls-files', '-v', PATH)).toBe(before)
    expect(status(team)).toBe('')
  })
})

describe('a git that works at the same time', () => {
  test('keeps what it stages between two looks of flow at the index', async () => {
    const team = newTeam()
    put(team.cwd, { 'theirs.json': haiku(SETTINGS) })
    const blob = git(team, 'hash-object', '-w', 'theirs.json').trim()
    const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim()
    const stage = `${real} update-index --cacheinfo 100644,${blob},${PATH}`
    // As if another git had its turn just there, at the start and at the end of the session.
    const lines = [
      '#!/bin/sh',
      `case " $* " in *' diff-files '*) ${real} "$@"; status=$?; ${stage}; exit $status ;; esac`,
      `exec ${real} "$@"`,
    ]
    writeFileSync(join(team.folder, 'bin/git'), `${lines.join('\n')}\n`, { mode: 0o755 })
    const { code } = await flow(team, 'exec', '--', 'true')
    expect(code).toBe(0)
    rmSync(join(team.folder, 'bin/git'))
    expect(git(team, 'show', `:${PATH}`)).toBe(haiku(SETTINGS))
    expect(settingsOf(team)).toBe(SETTINGS)
  })
})

describe('a git that holds its lock', () => {
  test('of its configuration, for ever: the session works, and says what git shows', async () => {
    const team = uninstalled()
    const before = gitFiles(team)
    const lock = join(team.cwd, '.git/config.lock')
    writeFileSync(lock, '')
    const agent = await startAgent(team)
    expect(agent.flow.printed.stderr).toContain('config.lock')
    expect(settingsOf(team)).toContain(MARK)
    expect(await agent.end()).toMatchObject({ code: 0 })
    expect(settingsOf(team)).toBe(SETTINGS)
    expect(status(team)).toBe('')
    expect(readFileSync(lock, 'utf8')).toBe('')
    rmSync(lock)
    expect(gitFiles(team)).toEqual(before)
  })
})

test('a repository whose .git nobody may write: the agent works, and all is as it was', async () => {
  const team = newTeam()
  const config = fileAt(join(team.cwd, '.git/config'))
  // For root as well.
  const info = join(team.cwd, '.git/info')
  rmSync(info, { recursive: true })
  writeFileSync(info, 'no folder\n')
  const agent = await startAgent(team)
  expect(agent.flow.printed.stderr).toContain("git shows flow's hooks as a change")
  await agent.end()
  expect(settingsOf(team)).toBe(SETTINGS)
  expect(readFileSync(info, 'utf8')).toBe('no folder\n')
  expect(backupRefs(team)).toEqual([])
  expect(fileAt(join(team.cwd, '.git/config'))).toEqual(config)
})
