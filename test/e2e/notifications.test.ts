/** The Notification hook as a session merges it, called as Claude Code calls it. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { EXAMPLES } from '../helpers/documents.ts'
import { DESKTOP, notify, PIPE_NEVER_CLOSED, program, QUIET } from '../helpers/notifications.ts'
import { begin, isOver } from '../helpers/running.ts'
import { flow, newTeam, type Team } from '../helpers/team.ts'

/** A desktop that writes down what it is told; the lines so far. */
function desktop(team: Team): () => string[] {
  const notes = join(team.folder, 'shown')
  program(team, 'notify-send', `printf '%s|' "$@" >> '${notes}'; echo >> '${notes}'`)
  return () => (existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').slice(0, -1) : [])
}

const LINE = '--app-name=flow|--|team|Claude waits|'

describe('a notification', () => {
  test('is shown on the desktop, and says nothing into the agent’s terminal', async () => {
    const team = newTeam()
    const shown = desktop(team)
    const agent = await startAgent(team)
    expect(await notify(team, agent, DESKTOP)).toEqual(QUIET)
    expect(shown()).toEqual([LINE])
    await agent.end()
  })

  test('names the project and the title that the client sends', async () => {
    const team = newTeam()
    const shown = desktop(team)
    const agent = await startAgent(team)
    const INPUT = JSON.stringify({ message: 'Claude waits', title: 'Permission needed' })
    expect(await notify(team, agent, { ...DESKTOP, INPUT })).toEqual(QUIET)
    expect(shown()).toEqual(['--app-name=flow|--|team: Permission needed|Claude waits|'])
    await agent.end()
  })

  test.each([
    ['whole', undefined, [LINE]],
    ['torn', '{ "message": "Claude wai', []],
  ])('waits no longer for an input that never ends, %s', async (_, input, lines) => {
    const team = newTeam()
    const shown = desktop(team)
    const agent = await startAgent(team)
    const asked = { ...DESKTOP, ...(input !== undefined && { INPUT: input }) }
    expect(await notify(team, agent, asked, PIPE_NEVER_CLOSED)).toEqual(QUIET)
    expect(shown()).toEqual(lines)
    await agent.end()
  })

  test('reads no more of an endless input than a message can have', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const written = join(team.folder, 'written')
    const writer = `const { writeFileSync, writeSync } = require("node:fs")
      const bytes = Buffer.alloc(65536)
      let size = 0
      try {
        for (;;) size += writeSync(1, bytes)
      } catch {
        writeFileSync(${JSON.stringify(written)}, String(size))
      }`
    program(team, 'endless', `exec '${process.execPath}' -e '${writer}'`)
    expect(await notify(team, agent, DESKTOP, 'endless |')).toEqual(QUIET)
    expect(Number(readFileSync(written, 'utf8'))).toBeLessThan(4_000_000)
    await agent.end()
  })

  test('is shown once, however many ask at once, and each agent of the session is heard', async () => {
    const team = newTeam()
    const shown = desktop(team)
    const [one, two] = [await startAgent(team), await startAgent(team)]
    const all = Array.from({ length: 6 }, () => notify(team, one, DESKTOP))
    expect(await Promise.all(all)).toEqual(all.map(() => QUIET))
    expect(shown()).toEqual([LINE])
    await notify(team, two, DESKTOP)
    expect(shown()).toEqual([LINE, LINE])
    await one.end()
    await two.end()
  })

  test('goes to Claude Code’s terminal where there is no desktop', async () => {
    const team = newTeam()
    const shown = desktop(team)
    const agent = await startAgent(team)
    const { stdout, stderr } = await notify(team, agent, {
      ...DESKTOP,
      CLAUDECODE: '1',
      SSH_TTY: 'x',
    })
    expect(JSON.parse(stdout)).toEqual({
      terminalSequence: '\x1b]9;team: Claude waits\x07\x07',
    })
    expect(stderr).toBe('')
    expect(shown()).toEqual([])
    await agent.end()
  })

  test('goes to the command of the configuration, in the project’s folder', async () => {
    const team = newTeam({
      files: {
        '.flowrc':
          'notifications: { command: [./tell.sh, "{title}: {message}", $HOME], repeatAfter: 0 }\n',
        'tell.sh': '#!/bin/sh\npwd >> ../told\nprintf "%s\\n" "$@" >> ../told\ncat >> ../told\n',
      },
    })
    chmodSync(join(team.cwd, 'tell.sh'), 0o755)
    const shown = desktop(team)
    const agent = await startAgent(team)
    expect(await notify(team, agent, DESKTOP)).toEqual(QUIET)
    expect(readFileSync(join(team.folder, 'told'), 'utf8').trim().split('\n')).toEqual([
      team.cwd,
      'team: Claude waits',
      '$HOME',
      '{"version":1,"title":"team","message":"Claude waits","type":"idle_prompt"}',
    ])
    expect(shown()).toEqual([])
    await agent.end()
  })

  test('holds nobody up: a program that does not answer is ended with all that it started', async () => {
    const team = newTeam()
    const pids = join(team.folder, 'pids')
    program(team, 'notify-send', `sleep 1000 & echo $! $$ > '${pids}'; sleep 1000`)
    const agent = await startAgent(team)
    expect(await notify(team, agent, DESKTOP)).toEqual(QUIET)
    for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) await isOver(Number(pid))
    await agent.end()
  })
})

describe('flow hook notification --test', () => {
  test('tries what a session here would, and says by its exit code whether it arrived', async () => {
    const team = newTeam({
      files: { '.flowrc': 'notifications: { command: [tell, "{title}"] }\n' },
    })
    const { DISPLAY: _, ...env } = team.env
    const plain = { ...team, env }
    const absent = await flow(plain, 'hook', 'notification', '--test')
    expect(absent).toMatchObject({ code: 1, stderr: '' })
    expect(absent.stdout).toContain('there is no program `tell`')
    program(team, 'tell', `echo "$1" > '${team.folder}/told'`)
    const sent = await flow(plain, 'hook', 'notification', '--test')
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    expect(sent.stdout).toMatch(/^ {2}command +took it /m)
    expect(readFileSync(join(team.folder, 'told'), 'utf8')).toBe('team\n')
    program(team, 'tell', 'kill -9 $$')
    const killed = await flow(plain, 'hook', 'notification', '--test')
    expect(killed.stdout).toMatch(/^ {2}command +failed +ended by a signal$/m)
  })

  test('says that the configuration wants none, and refuses one that is wrong', async () => {
    const off = await flow(
      newTeam({ files: { '.flowrc': 'notifications: false\n' } }),
      ...['hook', 'notification', '--test'],
    )
    expect(off).toMatchObject({ code: 1, stderr: '' })
    expect(off.stdout).toMatch(/^nothing was sent: `notifications` is false in .*\.flowrc$/m)
    const wrong = await flow(
      newTeam({ files: { '.flowrc': 'notifications: { comand: x }\n' } }),
      ...['hook', 'notification', '--test'],
    )
    expect(wrong).toMatchObject({ code: 1, stdout: '' })
    expect(wrong.stderr).toContain('notifications.comand: unknown key (did you mean "command"?)')
  })
})

describe('the commands of docs/NOTIFICATIONS.md', () => {
  const examples = EXAMPLES.filter(
    ({ path, kind }) => path === 'docs/NOTIFICATIONS.md' && kind === 'yaml',
  ).map(({ text }) => text)
  const has = (...argv: string[]) => spawnSync('sh', ['-c', argv.join(' ')]).status === 0
  const hasCurl = has('curl --help all 2>/dev/null | grep -q -e --json')

  /** What arrives when the example is the configuration, sent to a server of ours. */
  async function arrives(example = ''): Promise<{ title: unknown; body: string }> {
    const asked: { title: unknown; body: string }[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (part) => {
        body += part
      })
      request.on('end', () => {
        asked.push({ title: request.headers.title, body })
        response.end()
      })
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const config = example.replace('https://ntfy.sh/my-secret-topic', url)
    const team = newTeam({ files: { '.flowrc': config } })
    const env = { ...team.env, SLACK_WEBHOOK: url, NO_PROXY: '127.0.0.1' }
    const sent = await flow({ ...team, env }, 'hook', 'notification', '--test')
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    expect(asked).toHaveLength(1)
    return asked[0] ?? { title: null, body: '' }
  }

  test.skipIf(!hasCurl)('the push arrives', async () => {
    expect(await arrives(examples[0])).toEqual({ title: 'team', body: 'Notifications work here.' })
  })

  test.skipIf(!hasCurl || !has('jq --version'))('the webhook arrives', async () => {
    const { body } = await arrives(examples[1])
    expect(JSON.parse(body)).toEqual({ text: 'team: Notifications work here.' })
  })
})

/** A desktop's own daemon, in python3 with the system's packages for D-Bus. */
const PYTHON = '/usr/bin/python3'
const hasDesktop = [
  ['dbus-run-session', '--version'],
  ['notify-send', '--version'],
  [PYTHON, '-c', 'import dbus, gi'],
].every(([file = '', ...args]) => spawnSync(file, args).status === 0)

test.skipIf(!hasDesktop)('a real desktop shows it: notify-send, D-Bus and a daemon', async () => {
  const team = newTeam({ files: { '.flowrc': 'notifications: { repeatAfter: 0 }\n' } })
  const daemon = join(import.meta.dirname, '../helpers/notification-daemon.py')
  const bus = begin(['dbus-run-session', '--', PYTHON, daemon], team)
  await bus.says('address ')
  const [, address = ''] = /^address (.*)$/m.exec(bus.printed.stdout) ?? []
  const agent = await startAgent(team)
  const message = String.raw`-a <b>bold</b> & \074i\076 "quoted" $HOME`
  const variables = { DBUS_SESSION_BUS_ADDRESS: address, INPUT: JSON.stringify({ message }) }
  expect(await notify(team, agent, variables)).toEqual(QUIET)
  await bus.says('shown ')
  const [, text = ''] = /^shown (.*)$/m.exec(bus.printed.stdout) ?? []
  expect(JSON.parse(text)).toEqual({
    app: 'flow',
    title: 'team',
    // As the daemon is to show it: its markup, read back, is the very text.
    body: message.replace('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  })
  await agent.end()
  // The bus ends with its daemon, and removes its socket from /tmp.
  process.kill(Number(/^pid (\d+)$/m.exec(bus.printed.stdout)?.[1]), 'SIGTERM')
  await bus.ended
})
