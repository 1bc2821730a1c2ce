import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { begin, order, run, standIn } from '../helpers/launching.ts'
import { DEADLINE } from '../helpers/running.ts'
import { hasTerminals, openTerminal, type TerminalOptions } from '../helpers/terminal.ts'

describe('signals without a terminal', () => {
  test('SIGTERM and SIGHUP are sent on each time, and the exit code is still the agent’s', async () => {
    const { child, ended, log } = begin(standIn('count'))
    await vi.waitFor(() => expect(log()).toContain('agent ready'), DEADLINE)
    for (const [nth, signal] of (['SIGTERM', 'SIGTERM', 'SIGHUP'] as const).entries()) {
      child.kill(signal)
      await vi.waitFor(() => expect(log().match(/agent got/g)).toHaveLength(nth + 1), DEADLINE)
    }
    expect(log().match(/agent got .*/g)).toEqual([
      'agent got SIGTERM',
      'agent got SIGTERM',
      'agent got SIGHUP',
    ])
    child.stdin.end('done\n')
    expect(await ended).toMatchObject({ code: 3, signal: null })
  })

  test('an agent that dies of a SIGTERM sent on: flow dies of it too', async () => {
    const { child, ended, log } = begin(standIn('echo'))
    await vi.waitFor(() => expect(log()).toContain('started'), DEADLINE)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: null, signal: 'SIGTERM' })
  })

  test('SIGINT and SIGQUIT to flow alone are not the agent’s, and flow stays', async () => {
    const { child, ended, log } = begin(standIn('count'))
    await vi.waitFor(() => expect(log()).toContain('agent ready'), DEADLINE)
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
      child.kill(signal)
      await vi.waitFor(() => expect(log()).toContain(`driver got ${signal}`), DEADLINE)
    }
    child.stdin.end('done\n')
    expect(await ended).toMatchObject({ code: 0, signal: null })
  })

  // As root without CAP_KILL, which may not signal another user's process.
  const powerless = ['setpriv', '--bounding-set=-kill']
  test.skipIf(spawnSync('setpriv', [...powerless.slice(1), 'true']).status !== 0)(
    'a SIGTERM that flow may not send on, as to an agent under sudo, is survived each time',
    async () => {
      const asNobody = ['/usr/bin/setpriv', '--reuid=65534', '--clear-groups']
      const agent = [...asNobody, '/bin/sh', '-c', 'echo ready; read -r line; exit 6']
      const { child, ended, log, printed } = begin(agent, { through: powerless })
      await vi.waitFor(() => expect(printed()).toContain('ready'), DEADLINE)
      for (const nth of [1, 2]) {
        child.kill('SIGTERM')
        await vi.waitFor(() => expect(log().match(/driver got/g)).toHaveLength(nth), DEADLINE)
      }
      child.stdin.end('done\n')
      expect(await ended).toMatchObject({ code: 6, signal: null, stderr: '' })
    },
  )

  for (const early of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`${early} before the launch: the agent is not started`, async () => {
      const done = await run(standIn('facts'), { early })
      expect(done).toMatchObject({ code: null, signal: early, stdout: '' })
      expect(done.log()).not.toContain('started')
    })
  }
})

describe.skipIf(!hasTerminals)('on a terminal', () => {
  test('the agent sees it on all three, in the right size', async () => {
    const { terminal } = sitDown(standIn('facts'), { rows: 31, columns: 997 })
    await terminal.shows('"isTerminal":[true,true,true],"window":[31,997]')
    expect(await terminal.ended).toMatchObject({ code: 0 })
  })

  test('the agent reads single keys, Ctrl-C and Ctrl-Z among them', async () => {
    const { terminal, log } = sitDown(standIn('raw'))
    await terminal.shows('ready')
    for (const [key, hex] of Object.entries({ a: '61', '\x03': '03', '\x1a': '1a', é: 'c3a9' })) {
      terminal.type(key)
      await terminal.shows(`key ${hex}`)
    }
    terminal.type('q')
    expect(await terminal.ended).toMatchObject({ code: 7 })
    expect(log()).not.toContain('driver got')
  })

  for (const [name, key, signal] of [
    ['Ctrl-C', '\x03', 'SIGINT'],
    ['Ctrl-\\', '\x1c', 'SIGQUIT'],
  ] as const) {
    test(`${name} reaches the agent once, and flow stays to pass its exit code on`, async () => {
      const { terminal, log } = sitDown(standIn('count'))
      await terminal.shows('ready')
      terminal.type(key)
      await vi.waitFor(() => {
        expect(log()).toContain(`agent got ${signal}`)
        expect(log()).toContain(`driver got ${signal}`)
      }, DEADLINE)
      terminal.type('done\n')
      expect(await terminal.ended).toMatchObject({ code: 1, signal: null })
      expect(log().match(/agent got/g)).toHaveLength(1)
    })
  }

  test('Ctrl-C kills an agent that does not mind it, and flow dies likewise', async () => {
    const { terminal, log } = sitDown(['/bin/cat'])
    await vi.waitFor(() => expect(log()).toContain('started'), DEADLINE)
    terminal.type('x\n')
    await terminal.shows('x\r\nx')
    terminal.type('\x03')
    expect(await terminal.ended).toMatchObject({ code: null, signal: 'SIGINT' })
  })

  test('Ctrl-Z stops both, and fg continues both', async () => {
    const { command, env, log } = order(standIn('count'))
    const shell = openTerminal(['/bin/sh', '-i'], { env })
    const words = command.map((word) => `'${word}'`).join(' ')
    shell.type(`${words}\n`)
    await shell.shows('ready')
    const [, driverPid, agentPid] = /driver is (\d+)\nstarted (\d+)/.exec(log()) ?? []
    shell.type('\x1a')
    // The shell has its prompt back, and arithmetic tells its answer from the echo of the question.
    shell.type('echo stopped $((40 + 2))\n')
    await shell.shows('stopped 42')
    const states = () => [stateOf(driverPid), stateOf(agentPid)]
    await vi.waitFor(() => expect(states()).toEqual(['T', 'T']), DEADLINE)
    shell.type('fg\n')
    await vi.waitFor(() => expect(states()).not.toContain('T'), DEADLINE)
    shell.type('\x03')
    await vi.waitFor(() => expect(log()).toContain('agent got SIGINT'), DEADLINE)
    shell.type('done\n')
    await vi.waitFor(() => expect(log()).toContain('ended {"code":1,"signal":null}'), DEADLINE)
    shell.type('exit 4\n')
    expect(await shell.ended).toMatchObject({ code: 4 })
  })

  test('a closed window ends the agent with SIGHUP, and flow outlives it', async () => {
    const agent = 'trap "exit 9" HUP; echo agent ready >>"$STAND_IN_LOG"; sleep 300 & wait'
    const { terminal, log } = sitDown(['/bin/sh', '-c', agent])
    await vi.waitFor(() => expect(log()).toContain('agent ready'), DEADLINE)
    terminal.hangUp()
    expect(await terminal.ended).toMatchObject({ code: 9, signal: null })
    expect(log()).toContain('ended {"code":9,"signal":null}')
  })
})

/** The driver as the leader of a session on a terminal of its own. */
function sitDown(argv: readonly string[], options: TerminalOptions = {}) {
  const { command, env, log } = order(argv)
  return { log, terminal: openTerminal(command, { env, ...options }) }
}

/** One letter as ps(1) has it, e.g. `T` for stopped; ps itself is not on every Linux. */
function stateOf(pid: string | undefined): string | undefined {
  if (process.platform === 'linux') {
    return /.*\) (.)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
  }
  const done = spawnSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' })
  return done.stdout.trim().at(0)
}
