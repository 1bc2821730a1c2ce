import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hook } from '../../../src/commands/hook.ts'
import type { CommandResult } from '../../../src/ports/commands.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'
import { hookPorts } from './hook-ports.ts'

const MEMORY_ARGS = ['--memory=MEMORY.md', '--logs=memory']

function projectWithMemory(): string {
  const root = tempFolder()
  writeFileSync(join(root, 'MEMORY.md'), 'Remember.')
  return root
}

/** Programs that record how they were called. */
function recording(result: Partial<CommandResult>) {
  const calls: string[][] = []
  const run = (file: string, args: readonly string[]) => {
    calls.push([file, ...args])
    return { status: null, stdout: '', stderr: '', ...result }
  }
  return { calls, commands: { run } }
}

describe('session-start', () => {
  test('prints the memory of CLAUDE_PROJECT_DIR, with a line break at its end', () => {
    const variables = { FLOW_RUN_ID: 'r', CLAUDE_PROJECT_DIR: projectWithMemory() }
    const ports = hookPorts({ variables })
    expect(hook(ports, 'session-start', MEMORY_ARGS)).toBe(0)
    expect(ports.written).toEqual([
      { to: 'out', text: '# Project memory\n\n## MEMORY.md\n\nRemember.\n' },
    ])
  })

  test('without CLAUDE_PROJECT_DIR the current folder is the project', () => {
    const ports = hookPorts({ cwd: projectWithMemory() })
    hook(ports, 'session-start', ['--memory', 'MEMORY.md'])
    expect(ports.written.map(({ to }) => to)).toEqual(['out'])
  })

  test('a name that begins with a dash is a name', () => {
    const cwd = tempFolder()
    writeFileSync(join(cwd, '-m.md'), 'Remember.')
    const ports = hookPorts({ cwd })
    hook(ports, 'session-start', ['--memory=-m.md'])
    expect(ports.written[0]?.text).toContain('## -m.md')
  })

  test('without memory it prints nothing', () => {
    const ports = hookPorts({ cwd: tempFolder() })
    expect(hook(ports, 'session-start', MEMORY_ARGS)).toBe(0)
    expect(ports.written).toEqual([])
  })

  test('what goes wrong is one line of standard error, and exit code 0', () => {
    const clock = {
      now() {
        throw new Error('broken\nclock')
      },
    }
    for (const [args, why] of [
      [MEMORY_ARGS, 'broken'],
      [['--memroy=x'], "Unknown option '--memroy'"],
    ] as const) {
      const real = hookPorts({ cwd: projectWithMemory() })
      const ports = { ...real, clock: { ...real.clock, ...clock } }
      expect(hook(ports, 'session-start', [...args])).toBe(0)
      const [line, ...more] = ports.written.filter(({ to }) => to === 'err')
      expect(more).toEqual([])
      expect(line?.text).toMatch(/^flow: [^\n]*\n$/)
      expect(line?.text).toContain(why)
      expect(ports.written.filter(({ to }) => to === 'log')).toHaveLength(1)
    }
  })
})

describe('notification', () => {
  const stdin = '{"message": "Claude waits", "cwd": "/a/project"}'

  test('sends what the client writes, and prints nothing to it', () => {
    const { calls, commands } = recording({ status: 0 })
    const ports = hookPorts({ stdin }, { commands })
    expect(hook(ports, 'notification', [])).toBe(0)
    expect(calls).toEqual([['notify-send', '--app-name=flow', '--', 'project', 'Claude waits']])
    expect(ports.written).toEqual([{ to: 'log', text: 'notification: handed to notify-send' }])
  })

  test.each([
    ['an absent program', stdin, { errno: 'ENOENT' }],
    ['a failing one', stdin, { status: 1, stderr: 'no bus' }],
    ['no JSON', 'nonsense', { status: 0 }],
    ['no input', '', { status: 0 }],
    ['no message', '{}', { status: 0 }],
  ])('%s: exit code 0, a word in the log and nowhere else', (_name, input, result) => {
    const ports = hookPorts({ stdin: input }, recording(result))
    expect(hook(ports, 'notification', [])).toBe(0)
    expect(ports.written.map(({ to }) => to)).toEqual(['log'])
  })

  test.each([
    [{ status: 0 }, 'handed to notify-send\n'],
    [{ errno: 'ENOENT' }, 'no desktop notifications here: there is no notify-send\n'],
    [{ status: 1, stderr: 'no bus' }, 'notify-send did not show it: no bus\n'],
  ])('--test says how it went, outside an agent too: %j', (result, text) => {
    const { calls, commands } = recording(result)
    const ports = hookPorts({ variables: {} }, { commands })
    expect(hook(ports, 'notification', ['--test'])).toBe(0)
    expect(calls).toHaveLength(1)
    expect(ports.written).toEqual([{ to: 'out', text }])
  })
})

describe('switched off', () => {
  test.each([
    ['in an agent that flow did not start', {}],
    ['with an empty FLOW_RUN_ID', { FLOW_RUN_ID: '' }],
    ['under FLOW=0', { FLOW_RUN_ID: 'r', FLOW: '0' }],
  ])('%s nothing happens', (_name, variables) => {
    for (const event of ['session-start', 'notification']) {
      const { calls, commands } = recording({ status: 0 })
      const readStdin = () => {
        throw new Error('it was read')
      }
      const ports = hookPorts({ variables, cwd: projectWithMemory(), readStdin }, { commands })
      expect(hook(ports, event, MEMORY_ARGS)).toBe(0)
      expect(calls).toEqual([])
      expect(ports.written.filter(({ to }) => to !== 'log')).toEqual([])
    }
  })

  test('--test under FLOW=0 says so', () => {
    const { calls, commands } = recording({ status: 0 })
    const ports = hookPorts({ variables: { FLOW: '0' } }, { commands })
    expect(hook(ports, 'notification', ['--test'])).toBe(0)
    expect(calls).toEqual([])
    expect(ports.written).toContainEqual({ to: 'out', text: 'nothing was sent: FLOW=0 is set\n' })
  })
})

describe('an event that does not exist', () => {
  test.each([
    ['sesion-start', 'there is no hook event "sesion-start" (did you mean "session-start"?)'],
    ['constructor', 'there is no hook event "constructor"'],
    ['', 'there is no hook event ""'],
  ])('%j typed by hand is wrong usage', (event, what) => {
    expect(() => hook(hookPorts({ variables: {} }), event, [])).toThrow(
      expect.objectContaining({ code: 'E_USAGE', exitCode: 2, what }),
    )
  })

  test('in an agent it is silent, since exit code 2 would stop the agent', () => {
    const ports = hookPorts({})
    expect(hook(ports, 'sesion-start', [])).toBe(0)
    expect(ports.written.map(({ to }) => to)).toEqual(['log'])
  })
})
