import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { hasTerminals, openTerminal, type Terminal } from '../helpers/terminal.ts'
import { findClaudeCode } from './claude-code.ts'
import type { Reply } from './messages-api.ts'
import {
  arrived,
  clientPids,
  DEADLINE,
  expectNothingLeft,
  FLOW,
  HELLO,
  heardMemory,
  makeScene,
  openSessions,
  PERSONAL_SETTINGS,
  runClaude,
  type Scene,
  sayHello,
  staySilent,
} from './scene.ts'
import { isRunning, type Started, start } from './start.ts'

const ESCAPE = '\x1b'
const CTRL_C = '\x03'

const claude = findClaudeCode()

describe.skipIf(!claude.isInstalled)(`sessions of Claude Code ${claude.version}`, () => {
  test('a client outlives its killed wrapper in an open session, which recover then ends', async () => {
    const scene = await makeScene(claude, staySilent)
    const flow = scene.startFlow(...runClaude('-p', 'say hi'))
    await arrived(scene, 1, flow)
    const merged = readFileSync(scene.settingsPath, 'utf8')
    process.kill(flow.pid, 'SIGKILL')
    await vi.waitFor(() => expect(isRunning(flow.pid)).toBe(false), DEADLINE)

    const [pid = 0] = clientPids(scene)
    expect(isRunning(pid)).toBe(true)
    await scene.flow('recover')
    expect(readFileSync(scene.settingsPath, 'utf8')).toBe(merged)
    expect(merged).not.toBe(PERSONAL_SETTINGS)

    process.kill(pid, 'SIGTERM')
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), DEADLINE)
    expect(await scene.flow('recover')).toMatchObject({ code: 0 })
    expectNothingLeft(scene, PERSONAL_SETTINGS)
  })

  test.each([
    ['first', 'second'],
    ['second', 'first'],
  ])('of two clients the %s leaves, the %s puts the settings back', async (leaver, stayer) => {
    const gates = { [leaver]: gate(), [stayer]: gate() }
    const scene = await makeScene(claude, async ({ strings }) => {
      await gates[strings.includes('first') ? 'first' : 'second']?.opened
      return HELLO
    })
    const running = new Map<string, Started>()
    for (const [at, name] of ['first', 'second'].entries()) {
      const flow = scene.startFlow(...runClaude('-p', name))
      running.set(name, flow)
      await arrived(scene, at + 1, flow)
    }
    const backups = openSessions(scene.stateHome)
    const merged = readFileSync(scene.settingsPath, 'utf8')

    gates[leaver]?.open()
    expect(await running.get(leaver)?.ended).toMatchObject({ code: 0 })
    expect(readFileSync(scene.settingsPath, 'utf8')).toBe(merged)
    expect(openSessions(scene.stateHome)).toEqual(backups)

    gates[stayer]?.open()
    expect(await running.get(stayer)?.ended).toMatchObject({ code: 0 })
    expect(scene.trace('team-hook')).toEqual(['fired', 'fired'])
    expectNothingLeft(scene, PERSONAL_SETTINGS)
  })

  test('a client that flow did not start sees the merged hooks and hears nothing of them', async () => {
    const scene = await makeScene(claude, ({ strings }) =>
      strings.includes('plainly') ? HELLO : staySilent(),
    )
    const flow = scene.startFlow(...runClaude('-p', 'say hi'))
    await arrived(scene, 1, flow)
    const plain = start([claude.executable, '-p', 'plainly'], { cwd: scene.root, env: scene.env })
    expect(await plain.ended).toMatchObject({ code: 0 })
    expect(scene.settingsDuring()).not.toBe(PERSONAL_SETTINGS)
    expect(scene.trace('personal-hook')).toHaveLength(2)
    expect(scene.trace('team-hook')).toEqual(['fired'])
    expect(heardMemory(scene, 1)).toEqual([])
  })

  test.skipIf(!hasTerminals)(
    'in a terminal the person is notified when it asks, and leaves with Ctrl-C',
    async () => {
      const scene = await makeScene(claude, askToTouch)
      const terminal = openClient(scene, scene.env)
      await terminal.shows('proceed?')
      await vi.waitFor(
        () => expect(scene.trace('notified').join(' ')).toContain('needs your permission'),
        DEADLINE,
      )
      terminal.type(ESCAPE)
      await terminal.shows('Interrupted')
      await leave(terminal)
      expectNothingLeft(scene, PERSONAL_SETTINGS)
    },
  )

  test.skipIf(!hasTerminals)(
    'without a desktop the client writes the notification to its terminal',
    async () => {
      const scene = await makeScene(claude, askToTouch)
      const { DISPLAY: _, ...env } = scene.env
      const terminal = openClient(scene, env)
      await terminal.shows('proceed?')
      await terminal.shows('\x1b]9;repository: Claude needs your permission')
      expect(scene.trace('notified')).toEqual([])
      terminal.type(ESCAPE)
      await terminal.shows('Interrupted')
      await leave(terminal)
      expectNothingLeft(scene, PERSONAL_SETTINGS)
    },
  )

  test('an agent is told of the other one that is at work', async () => {
    const first = gate()
    const scene = await makeScene(claude, async () => {
      await first.opened
      return sayHello()
    })
    const one = scene.startFlow(...runClaude('-p', 'first'))
    await arrived(scene, 1, one)
    const two = scene.startFlow(...runClaude('-p', 'second'))
    await arrived(scene, 2, two)
    const heard = scene.api.messages.map(({ strings }) => strings.join('\n'))
    expect(heard[0]).not.toContain('Other agents at work')
    expect(heard[1]).toMatch(/- claude, since .*, branch \S+, in this working tree and directory/)
    first.open()
    for (const { ended } of [one, two]) expect(await ended).toMatchObject({ code: 0 })
    expectNothingLeft(scene, PERSONAL_SETTINGS)
  })
})

/** Makes the client ask its person for permission. */
const askToTouch = (): Reply => ({
  kind: 'tool',
  name: 'Bash',
  input: { command: 'touch asked', description: 'wants to be allowed' },
})

function openClient({ root }: Scene, env: NodeJS.ProcessEnv): Terminal {
  return openTerminal(
    [process.execPath, FLOW, ...runClaude('--permission-mode', 'default', 'go on')],
    { rows: 40, columns: 120, cwd: root, env: { ...env, TERM: 'xterm-256color' } },
  )
}

async function leave(terminal: Terminal): Promise<void> {
  terminal.type(CTRL_C)
  await terminal.shows('Ctrl-C again')
  terminal.type(CTRL_C)
  expect(await terminal.ended).toEqual({ code: 0, signal: null })
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}
