/** What people wrote since `init` stays; what only may be theirs is said. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { listing, namesIn } from '../helpers/on-disk.ts'
import { fourLines } from '../helpers/refusal.ts'
import {
  backupRefs,
  flow,
  freshTeam,
  git,
  newTeam,
  put,
  settingsOf,
  type Team,
} from '../helpers/team.ts'

const read = (team: Team, path: string) => readFileSync(join(team.cwd, path), 'utf8')
const edit = (team: Team, path: string, change: (text: string) => string) =>
  writeFileSync(join(team.cwd, path), change(read(team, path)))
const hooksPath = (team: Team) =>
  git(team, 'config', '--default', '(not set)', '--get', 'core.hooksPath').trim()

async function initialised(files: Record<string, string> = {}): Promise<Team> {
  const team = freshTeam({ files })
  await flow(team, 'init', '--yes')
  return team
}

async function uninstalled(team: Team, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await flow(team, 'uninstall', '--yes', ...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

describe('what was written since init stays', () => {
  test('lines in hooks, scripts, dependencies', async () => {
    const team = await initialised({ '.husky/post-merge': 'echo own\n' })
    edit(team, '.husky/post-merge', (text) => `${text}echo more\n`)
    edit(team, '.husky/post-checkout', (text) => `${text}echo new\n`)
    edit(team, 'package.json', (text) =>
      text.replace('"scripts": {', '"scripts": {\n    "new": "n",'),
    )
    const out = await uninstalled(team)
    expect(read(team, '.husky/post-merge')).toBe('echo own\necho more\n')
    expect(read(team, '.husky/post-checkout')).toBe('#!/bin/sh\necho new\n')
    expect(JSON.parse(read(team, 'package.json')).scripts).toEqual({ new: 'n' })
    expect(out).toContain('husky stays, since it is used without flow')
    expect(out).toContain('npm install --save-dev husky')
    expect(hooksPath(team)).toBe('.husky/_')
    expect(existsSync(join(team.cwd, '.husky/_/h'))).toBe(true)
  })

  test('a configuration with words of the own, and it says so', async () => {
    const team = await initialised()
    edit(team, '.flowrc', (text) => text.replace('agent: claude', 'agent: aider'))
    expect(await uninstalled(team)).toContain('note: .flowrc stays: it has words of your own')
    expect(read(team, '.flowrc')).toContain('agent: aider')
    expect(existsSync(join(team.cwd, '.husky'))).toBe(false)
  })

  test("what git's configuration got since", async () => {
    const team = await initialised()
    git(team, 'config', 'user.name', 'Somebody')
    await uninstalled(team)
    expect(hooksPath(team)).toBe('(not set)')
    expect(git(team, 'config', 'user.name')).toBe('Somebody\n')
    expect(existsSync(join(team.cwd, '.husky'))).toBe(false)
  })

  test("git's lock of its configuration, also one that leads nowhere, until it is taken away", async () => {
    const team = await initialised()
    const lock = join(team.cwd, '.git/config.lock')
    symlinkSync('flow holds this for some milliseconds', lock)
    const done = await flow(team, 'uninstall', '--yes')
    expect({ code: done.code, ...fourLines(done) }).toMatchObject({
      code: 1,
      why: expect.stringContaining(`${lock} has been there`),
      next: expect.stringContaining(`rm ${lock}`),
    })
    expect(lstatSync(lock).isSymbolicLink()).toBe(true)
    rmSync(lock)
    await uninstalled(team)
    expect(hooksPath(team)).toBe('(not set)')
  })

  test('a file that somebody put beside the hooks keeps its folder', async () => {
    const team = await initialised()
    put(team.cwd, { '.husky/README.md': 'ours\n', '.husky/_/own': 'ours\n' })
    await uninstalled(team)
    expect(namesIn(join(team.cwd, '.husky'))).toEqual(['README.md', '_'])
    expect(namesIn(join(team.cwd, '.husky/_'))).toEqual(['own'])
    expect(hooksPath(team)).toBe('(not set)')
  })

  test('scripts that call flow in words of the own are named', async () => {
    const team = await initialised()
    edit(team, 'package.json', (text) => text.replace('run claude --', 'run claude -- --fast'))
    const out = await uninstalled(team)
    expect(out).toContain('script "agent" calls flow in words of your own')
    expect(JSON.parse(read(team, 'package.json')).scripts).toEqual({
      agent: 'flow run claude -- --fast',
    })
  })

  test('a package.json that cannot be read', async () => {
    const team = await initialised()
    edit(team, 'package.json', (text) => `${text}!`)
    expect(await uninstalled(team)).toContain('package.json cannot be read')
    expect(read(team, 'package.json')).toMatch(/!$/)
    expect(existsSync(join(team.cwd, '.flowrc'))).toBe(false)
  })
})

describe('a clone that a colleague set up', () => {
  test('has no note of init, and flow goes out of it all the same', async () => {
    const team = freshTeam({
      files: { '.husky/commit-msg': 'true\n', 'package.json': '{\n  "name": "x"\n}\n' },
    })
    const before = listing(team.cwd).filter((line) => !/\/(node_modules|\.git)(\/| )/.test(line))
    await flow(team, 'init', '--yes')
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'flow')
    // What `init` noted of husky: a colleague's clone, where husky itself was installed, has no such note.
    git(team, 'config', '--remove-section', 'flow')
    rmSync(team.stateHome, { recursive: true })
    const out = await uninstalled(team)
    // Whether its hooks ran before flow came, nobody can tell: they go on running.
    expect(out).toContain('husky stays')
    rmSync(join(team.cwd, '.husky/_'), { recursive: true })
    const after = listing(team.cwd).filter((line) => !/\/(node_modules|\.git)(\/| )/.test(line))
    expect(after).toEqual(before)
    expect(out).toContain('next: npm install')
    expect(await uninstalled(team)).toContain('nothing to undo')
  })

  test('without hooks of its own loses husky as well', async () => {
    const team = newTeam()
    await flow(team, 'run', 'claude')
    const out = await uninstalled(team)
    expect(existsSync(join(team.cwd, '.husky'))).toBe(false)
    expect(existsSync(team.stateHome)).toBe(false)
    expect(hooksPath(team)).toBe('(not set)')
    expect(out).toContain('next: npm uninstall flow-agent\n')
  })
})

test('of two working trees that carry flow each is undone by itself, and the first says so', async () => {
  const team = newTeam()
  const linked = { ...team, cwd: join(team.folder, 'linked') }
  git(team, 'worktree', 'add', '-qb', 'linked', linked.cwd)
  const run = (place: Team) => flow(place, 'run', 'claude')
  expect([(await run(team)).code, (await run(linked)).code]).toEqual([0, 0])
  const { CI: _, ...env } = linked.env
  expect((await flow({ ...linked, env }, 'prepare')).stderr).toBe('')
  expect(existsSync(join(linked.cwd, '.husky/_/h'))).toBe(true)

  const out = await uninstalled(team)
  expect(out).toContain(`note: ${linked.cwd} has flow's lines in its hooks still`)
  expect(hooksPath(team)).toBe('(not set)')
  expect(read(linked, '.husky/post-merge')).toContain('# flow')
  await uninstalled(linked)
  expect(existsSync(join(linked.cwd, '.husky'))).toBe(false)
  expect(existsSync(team.stateHome)).toBe(false)
})

test('under HUSKY=0 init leaves husky to a later install, and uninstall takes it out', async () => {
  const team = freshTeam()
  const before = listing(team.folder).filter((line) => !line.includes('/node_modules'))
  await flow({ ...team, env: { ...team.env, HUSKY: '0' } }, 'init', '--yes')
  const { CI: _, ...env } = team.env
  await flow({ ...team, env }, 'prepare')
  expect(hooksPath(team)).toBe('.husky/_')
  await uninstalled(team)
  const after = listing(team.folder).filter((line) => !line.includes('/node_modules'))
  expect(after).toEqual(before)
})

describe('sessions', () => {
  test('while one is open it refuses, and says who is in it', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const before = listing(team.cwd)
    const linked = { ...team, cwd: join(team.folder, 'linked') }
    for (const place of [team, linked]) {
      if (place === linked) git(team, 'worktree', 'add', '-qb', 'linked', linked.cwd)
      const ended = await flow(place, 'uninstall', '--yes')
      expect(ended.code).toBe(1)
      const { what, why, kept, next } = fourLines(ended)
      expect(what).toBe('a session is open in this repository')
      expect(why).toMatch(new RegExp(`^claude, pid ${agent.flow.pid}, for \\d+ s, in ${team.cwd}$`))
      expect([kept, next]).toEqual([
        'nothing was changed',
        'end it, then run `flow uninstall` again',
      ])
      if (place === team) expect(listing(team.cwd)).toEqual(before)
    }
    await agent.end()
    await uninstalled(team)
  })

  test('of another machine counts as open', async () => {
    const team = newTeam()
    await orphan(team)
    const pids = join(dirname(backupRefs(team)[0] ?? ''), 'pids')
    for (const name of namesIn(pids)) {
      const path = join(pids, name)
      const text = readFileSync(path, 'utf8')
      const lock = name.endsWith('.json') ? JSON.parse(text) : null
      if (lock === null) rmSync(path)
      else writeFileSync(path, JSON.stringify({ ...lock, machineId: 'another', hostName: 'far' }))
    }
    const { why, next } = fourLines(await flow(team, 'uninstall', '--yes'))
    expect(why).toContain('on far: it runs on another machine')
    expect(next).toContain('flow recover --force')
  })

  test('that was killed is put right first', async () => {
    const team = newTeam()
    const before = settingsOf(team)
    await orphan(team)
    expect((await flow(team, 'uninstall', '--dry-run')).stdout).toContain(
      `a killed session is put right first: ${team.cwd}`,
    )
    const { code, stderr } = await flow(team, 'uninstall', '--yes')
    expect(code).toBe(0)
    expect(stderr).toContain('put .claude/settings.json back as it was before a killed session')
    expect(settingsOf(team)).toBe(before)
    expect(existsSync(team.stateHome)).toBe(false)
  })

  test("that was killed, whose record is lost: the filter goes out of git's files", async () => {
    const team = newTeam()
    const config = join(team.cwd, '.git/config')
    // Without a newline at its end.
    writeFileSync(config, readFileSync(config, 'utf8').trimEnd())
    const whole = readFileSync(config)
    git(team, 'config', '--unset', 'core.hooksPath')
    git(team, 'config', '--remove-section', 'filter.flow')
    git(team, 'config', '--remove-section', 'flow')
    const unset = readFileSync(config, 'utf8').trimEnd()
    writeFileSync(config, whole)
    // As git makes it.
    const fresh = join(team.folder, 'fresh')
    git(team, 'init', '-q', fresh)
    const before = listing(join(fresh, '.git/info'))
    await orphan(team)
    expect(readFileSync(config, 'utf8')).toContain('[filter "flow"]')
    rmSync(team.stateHome, { recursive: true })
    const out = await uninstalled(team)
    expect(out).toContain('.git/config')
    expect(readFileSync(config, 'utf8').trimEnd()).toBe(unset)
    const after = listing(join(team.cwd, '.git/info'))
    expect(after).toEqual(before.map((line) => line.replace(fresh, team.cwd)))
    expect(existsSync(team.stateHome)).toBe(false)
  })

  test('of another repository in the same state home stays whole', async () => {
    const team = newTeam()
    const other = newTeam({ stateHome: team.stateHome })
    await flow(team, 'run', 'claude')
    const agent = await startAgent(other)
    const before = settingsOf(other)
    await uninstalled(team)
    expect(settingsOf(other)).toBe(before)
    expect(backupRefs(other)).toHaveLength(1)
    expect(namesIn(join(team.stateHome, 'snapshots'))).toHaveLength(1)
    expect((await agent.end()).code).toBe(0)
    await uninstalled(other)
    expect(existsSync(team.stateHome)).toBe(false)
  })
})

describe('the state home', () => {
  test("keeps what may be somebody's only copy, and says where", async () => {
    const team = newTeam()
    await flow(team, 'run', 'claude')
    const snapshots = join(team.stateHome, 'snapshots')
    const [hash = ''] = namesIn(snapshots)
    const [session = ''] = namesIn(join(snapshots, hash))
    const copy = join(snapshots, hash, session, 'found-1234')
    writeFileSync(copy, 'mine')
    const damaged = join(team.stateHome, 'corrupt/some.json')
    mkdirSync(dirname(damaged))
    writeFileSync(damaged, '{')
    const out = await uninstalled(team)
    expect(out).toContain(`kept: ${copy}: `)
    expect(out).toContain(`kept: ${damaged}`)
    expect([copy, damaged].filter((path) => !existsSync(path))).toEqual([])
    expect(namesIn(join(team.stateHome, 'gates'))).toEqual([])
  })

  test("keeps what is not flow's", async () => {
    const team = newTeam()
    await flow(team, 'run', 'claude')
    put(team.stateHome, {
      'runtime/own': '#!/bin/sh\n',
      'runtime/0.0.0/other.txt': 'x',
      'runtime/0.0.0/cache/v24.0.0-x64-1a2b3c4d-0/5e6f7a8b': 'compiled',
      'notes.txt': 'mine',
    })
    await uninstalled(team)
    const left = listing(team.stateHome).map(
      (line) => line.slice(team.stateHome.length + 1).split(' ')[0],
    )
    const own = ['runtime', 'runtime/0.0.0', 'runtime/0.0.0/other.txt', 'runtime/own']
    expect(left).toEqual(['notes.txt', ...own])
  })

  test('that cannot be written keeps init from nothing, and uninstall goes by the files', async () => {
    const team = freshTeam()
    writeFileSync(team.stateHome, 'in the way')
    expect((await flow(team, 'init', '--yes')).code).toBe(0)
    expect(statSync(team.stateHome).isFile()).toBe(true)
    rmSync(team.stateHome)
    await uninstalled(team)
    expect(git(team, 'status', '--porcelain')).toBe('')
    expect(existsSync(join(team.cwd, '.husky'))).toBe(false)
  })
})
