/** Agents that are zx scripts. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileAt, namesIn } from '../helpers/on-disk.ts'
import { refusal } from '../helpers/refusal.ts'
import { begin, isOver } from '../helpers/running.ts'
import { backupRefs, flow, history, MARK, MEMORY, put, settingsOf } from '../helpers/team.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'
import { endsByItself, review, reviewed, teamWith } from '../helpers/zx-scripts.ts'

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
    ['ends with an exit code', 'process.exit(7)', 7, ''],
  ])('that %s gives its own error and exit code', (_, script, code, error) =>
    endsByItself(script, code, error),
  )

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
})

describe('the example in the documents', () => {
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
})
