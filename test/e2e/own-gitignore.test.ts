/** Settings that flow made next to a `.gitignore` of the user's: a line of `info/exclude` hides them. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { filesIn, HOOK } from '../helpers/commits.ts'
import { fileAt, namesIn } from '../helpers/on-disk.ts'
import { unprivileged } from '../helpers/refusal.ts'
import { DEADLINE, run } from '../helpers/running.ts'
import { gitFiles, PATH } from '../helpers/seen-by-git.ts'
import { flow, git, MARK, MEMORY, newTeam, put, settingsOf, type Team } from '../helpers/team.ts'

const IGNORE = '.claude/.gitignore'
const LINE = '/.claude/settings.jso[n]\n'
const LOCAL = '.flowrc.loca[l]\n'
const MINE = '{\n  "model": "haiku"\n}\n'

const status = (team: Team) => git(team, 'status', '--porcelain', '-uall')
const excludePath = ({ cwd }: Team) => join(cwd, '.git/info/exclude')
const exclude = (team: Team) => readFileSync(excludePath(team), 'latin1')

function withTracked(text = '*.local\n'): Team {
  return newTeam({ files: { ...HOOK, [PATH]: null, [IGNORE]: text } })
}

function withUntracked(): Team {
  const team = newTeam({ files: { ...HOOK, '.claude': null } })
  put(team.cwd, { [IGNORE]: '*.local\n' })
  return team
}

/** As by a client that runs no hooks. */
function commitAll(team: Team): void {
  git(team, 'add', '-A')
  git(team, '-c', 'core.hooksPath=/dev/null', 'commit', '-qm', 'all')
}

describe.each([
  ['tracked', withTracked],
  ['untracked', withUntracked],
  ['empty', () => withTracked('')],
])('next to a .gitignore of the user’s that is %s, settings that flow made', (_, newOne) => {
  test('are nothing that git sees, get into no commit without hooks, and leave nothing', async () => {
    const team = newOne()
    const ignore = fileAt(join(team.cwd, IGNORE))
    const before = { status: status(team), git: gitFiles(team) }
    const agent = await startAgent(team)
    expect(settingsOf(team)).toContain(MARK)
    expect(status(team)).toBe(before.status)
    put(team.cwd, { 'new.txt': 'new\n' })
    commitAll(team)
    expect(filesIn(team)).toContain('new.txt')
    expect(filesIn(team)).not.toContain(PATH)
    expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
    expect(status(team)).toBe('')
    expect(gitFiles(team)).toEqual(before.git)
    expect(fileAt(join(team.cwd, IGNORE))).toEqual(ignore)
    expect(existsSync(team.settingsPath)).toBe(false)
  })

  test('leave nothing after kill -9 and a recovery', async () => {
    const team = newOne()
    const before = { status: status(team), git: gitFiles(team) }
    await (await startAgent(team)).kill()
    expect(status(team)).toBe(before.status)
    expect(gitFiles(team)).not.toEqual(before.git)
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(status(team)).toBe(before.status)
    expect(gitFiles(team)).toEqual(before.git)
  })

  test('are seen as soon as they are edited: git refuses to overwrite them', async () => {
    const team = newOne()
    git(team, 'switch', '-q', '-c', 'other')
    put(team.cwd, { [PATH]: MINE })
    commitAll(team)
    git(team, 'switch', '-q', '-')
    if (!existsSync(join(team.cwd, IGNORE))) put(team.cwd, { [IGNORE]: '*.local\n' })
    const before = { status: status(team), git: gitFiles(team) }
    const agent = await startAgent(team)
    expect(status(team)).toBe(before.status)
    const edited = JSON.stringify({ model: 'mine', ...JSON.parse(settingsOf(team)) })
    writeFileSync(team.settingsPath, edited)
    await vi.waitFor(() => expect(status(team)).toContain(`?? ${PATH}\n`), DEADLINE)
    expect(gitFiles(team)).toEqual(before.git)
    const refused = await run(['git', 'switch', 'other'], team)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(PATH)
    expect(settingsOf(team)).toBe(edited)
    await agent.end()
    expect(JSON.parse(settingsOf(team))).toEqual({ model: 'mine' })
    expect(gitFiles(team)).toEqual(before.git)
  })
})

describe('a branch', () => {
  test('that has a .gitignore there, and one that has none, change nothing for git', async () => {
    const team = newTeam({ files: { ...HOOK, '.claude': null } })
    git(team, 'switch', '-q', '-c', 'other')
    put(team.cwd, { [IGNORE]: '*.local\n' })
    commitAll(team)
    git(team, 'switch', '-q', '-')
    const before = gitFiles(team)
    const bare = { ...team, env: { ...team.env, HUSKY: '0' } }
    const agent = await startAgent(team)
    git(bare, 'switch', '-q', 'other')
    await vi.waitFor(() => expect(status(team)).toBe(''), DEADLINE)
    expect(exclude(team)).toContain(LINE)
    git(bare, 'switch', '-q', '-')
    await vi.waitFor(() => expect(status(team)).toBe(''), DEADLINE)
    expect(settingsOf(team)).toContain(MARK)
    await agent.end()
    expect(status(team)).toBe('')
    expect(gitFiles(team)).toEqual(before)
  })

  test('that has settings there is checked out over those that flow made', async () => {
    const team = withTracked()
    git(team, 'switch', '-q', '-c', 'other')
    put(team.cwd, { [PATH]: MINE })
    commitAll(team)
    git(team, 'switch', '-q', '-')
    const before = gitFiles(team)
    const agent = await startAgent(team)
    git(team, 'switch', '-q', 'other')
    await vi.waitFor(() => expect(gitFiles(team)).toEqual(before), DEADLINE)
    expect(status(team)).toBe('')
    await agent.end()
    expect(settingsOf(team)).toBe(MINE)
    expect(gitFiles(team)).toEqual(before)
  })
})

describe('info/exclude', () => {
  test('that was not there is not there after `flow uninstall`', async () => {
    const team = withTracked()
    // Then flow has no line of the filter's in it.
    put(team.cwd, { '.gitattributes': `${PATH} filter=other\n` })
    commitAll(team)
    rmSync(excludePath(team))
    const agent = await startAgent(team)
    expect(exclude(team)).toBe(`${LINE}${LOCAL}`)
    expect(status(team)).toBe('')
    await agent.end()
    expect(exclude(team)).toBe(LOCAL)
    expect((await flow(team, 'uninstall', '--yes')).code).toBe(0)
    expect(existsSync(excludePath(team))).toBe(false)
  })

  test('keeps every byte of the user’s, also what is written to it in the session', async () => {
    const team = withTracked()
    const text = `${exclude(team)}# ä\r\n*.tmp`
    writeFileSync(excludePath(team), text)
    const agent = await startAgent(team)
    expect(exclude(team)).toBe(`${LINE}${Buffer.from(text).toString('latin1')}`)
    writeFileSync(excludePath(team), `${readFileSync(excludePath(team), 'utf8')}\n*.log`)
    await agent.end()
    expect(readFileSync(excludePath(team), 'utf8')).toBe(`${text}\n*.log`)
  })

  test('that an editor wrote with CRLF loses flow’s lines all the same', async () => {
    const team = withTracked()
    const agent = await startAgent(team)
    for (const name of ['info/exclude', 'info/attributes']) {
      const path = join(team.cwd, '.git', name)
      writeFileSync(path, readFileSync(path, 'latin1').replaceAll('\n', '\r\n'), 'latin1')
    }
    const before = exclude(team)
    expect(before).toContain(LINE.replace('\n', '\r\n'))
    expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
    expect(exclude(team)).toBe(before.replace(LINE.replace('\n', '\r\n'), ''))
    const next = await run(['flow', 'exec', '--', 'cat', '.git/info/exclude'], team)
    expect(next.stdout).toBe(`${LINE}${exclude(team)}`)
    expect((await flow(team, 'uninstall', '--yes')).code).toBe(0)
    expect(exclude(team)).not.toContain('.claude')
    expect(existsSync(join(team.cwd, '.git/info/attributes'))).toBe(false)
  })

  test('that linked working trees share gets no line, and git shows the settings', async () => {
    const team = withTracked()
    git(team, 'worktree', 'add', '-q', '../linked')
    const before = gitFiles(team)
    const agent = await startAgent(team)
    expect(status(team)).toBe(`?? ${PATH}\n`)
    expect(gitFiles(team)).toEqual(before)
    await agent.end()
    const linked = { ...team, cwd: join(team.folder, 'linked') }
    const flowPath = join(team.cwd, 'node_modules/.bin/flow')
    const shown = await run([flowPath, 'exec', '--', 'git', 'status', '--porcelain'], linked)
    expect(shown).toMatchObject({ code: 0, stdout: `?? ${PATH}\n` })
    expect(gitFiles(team)).toEqual(before)
  })

  test.each([
    ['written', 0o555, /^$/],
    ['listed', 0o333, /^$/],
    // git says so, too.
    [
      'opened',
      0o000,
      /^flow: git shows flow's hooks as a change.*could not read.*\n(warning: .*\n)+$/,
    ],
  ])('that cannot be %s keeps no session from starting and ending', async (_, mode, said) => {
    const team = unprivileged(withTracked())
    const info = dirname(excludePath(team))
    chmodSync(info, mode)
    const shown = await run(['flow', 'exec', '--', 'git', 'status', '--porcelain'], team)
    expect(shown).toMatchObject({
      code: 0,
      stdout: `?? ${PATH}\n`,
      stderr: expect.stringMatching(said),
    })
    chmodSync(info, 0o755)
    expect(existsSync(team.settingsPath)).toBe(false)
  })

  test('loses a line that was left by `flow uninstall`', async () => {
    const team = withTracked()
    writeFileSync(excludePath(team), `${LINE}${exclude(team)}*.tmp\n`)
    const user = exclude(team)
      .split('\n')
      .filter((line) => !/^\/\.claude\//.test(line) && `${line}\n` !== LOCAL)
    expect((await flow(team, 'uninstall', '--yes')).code).toBe(0)
    expect(exclude(team)).toBe(user.join('\n'))
  })

  test('loses the line once, by whichever agent of a session sees the edit', async () => {
    const team = withTracked()
    const before = gitFiles(team)
    const agents = [await startAgent(team), await startAgent(team), await startAgent(team)]
    expect(status(team)).toBe('')
    writeFileSync(team.settingsPath, settingsOf(team).replace('{', '{ "model": "mine",'))
    await vi.waitFor(() => expect(status(team)).toBe(`?? ${PATH}\n`), DEADLINE)
    for (const agent of agents) expect((await agent.end()).code).toBe(0)
    expect(gitFiles(team)).toEqual(before)
    expect(JSON.parse(settingsOf(team))).toEqual({ model: 'mine' })
  })

  test('is read again by a git that caches untracked files', async () => {
    const team = withTracked()
    git(team, 'update-index', '--force-untracked-cache')
    status(team)
    const agent = await startAgent(team)
    expect(git(team, 'status', '--porcelain')).toBe('')
    writeFileSync(team.settingsPath, settingsOf(team).replace('{', '{ "model": "mine",'))
    const shown = () => expect(git(team, 'status', '--porcelain')).toBe(`?? ${PATH}\n`)
    await vi.waitFor(shown, DEADLINE)
    await agent.end()
    shown()
  })

  test.each([
    ['the end of the session', 'end'],
    ['recovery', 'kill'],
  ] as const)('has no line for a project that is gone, after %s', async (_, ending) => {
    const own = { '.flowrc': '', 'MEMORY.md': MEMORY, [IGNORE]: '' }
    const inFolder = Object.entries(own).map(([path, text]) => [`sub/${path}`, text])
    const team = newTeam({ files: Object.fromEntries(inFolder) })
    const cwd = join(team.cwd, 'sub')
    const agent = await startAgent({ ...team, cwd, settingsPath: join(cwd, PATH) })
    expect(exclude(team)).toContain(LINE.replace('/', '/sub/'))
    if (ending === 'kill') await agent.kill()
    rmSync(cwd, { recursive: true })
    if (ending === 'end') await agent.end()
    else await flow(team, 'recover')
    expect(exclude(team)).not.toContain('jso[n]')
    expect((await flow(team, 'recover', '--force')).code).toBe(0)
  })

  test('serves sessions of several projects that begin and end in the same moment', async () => {
    const own = { '.flowrc': '', 'MEMORY.md': MEMORY, [IGNORE]: '' }
    const names = ['a', 'b', 'c', 'd']
    const inFolder = (name: string) => {
      return Object.entries(own).map(([path, text]) => [`${name}/${path}`, text])
    }
    const team = newTeam({ files: Object.fromEntries(names.flatMap(inFolder)) })
    const start = (name: string) => {
      const cwd = join(team.cwd, name)
      return startAgent({ ...team, cwd, settingsPath: join(cwd, PATH) })
    }
    const first = await Promise.all(names.map(start))
    expect(status(team)).toBe('')
    await Promise.all(first.map((agent) => agent.end()))
    const lines = names.map((name) => `/${name}/${PATH} filter=flow`)
    const attributes = readFileSync(join(team.cwd, '.git/info/attributes'), 'utf8')
    expect(attributes.split('\n')).toEqual(expect.arrayContaining(lines))
    expect(exclude(team)).not.toContain('jso[n]')
    const before = gitFiles(team)
    const agents = await Promise.all(names.map(start))
    expect(status(team)).toBe('')
    await Promise.all(agents.map((agent) => agent.end()))
    expect(status(team)).toBe('')
    expect(gitFiles(team)).toEqual(before)
  })
})

test.each([
  'a b',
  'blank ',
  '!#x',
  '"q\'',
  '[a]',
  'a]',
  '[!a-z]',
  '^$',
  'back\\',
  '\\[x',
  '*',
  '**',
  '?',
  'ä€',
  'new\nline',
  '\r',
  '\u0085',
  '\t',
])('the line hides the settings in a project named %j, and no others', async (name) => {
  const files = { [`${name}/.flowrc`]: '', [`${name}/${IGNORE}`]: '' }
  const team = newTeam({ files })
  const place = { ...team, cwd: join(team.cwd, name) }
  const beside = '.claude/settings.jsox'
  put(place.cwd, { [beside]: '' })
  mkdirSync(join(team.cwd, 'axb/.claude'), { recursive: true })
  put(team.cwd, { [`axb/${PATH}`]: MINE })
  const question = ['git', 'status', '--porcelain', '-z', '-uall']
  const shown = await run(['flow', 'exec', '--', ...question], place)
  const wanted = [`?? ${name}/${beside}`, `?? axb/${PATH}`].sort()
  expect(shown).toMatchObject({ code: 0, stderr: '' })
  expect(shown.stdout.split('\0').filter(Boolean).sort()).toEqual(wanted)
  expect(exclude(team)).not.toContain('jso[n]')
  expect(namesIn(join(place.cwd, '.claude'))).toEqual(['.gitignore', 'settings.jsox'])
})
