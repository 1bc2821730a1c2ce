import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { begin, run } from '../helpers/running.ts'
import { newTeam, type Team } from '../helpers/team.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'

const WATCH = ['flow', 'status', '--watch']
const [ENTER, LEAVE] = ['\x1b[?1049h', '\x1b[?25h\x1b[?1049l']

describe.skipIf(!hasTerminals)('`flow status --watch` on a terminal', () => {
  function watch(team: Team, words = WATCH) {
    const env = { ...team.env, TERM: 'xterm-256color', LANG: 'C.UTF-8' }
    return openTerminal(words, { ...team, env, rows: 12, columns: 50 })
  }

  test('shows who comes and who goes, in place, and q puts the screen back', async () => {
    const team = newTeam()
    const terminal = watch(team)
    await terminal.shows(ENTER)
    await terminal.shows('no sessions')
    const { end, flow } = await startAgent(team)
    await terminal.shows('you are in this project')
    await terminal.shows(`pid ${flow.pid}`)
    const second = await startAgent(team)
    await terminal.shows('━')
    await end()
    await second.end()
    await terminal.shows('no sessions')
    terminal.type('q')
    await terminal.shows(LEAVE)
    expect(await terminal.ended).toEqual({ code: 0, signal: null })
  })

  test('Ctrl-C ends it as it ends any program, with the screen put back', async () => {
    const terminal = watch(newTeam())
    await terminal.shows('no sessions')
    terminal.type('\x03')
    await terminal.shows(LEAVE)
    expect(await terminal.ended).toEqual({ code: null, signal: 'SIGINT' })
  })

  test('SIGTERM ends it, with the screen and the modes of the terminal put back', async () => {
    const team = newTeam()
    const pidFile = `${team.folder}/watch.pid`
    const words = [
      'before=$(stty -g)',
      `sh -c 'echo $$ >"$1"; exec flow status --watch' sh '${pidFile}'`,
      'echo "ended with $?"',
      '[ "$before" = "$(stty -g)" ] && echo as before',
    ]
    const terminal = watch(team, ['sh', '-c', words.join('\n')])
    await terminal.shows('no sessions')
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM')
    await terminal.shows(LEAVE)
    await terminal.shows('ended with 143')
    await terminal.shows('as before')
  })

  test('a window that is closed ends it', async () => {
    const terminal = watch(newTeam())
    await terminal.shows('no sessions')
    terminal.hangUp()
    expect(await terminal.ended).toEqual({ code: null, signal: 'SIGHUP' })
  })
})

describe('`flow status --watch` without a screen', () => {
  test('--json prints a document on one line at each change', async () => {
    const team = newTeam()
    const { printed, says, kill, ended } = begin([...WATCH, '--json'], team)
    await says('"projects":[]')
    await orphan(team)
    await says('"orphaned"')
    kill('SIGTERM')
    expect((await ended).signal).toBe('SIGTERM')
    const documents = printed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(documents.length).toBeGreaterThan(1)
    const texts = documents.map((one) => JSON.stringify(one))
    for (const [at, text] of texts.entries()) expect(text).not.toBe(texts[at - 1])
  })
})

describe.skipIf(!hasTerminals)('`flow status` on a terminal', () => {
  test('in 80 columns is laid out as in a pipe', async () => {
    const team = newTeam()
    await orphan(team)
    const env = { ...team.env, TERM: 'xterm', NO_COLOR: '1' }
    const place = { cwd: team.cwd, env }
    const terminal = openTerminal(['flow', 'status', '--verbose'], place)
    expect((await terminal.ended).code).toBe(0)
    const { stdout } = await run(['flow', 'status', '--verbose'], place)
    const [shown, piped] = [terminal.shownInAll().replaceAll(/\r+\n/g, '\n'), stdout].map((text) =>
      text.replaceAll(/\d+ (s|min)\b/g, 'a while'),
    )
    expect(shown).toBe(piped)
  })

  test('with TERM=dumb says all in words', async () => {
    const team = newTeam()
    const { flow } = await startAgent(team)
    const env = { ...team.env, TERM: 'dumb', LANG: 'C.UTF-8' }
    const terminal = openTerminal(['flow', 'status'], { ...team, env })
    await terminal.shows('here      you are in this project')
    await terminal.shows(`in it     claude, pid ${flow.pid}`)
    expect((await terminal.ended).code).toBe(0)
  })
})
