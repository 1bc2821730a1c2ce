import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mistake, refusal, unprivileged } from '../helpers/refusal.ts'
import { run } from '../helpers/running.ts'
import { flow, newTeam, put, type Team } from '../helpers/team.ts'

const RUN = ['flow', 'run']

describe('on the command line', () => {
  test.each([
    [['flow', 'rnu'], 'unknown command "rnu" (did you mean "run"?)'],
    [
      ['flow', 'run', '--folow-symlinks'],
      'unknown option "--folow-symlinks" (did you mean "--follow-symlinks"?)',
    ],
    [['flow', 'status', '--jsno'], 'unknown option "--jsno" (did you mean "--json"?)'],
    [['flow', 'run', 'cluade'], 'there is no agent "cluade" (did you mean "claude"?)'],
    [['flow', 'hook', 'sesion-start'], '"sesion-start" (did you mean "session-start"?)'],
    [['flow', 'run', 'claude', '-p', 'hi'], ': flow run claude -- -p hi'],
    [['flow', 'exec'], 'exec needs a command'],
    [['flow', 'status', '--', 'all'], 'status takes nothing after --'],
    [['flow', 'recover', 'src', 'team'], '"team"'],
    [['flow', 'history', '--limit', '0'], '--limit takes a number from 1 on, not "0"'],
  ])('%j is a mistake of one line', async (argv, what) => {
    const said = await mistake(newTeam(), argv)
    expect(said.code).toBe(2)
    expect(said.what).toContain(what)
  })

  test.each([
    ['no-such-program', 127, 'there is no program `no-such-program`'],
    ['./no-such-program', 127, 'there is no program `./no-such-program`'],
    ['./MEMORY.md', 126, 'could not execute '],
    ['MEMORY.md', 126, 'could not execute '],
    ['./.claude', 126, 'could not execute '],
    ['.claude', 127, 'there is no program `.claude`'],
  ])('flow exec -- %s ends with %d, as in a shell', async (word, code, what) => {
    const team = newTeam()
    const env = { ...team.env, PATH: `${team.env.PATH}:${team.cwd}` }
    const said = await refusal({ ...team, env }, ['flow', 'exec', '--', word])
    expect(said.code).toBe(code)
    expect(said.what).toContain(what)
  })

  test('a program whose interpreter is missing ends with 127 under FLOW=0, too', async () => {
    const team = newTeam()
    put(team.cwd, { script: '#!/no/interpreter\n' })
    chmodSync(join(team.cwd, 'script'), 0o755)
    for (const FLOW of ['', '0']) {
      const place = { ...team, env: { ...team.env, FLOW } }
      expect((await run(['flow', 'exec', '--', './script'], place)).code, FLOW).toBe(127)
    }
  })

  test('a project that flow does not know is wrong usage', async () => {
    const said = await refusal(newTeam(), ['flow', 'recover', 'team'])
    expect(said).toMatchObject({ code: 2, what: expect.stringContaining('/team/team') })
  })

  test('outside a git repository flow says what makes one', async () => {
    const team = newTeam()
    rmSync(join(team.cwd, '.git'), { recursive: true })
    const said = await refusal(team, RUN)
    expect(said).toMatchObject({ code: 1, next: expect.stringContaining('git init') })
  })

  test('an agent that is not installed: flow says how to install it', async () => {
    const team = newTeam()
    const bin = join(team.folder, 'no-agents')
    mkdirSync(bin)
    const git = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    symlinkSync(git, join(bin, 'git'))
    symlinkSync(process.execPath, join(bin, 'node'))
    const env = { ...team.env, PATH: bin }
    const said = await refusal({ ...team, env }, [join(team.cwd, 'node_modules/.bin/flow'), 'run'])
    expect(said).toMatchObject({
      code: 1,
      what: 'the agent "claude" is not installed',
      next: 'npm install -g @anthropic-ai/claude-code',
    })
  })

  test.each(['relative/state', './state'])('FLOW_HOME=%s is refused', async (home) => {
    const team = newTeam()
    const said = await refusal({ ...team, env: { ...team.env, FLOW_HOME: home } }, RUN)
    expect(said).toMatchObject({ code: 2, what: `FLOW_HOME is not an absolute path: ${home}` })
  })

  // A state home in the working folder would be committed, and no other session would find it.
  test.each(['', 'home'])(
    'HOME=%j is no place for the state home, and is refused',
    async (home) => {
      const team = newTeam()
      const env = { ...team.env, HOME: home, FLOW_HOME: '' }
      const said = await refusal({ ...team, env }, RUN)
      expect(said).toMatchObject({
        code: 2,
        what: `the home directory is not an absolute path: ${home || '(empty)'}`,
      })
    },
  )
})

describe('in the configuration', () => {
  test.each([
    [
      'an unknown key',
      { '.flowrc': 'agnet: claude' },
      'agnet: unknown key (did you mean "agent"?)',
    ],
    [
      'an unknown key within an agent',
      { '.flowrc': 'agents: { mine: { comand: claude } }' },
      'agents.mine.comand: unknown key (did you mean "command"?)',
    ],
    ['text for true or false', { '.flowrc': 'notifications: "yes"' }, 'expected true or false'],
    ['a list for an object', { '.flowrc': '{"memory": []}' }, 'memory: expected an object'],
    ['a negative number', { '.flowrc': 'history: { sessions: -1 }' }, '0 or more, found -1'],
    ['a path out of the project', { '.flowrc': 'memory: { file: ../x }' }, 'without `..`'],
    ['a list at the top', { '.flowrc': '- agent' }, 'expected an object, found a list'],
    [
      'JSON with comments',
      { '.flowrc': '{\n  // the agent\n  "agent": "claude"\n}' },
      "line 2: a comment of JavaScript's",
    ],
    ['YAML that does not parse', { '.flowrc': 'agent: claude\n  memory: x' }, 'line 2, column 9'],
    ['JSON that does not parse', { '.flowrc.json': '{\n  "agent" "x"\n}' }, 'line 2, column 11'],
    ['bytes that are not text', { '.flowrc': Buffer.from([0xff, 0xfe]) }, 'it is not UTF-8 text'],
    ['a program that throws', { '.flowrc.mjs': '\nthrow new Error("mine")' }, 'line 2: mine'],
    [
      'an event that the agent does not know',
      { '.flowrc': 'hooks: { SesionStart: [{ hooks: [{ type: command, command: x }] }] }' },
      'SesionStart: claude knows no such event (did you mean "SessionStart"?)',
    ],
    ['a template that is not there', { '.flowrc': 'templates: [x.json]' }, 'no such file'],
  ])('%s', async (_, files, why) => {
    const said = await refusal(configured(files), RUN)
    expect(said).toMatchObject({ code: 1, why: expect.stringContaining(why) })
    if (!why.includes('no such file')) expect(`${said.what} ${said.why}`).toContain('/team/.flowrc')
  })

  test.each([
    ['agent: cluade', 'there is no agent "cluade" (did you mean "claude"?)'],
    ['agents: { claude: { command: claude, target: cluade } }', 'no target "cluade"'],
  ])('%s names one that does not exist', async (text, what) => {
    const said = await refusal(configured({ '.flowrc': text }), RUN)
    expect(said).toMatchObject({ code: 1, what: expect.stringContaining(what) })
  })

  function configured(files: Record<string, string | Buffer>): Team {
    const team = newTeam()
    rmSync(join(team.cwd, '.flowrc'))
    for (const [path, text] of Object.entries(files)) writeFileSync(join(team.cwd, path), text)
    return team
  }
})

describe('settings.json', () => {
  test.each([
    ['without a comma', '{\n  "model": "opus"\n  "x": 1\n}', 'line 3, column 3: a comma'],
    ['cut off', '{ "hooks": {', 'line 1, column 13: a closing brace'],
    ['a list', '[]', 'line 1, column 1: an object'],
    ['with hooks that are a list', '{\n  "hooks": []\n}', 'line 2, column'],
    ['with an event that is text', '{"hooks": {"SessionStart": "x"}}', 'line 1, column'],
    ['in another encoding', Buffer.from('{ "x": "\xe9" }', 'latin1'), 'line 1, column 9: the file'],
  ])('%s', async (_, bytes, why) => {
    const team = newTeam()
    writeFileSync(team.settingsPath, bytes)
    const said = await refusal(team, RUN)
    expect(said).toMatchObject({ code: 1, why: expect.stringContaining(why) })
    expect(said.next).toMatch(/^correct line \d+ of \.claude\/settings\.json/)
  })

  test.each([
    ['a directory', (path: string) => mkdirSync(path), 'is a directory'],
    ['a pipe', (path: string) => void execFileSync('mkfifo', [path]), 'is no regular file'],
    ['a link to nothing', (path: string) => symlinkSync('nowhere', path), 'leads nowhere'],
    ['a link to itself', (path: string) => symlinkSync('settings.json', path), 'leads nowhere'],
    ['a link out of the repository', linkOut, 'leads out of the repository'],
  ])('is %s', async (_, make, what) => {
    const team = newTeam()
    rmSync(team.settingsPath)
    make(team.settingsPath)
    const said = await refusal(team, RUN)
    expect(said).toMatchObject({ code: 1, what: expect.stringContaining(what) })
  })

  test('lies in a .claude that is a file', async () => {
    const team = newTeam()
    rmSync(dirname(team.settingsPath), { recursive: true })
    put(team.cwd, { '.claude': 'mine' })
    const said = await refusal(team, RUN)
    expect(said).toMatchObject({ code: 1, what: expect.stringContaining('not a directory') })
  })

  test.each(['', ' \n'])('%j is blank: the agent starts, and it is blank again', async (text) => {
    const team = newTeam()
    writeFileSync(team.settingsPath, text)
    const { code } = await flow(team, 'exec', '--', 'cp', '.claude/settings.json', '../during.json')
    expect(code).toBe(0)
    expect(readFileSync(join(team.cwd, '../during.json'), 'utf8')).toContain('flowSession')
    expect(readFileSync(team.settingsPath, 'utf8')).toBe(text)
  })

  test('a link out of the repository is followed when the person says so, and stays a link', async () => {
    const team = newTeam()
    rmSync(team.settingsPath)
    linkOut(team.settingsPath)
    const { code } = await flow(team, 'run', '--follow-symlinks')
    expect(code).toBe(0)
  })

  function linkOut(path: string): void {
    writeFileSync(join(dirname(path), '../../shared.json'), '{}')
    symlinkSync('../../shared.json', path)
  }
})

describe('what the person may not read or write', () => {
  test.each([
    ['settings.json unreadable', '.claude/settings.json', 0o000, 'could not read .claude/settings'],
    ['settings.json read-only', '.claude/settings.json', 0o444, 'could not write .claude/settings'],
    ['its folder read-only', '.claude', 0o555, 'could not write .claude/settings'],
    ['its folder closed', '.claude', 0o000, '.claude/settings.json'],
    ['.flowrc unreadable', '.flowrc', 0o000, 'could not read'],
    ['another place unreadable', '.config/flowrc.mjs', 0o000, 'could not read'],
    ['a folder of places closed', '.config', 0o000, 'could not read'],
  ])('%s', async (_, path, mode, what) => {
    const files = path.startsWith('.config')
      ? { '.flowrc': null, '.config/flowrc.mjs': 'export default {}' }
      : {}
    const team = unprivileged(newTeam({ files }))
    chmodSync(join(team.cwd, path), mode)
    const said = await refusal(team, RUN)
    expect(said).toMatchObject({ code: 1, what: expect.stringContaining(what) })
    expect(said.why).toContain('permission denied (EACCES)')
    chmodSync(join(team.cwd, path), 0o755)
  })

  test.each([
    ['read-only from the start', '', '500'],
    ['unreadable', '', '000'],
    ['with a gate that is read-only', 'gates', '500'],
    ['with sessions that are unreadable', 'sessions', '000'],
    ['with sessions that are read-only', 'sessions', '500'],
    ['with snapshots that are read-only', 'snapshots', '500'],
  ])('the state home %s', async (_, path, mode) => {
    const team = newTeam()
    if (path === '') mkdirSync(team.stateHome)
    else await flow(team, 'exec', '--', 'true')
    const own = unprivileged(team)
    const folders = ['-depth', '-type', 'd', '-exec', 'chmod']
    execFileSync('find', [join(team.stateHome, path), ...folders, mode, '{}', ';'])
    const said = await refusal(own, RUN)
    execFileSync('find', [team.stateHome, '-type', 'd', '-exec', 'chmod', '700', '{}', ';'])
    expect(said.code).toBe(1)
    expect(said.why).toContain('permission denied (EACCES)')
    expect(said.next).toMatch(/readable|writable/)
  })

  test('the state home is a file', async () => {
    const team = newTeam()
    writeFileSync(team.stateHome, 'mine')
    const said = await refusal(team, RUN)
    expect(said).toMatchObject({ code: 1, why: expect.stringContaining('ENOTDIR') })
  })
})
