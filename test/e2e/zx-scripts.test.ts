/** Agents that are zx scripts. */
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diagnose, titleOf } from '../helpers/doctor.ts'
import { EXAMPLES } from '../helpers/documents.ts'
import { fileAt, namesIn } from '../helpers/on-disk.ts'
import { refusal } from '../helpers/refusal.ts'
import { begin, isOver } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  git,
  history,
  MARK,
  MEMORY,
  newTeam,
  put,
  settingsOf,
  type Team,
  type TeamOptions,
} from '../helpers/team.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'

/** A team whose agent `script` is this script. */
function teamWith(script: string, { files, ...options }: TeamOptions = {}): Team {
  const flowrc = 'agents: { script: { script: agents/my script.mjs, env: { OWN: given } } }\n'
  return newTeam({
    ...options,
    files: { '.flowrc': flowrc, 'agents/my script.mjs': script, ...files },
  })
}

/** Runs until the file `end` is there, after it has printed its pid. */
const WAITING = `
  echo('at work as', process.pid)
  while (!fs.existsSync('end')) await sleep(20)
`

describe('a script', () => {
  test('gets the arguments behind `--` as argv, and as they are', async () => {
    const team = teamWith('console.log(JSON.stringify([argv, process.argv.slice(3)]))')
    const args = ['--base', 'main', '-x', '1', 'two  words', "it's", '', '--no-color', '--', '-y']
    const done = await flow(team, 'run', 'script', '--', ...args)
    expect(done).toMatchObject({ code: 0, stderr: '' })
    const [argv, words] = JSON.parse(done.stdout)
    expect(argv).toEqual({ _: ['two  words', "it's", '', '-y'], base: 'main', x: 1, color: false })
    expect(words).toEqual(args)
  })

  test('gets the globals of zx and none of them is missing', async () => {
    const zx = Object.keys(await import('zx'))
    expect(zx).toEqual(expect.arrayContaining(['$', 'argv', 'cd', 'fs', 'question', 'within']))
    const names = [...zx, '__filename', '__dirname', 'require']
    const script = `echo(JSON.stringify(${JSON.stringify(names)}.filter((name) => !(name in globalThis))))`
    expect((await flow(teamWith(script), 'run', 'script')).stdout).toBe('[]\n')
  })

  test('starts at the project root, in the session, with the environment of its agent', async () => {
    const script = `
      const seen = { cwd: process.cwd(), file: __filename, own: process.env.OWN }
      seen.pieces = (await $\`printf '<%s>' \${['a  b', "it's", '$HOME', '']}\`).stdout
      await within(async () => { cd('.claude'); seen.merged = (await $\`cat settings.json\`).stdout })
      seen.back = process.env.FLOW_RUN_ID !== undefined
      echo(JSON.stringify(seen))`
    const team = teamWith(script, { name: "te'am 50%of #1" })
    const before = fileAt(team.settingsPath)
    const cwd = join(team.cwd, 'agents')
    const done = await flow({ ...team, cwd }, 'run', 'script')
    expect(done).toMatchObject({ code: 0, stderr: '' })
    const { merged, ...seen } = JSON.parse(done.stdout)
    expect(seen).toEqual({
      cwd: team.cwd,
      file: join(team.cwd, 'agents/my script.mjs'),
      own: 'given',
      pieces: "<a  b><it's><$HOME><>",
      back: true,
    })
    expect(merged).toContain(MARK)
    expect(fileAt(team.settingsPath)).toEqual(before)
    expect(history(team)).toMatchObject([{ agents: [{ agent: 'script' }] }])
  })

  test.each<[string, string, number, string]>([
    ['throws', 'throw new TypeError("of my own")', 1, 'TypeError: of my own'],
    ['runs a command that fails', 'await $`echo oops >&2; exit 3`', 1, 'Error: oops\n'],
    ['does not parse', 'const 1', 1, 'SyntaxError: '],
    ['ends with an exit code', 'process.exit(7)', 7, ''],
  ])('that %s gives its own error and exit code', async (_, script, code, error) => {
    const team = teamWith(script)
    const before = fileAt(team.settingsPath)
    const done = await flow(team, 'run', 'script')
    expect(done).toMatchObject({ code, signal: null, stdout: '' })
    if (error === '') expect(done.stderr).toBe('')
    else expect(done.stderr).toContain(error)
    expect(done.stderr).not.toContain('flow:')
    if (code === 1) expect(done.stderr).toMatch(/my(%20| )script\.mjs:1/)
    expect(fileAt(team.settingsPath)).toEqual(before)
    expect(backupRefs(team)).toEqual([])
  })

  test('runs without the hooks under FLOW=0', async () => {
    const team = teamWith(`echo(argv.x, (await $\`cat .claude/settings.json\`).stdout)`)
    const env = { ...team.env, FLOW: '0' }
    const done = await flow({ ...team, env }, 'run', 'script', '--', '-x', '1')
    expect(done.stdout).toBe(`1 ${settingsOf(team)}\n`)
    expect(done.stdout).not.toContain(MARK)
  })

  test('is the recorded process: the session outlives a killed flow until the script ends', async () => {
    const team = teamWith(WAITING)
    const before = fileAt(team.settingsPath)
    const running = begin(['flow', 'run', 'script'], team)
    await running.says('at work as')
    const pid = Number(/as (\d+)/.exec(running.printed.stdout)?.[1])
    const names = backupRefs(team).flatMap((path) => namesIn(join(dirname(path), 'pids')))
    expect(names).toContain(`${running.pid}.${pid}.agent`)
    running.kill('SIGKILL')
    await isOver(running.pid)
    expect((await flow(team, 'recover')).stderr).toBe('flow: nothing to recover\n')
    expect(settingsOf(team)).toContain(MARK)
    writeFileSync(join(team.cwd, 'end'), '')
    await isOver(pid)
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(before)
  })

  test.skipIf(!hasTerminals)('is ended by Ctrl-C, with what it started', async () => {
    const team = teamWith('echo("ready"); await $`sleep 300`')
    const before = fileAt(team.settingsPath)
    const terminal = openTerminal(['flow', 'run', 'script'], team)
    await terminal.shows('ready')
    terminal.type('\x03')
    expect(await terminal.ended).toEqual({ code: null, signal: 'SIGINT' })
    expect(fileAt(team.settingsPath)).toEqual(before)
    expect(backupRefs(team)).toEqual([])
  })
})

describe('a script that cannot be read', () => {
  test.each<[string, Record<string, string | null>, string]>([
    ['is not there', { 'agents/my script.mjs': null }, 'no such file or directory (ENOENT)'],
    [
      'is a directory',
      { 'agents/my script.mjs': null, 'agents/my script.mjs/x': '' },
      'it is not a file',
    ],
  ])('since it %s is refused, and nothing is started', async (_, changes, why) => {
    const team = teamWith('')
    put(team.cwd, changes)
    const path = join(team.cwd, 'agents/my script.mjs')
    expect(await refusal(team, ['flow', 'run', 'script'])).toEqual({
      code: 1,
      what: 'could not read the script of the agent "script"',
      why: `${path}: ${why}`,
      kept: 'nothing was changed, and nothing was started',
      next: `write it, or correct agents.script.script in ${join(team.cwd, '.flowrc')}`,
    })
  })

  test('is a finding of flow doctor, and one that can be read is fine', async () => {
    const team = newTeam()
    put(team.cwd, {
      '.flowrc': 'agent: x\nagents: { x: { script: agents/x.mjs, install: make } }\n',
    })
    const path = join(team.cwd, 'agents/x.mjs')
    const { findings } = await diagnose(team)
    expect(findings.find(({ id }) => id === 'agent')).toEqual({
      id: 'agent',
      status: 'broken',
      title: 'the script of the agent "x" cannot be read',
      detail: `${path}: no such file or directory (ENOENT)`,
      mend: 'make',
    })
    put(team.cwd, { 'agents/x.mjs': '' })
    expect(titleOf(await diagnose(team), 'agent')).toBe(`x is a zx script (${path})`)
  })
})

describe('the example in the documents', () => {
  const [example] = EXAMPLES.filter(({ text }) => text.startsWith('// agents/review.mjs\n'))
  const configuration = 'agents: { review: { script: agents/review.mjs } }\n'
  const reviewed = () => {
    const files = { '.flowrc': configuration, 'agents/review.mjs': example?.text ?? '' }
    const team = newTeam({ files })
    git(team, 'tag', 'v1.2')
    return team
  }
  const review = (team: Team) =>
    flow(team, 'run', 'review', '--', '--base', 'v1.2', 'Mind the error messages.')

  test('starts no client where there is nothing to review', async () => {
    const done = await review(reviewed())
    expect(done).toMatchObject({ code: 0, stdout: 'nothing differs from v1.2\n', stderr: '' })
  })

  test('starts the client with the hooks, and passes its exit code on', async () => {
    const team = reviewed()
    put(team.cwd, { 'MEMORY.md': `${MEMORY}\nMore.\n` })
    const env = { ...team.env, STAND_IN_EXIT: '4' }
    const done = await review({ ...team, env })
    expect(done).toMatchObject({ code: 4, stderr: '' })
    const task = 'Review what changed since v1.2: MEMORY.md. Mind the error messages.'
    expect(done.stdout).toContain(`with ${JSON.stringify(['-p', task])}`)
    expect(done.stdout).toContain(`agent: hook said: ${MEMORY}`)
  })

  const hasPs = spawnSync('ps').error === undefined
  test.skipIf(!hasPs)('ends the client at a SIGTERM to flow', async () => {
    const team = reviewed()
    const before = fileAt(team.settingsPath)
    put(team.cwd, { 'MEMORY.md': 'mine\n' })
    replaceClient(team, 'echo at work as $$; exec sleep 300')
    const running = begin(['flow', 'run', 'review', '--', '--base', 'v1.2'], team)
    await running.says('at work as')
    const client = Number(/as (\d+)/.exec(running.printed.stdout)?.[1])
    running.kill('SIGTERM')
    await running.ended
    await isOver(client)
    expect(fileAt(team.settingsPath)).toEqual(before)
  })

  test.skipIf(!hasTerminals)('leaves Ctrl-C to the client, and goes on after it', async () => {
    const team = reviewed()
    put(team.cwd, { 'MEMORY.md': 'mine\n' })
    replaceClient(team, 'trap "exit 9" INT; echo at work; while :; do sleep 0.1; done')
    const argv = ['flow', 'run', 'review', '--', '--base', 'v1.2']
    const terminal = openTerminal(argv, team)
    await terminal.shows('at work')
    terminal.type('\x03')
    expect(await terminal.ended).toEqual({ code: 9, signal: null })
  })

  test('fails when the client has changed a file', async () => {
    const team = reviewed()
    put(team.cwd, { 'MEMORY.md': 'mine\n' })
    replaceClient(team, 'echo its >>MEMORY.md')
    const done = await review(team)
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('Error: the review changed files')
  })
})

/** Makes `claude` a script of sh. */
function replaceClient({ folder }: Team, script: string): void {
  const path = join(folder, 'bin/claude')
  rmSync(path)
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}
