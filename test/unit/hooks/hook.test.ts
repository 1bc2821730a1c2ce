import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hook } from '../../../src/commands/hook/hook.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'
import { hookPorts } from './hook-ports.ts'

const MEMORY_ARGS = ['--memory=MEMORY.md', '--logs=memory']

function projectWithMemory(): string {
  const root = tempFolder()
  writeFileSync(join(root, 'MEMORY.md'), 'Remember.')
  return root
}

/** A notify-send that does this, on a PATH of its own, and the words of each call, in order. */
function desktop(body = '') {
  const folder = tempFolder()
  const record = join(folder, 'words')
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" >> '${record}'\n${body}\n`
  writeFileSync(join(folder, 'notify-send'), script, { mode: 0o755 })
  const variables = { DISPLAY: ':0', PATH: `${folder}:/usr/bin:/bin` }
  const calls = () =>
    existsSync(record) ? readFileSync(record, 'utf8').split('\n').slice(0, -1) : []
  return { variables, calls }
}

describe('session-start', () => {
  test('prints the memory of CLAUDE_PROJECT_DIR, with a line break at its end', async () => {
    const variables = { FLOW_RUN_ID: 'r', CLAUDE_PROJECT_DIR: projectWithMemory() }
    const ports = hookPorts({ variables })
    expect(await hook(ports, 'session-start', MEMORY_ARGS)).toBe(0)
    expect(ports.written).toEqual([
      { to: 'out', text: '# Project memory\n\n## MEMORY.md\n\nRemember.\n' },
    ])
  })

  test('without CLAUDE_PROJECT_DIR the current folder is the project', async () => {
    const ports = hookPorts({ cwd: projectWithMemory() })
    await hook(ports, 'session-start', ['--memory', 'MEMORY.md'])
    expect(ports.written.map(({ to }) => to)).toEqual(['out'])
  })

  test('a name that begins with a dash is a name', async () => {
    const cwd = tempFolder()
    writeFileSync(join(cwd, '-m.md'), 'Remember.')
    const ports = hookPorts({ cwd })
    await hook(ports, 'session-start', ['--memory=-m.md'])
    expect(ports.written[0]?.text).toContain('## -m.md')
  })

  test('without memory it prints nothing', async () => {
    const ports = hookPorts({ cwd: tempFolder() })
    expect(await hook(ports, 'session-start', MEMORY_ARGS)).toBe(0)
    expect(ports.written).toEqual([])
  })

  test('what goes wrong is one line of standard error, and exit code 0', async () => {
    const clock = {
      now() {
        throw new Error('broken\nclock')
      },
    }
    for (const [args, why] of [
      [MEMORY_ARGS, 'broken'],
      [['--memroy=x'], 'unknown word --memroy'],
    ] as const) {
      const real = hookPorts({ cwd: projectWithMemory() })
      const ports = { ...real, clock: { ...real.clock, ...clock } }
      expect(await hook(ports, 'session-start', [...args])).toBe(0)
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
  const inAgent = (variables: Record<string, string>) => ({ ...variables, FLOW_RUN_ID: 'r' })

  test('shows what the client writes, and prints nothing to it', async () => {
    const { variables, calls } = desktop()
    const ports = hookPorts({ stdin, variables: inAgent(variables) })
    expect(await hook(ports, 'notification', ['--repeat-after=30'])).toBe(0)
    expect(calls()).toEqual(['--app-name=flow', '--', 'project', 'Claude waits'])
    expect(ports.written.filter(({ to }) => to !== 'log')).toEqual([])
    expect(ports.written.at(-1)?.text).toBe('notification: sent by notify-send')
  })

  test.each([
    ['a failing program', stdin, 'echo no bus >&2; exit 1'],
    ['no JSON', 'nonsense', ''],
    ['no input', '', ''],
    ['no message', '{}', ''],
  ])('%s: exit code 0, a word in the log and nowhere else', async (_name, input, body) => {
    const { variables } = desktop(body)
    const ports = hookPorts({ stdin: input, variables: inAgent(variables) })
    expect(await hook(ports, 'notification', [])).toBe(0)
    expect(ports.written.length).toBeGreaterThan(0)
    expect(ports.written.filter(({ to }) => to !== 'log')).toEqual([])
  })

  test('where there is no desktop, Claude Code is asked to write to its terminal', async () => {
    const variables = { FLOW_RUN_ID: 'r', CLAUDECODE: '1' }
    const ports = hookPorts({ stdin, variables })
    expect(await hook(ports, 'notification', [])).toBe(0)
    const [{ text = '' } = {}, ...more] = ports.written.filter(({ to }) => to !== 'log')
    expect(more).toEqual([])
    expect(JSON.parse(text)).toEqual({
      terminalSequence: '\x1b]9;project: Claude waits\x07\x07',
    })
  })

  test('a desktop that fails leaves it to the terminal', async () => {
    const { variables } = desktop('exit 3')
    const ports = hookPorts({ stdin, variables: { ...inAgent(variables), CLAUDECODE: '1' } })
    await hook(ports, 'notification', [])
    expect(ports.written.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'notification: notify-send failed: exit status 3',
        'notification: sent by terminal',
        expect.stringContaining('terminalSequence'),
      ]),
    )
  })

  test('a command of the person’s own comes first, with the text filled in and as JSON', async () => {
    const { variables, calls } = desktop()
    const cwd = tempFolder()
    const script = 'cat > input; printf "%s\\n" "$FLOW_NOTIFY_TITLE" "$@" > words'
    const ports = hookPorts({ stdin, cwd, variables: inAgent(variables) })
    const own = ['--', 'sh', '-c', script, 'sh', 'Title: {title}', '{message}', '--test']
    expect(await hook(ports, 'notification', own)).toBe(0)
    expect(calls()).toEqual([])
    expect(readFileSync(join(cwd, 'words'), 'utf8')).toBe(
      'project\nTitle: project\nClaude waits\n--test\n',
    )
    expect(JSON.parse(readFileSync(join(cwd, 'input'), 'utf8'))).toEqual({
      version: 1,
      title: 'project',
      message: 'Claude waits',
      type: null,
    })
  })
})

describe('other platforms, with programs that stand in for theirs', () => {
  const POWERSHELL = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'
  const note = `printf '%s\\n' "$@" "$FLOW_NOTIFY_TITLE" "$FLOW_NOTIFY_MESSAGE" "$WSLENV" > words; cat >> words; echo >> words`

  /** What reaches the program `name` there, a line each. */
  async function reached(name: string, { platform = 'linux', ...more }: Record<string, string>) {
    const cwd = tempFolder()
    writeFileSync(join(cwd, name), `#!/bin/sh\ncd '${cwd}'\n${note}\n`, { mode: 0o755 })
    writeFileSync(join(cwd, 'wslpath'), '#!/bin/sh\nprintf "W:%s\\n" "$2"\n', { mode: 0o755 })
    const ports = hookPorts({
      stdin: '{"message": "-it\\u0027s <b>", "cwd": "/a/project"}',
      cwd,
      platform: platform as NodeJS.Platform,
      variables: { FLOW_RUN_ID: 'r', PATH: `:${cwd}:/usr/bin:/bin`, ...more },
    })
    await hook(ports, 'notification', [])
    expect(ports.written.filter(({ to }) => to !== 'log')).toEqual([])
    return readFileSync(join(cwd, 'words'), 'utf8').split('\n').slice(0, -1)
  }

  test('macOS: osascript', async () => {
    const words = await reached('osascript', { platform: 'darwin' })
    expect(words.slice(0, 8)).toEqual([
      ...['-e', 'on run argv'],
      ...['-e', 'display notification (item 2 of argv) with title (item 1 of argv)'],
      ...['-e', 'end run', 'project', " -it's <b>"],
    ])
  })

  test('macOS: terminal-notifier, the message by standard input', async () => {
    const words = await reached('terminal-notifier', { platform: 'darwin' })
    expect(words.slice(0, 4)).toEqual(['-title', 'project', '-group', 'flow project'])
    expect(words.at(-1)).toBe("-it's <b>")
  })

  test('Windows: PowerShell, the text in variables', async () => {
    const words = await reached(POWERSHELL, { platform: 'win32' })
    expect(words.slice(0, 8)).toEqual([
      ...['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'],
      expect.stringMatching(/notify\.ps1$/),
      ...['project', "-it's <b>"],
    ])
  })

  test("WSL: Windows' PowerShell, with a path of Windows' and the variables named", async () => {
    const variables = { WSL_DISTRO_NAME: 'D', WSL_INTEROP: '/run/x' }
    expect((await reached('powershell.exe', variables)).slice(5, 9)).toEqual([
      'W:/state/runtime/1.0.0/notify.ps1',
      'project',
      "-it's <b>",
      'FLOW_NOTIFY_TITLE:FLOW_NOTIFY_MESSAGE',
    ])
  })
})

describe('notification --test', () => {
  test('says which ways there are and which one took it, outside an agent too', async () => {
    const { variables, calls } = desktop()
    const ports = hookPorts({ variables, cwd: '/a/project' })
    expect(await hook(ports, 'notification', ['--test'])).toBe(0)
    expect(calls()).toHaveLength(4)
    const said = ports.written.filter(({ to }) => to !== 'log').map(({ text }) => text)
    expect(said.join('')).toMatchInlineSnapshot(`
      "a notification "project: Notifications work here."
        command      no way   the configuration has no \`notifications.command\`
        notify-send  took it  it is on PATH
        terminal     no way   standard output is none; in a session Claude Code writes to its own
      notify-send took it. Nothing to see? Then the desktop is set to show none.
      "
    `)
  })

  test('says what failed, and that nothing arrived, with exit code 1', async () => {
    const { variables } = desktop('echo no bus >&2; exit 1')
    const ports = hookPorts({ variables, cwd: '/a/project' })
    expect(await hook(ports, 'notification', ['--test'])).toBe(1)
    const said = ports.written.filter(({ to }) => to === 'out').map(({ text }) => text)
    expect(said.join('')).toMatchInlineSnapshot(`
      "a notification "project: Notifications work here."
        command      no way  the configuration has no \`notifications.command\`
        notify-send  failed  no bus
        terminal     no way  standard output is none; in a session Claude Code writes to its own
      It did not arrive: whatever could be tried failed.
      "
    `)
  })

  test('says the same to programs', async () => {
    const { variables } = desktop('echo no bus >&2; exit 1')
    const ports = hookPorts({ variables, cwd: '/a/project' })
    expect(await hook(ports, 'notification', ['--test', '--json'])).toBe(1)
    const said = ports.written.filter(({ to }) => to === 'out').map(({ text }) => text)
    expect(JSON.parse(said.join(''))).toEqual({
      version: 1,
      sentBy: null,
      why: null,
      notification: { title: 'project', message: 'Notifications work here.' },
      ways: [
        {
          way: 'command',
          fate: 'no-way',
          why: 'the configuration has no `notifications.command`',
        },
        { way: 'notify-send', fate: 'failed', why: 'no bus' },
        {
          way: 'terminal',
          fate: 'no-way',
          why: 'standard output is none; in a session Claude Code writes to its own',
        },
      ],
    })
  })

  test('on a terminal without a desktop writes to that terminal', async () => {
    const ports = hookPorts({ variables: {}, cwd: '/a/project', stdoutIsTty: true })
    expect(await hook(ports, 'notification', ['--test'])).toBe(0)
    const [sequence] = ports.written.filter(({ to }) => to === 'out')
    expect(sequence?.text).toBe('\x1b]9;project: Notifications work here.\x07\x07')
  })
})

describe('switched off', () => {
  test.each([
    ['in an agent that flow did not start', {}],
    ['with an empty FLOW_RUN_ID', { FLOW_RUN_ID: '' }],
    ['under FLOW=0', { FLOW_RUN_ID: 'r', FLOW: '0' }],
  ])('%s nothing happens', async (_name, variables) => {
    for (const event of ['session-start', 'notification']) {
      const { variables: others, calls } = desktop()
      const readStdinFor = () => {
        throw new Error('it was read')
      }
      const cwd = projectWithMemory()
      const ports = hookPorts({ variables: { ...others, ...variables }, cwd, readStdinFor })
      expect(await hook(ports, event, MEMORY_ARGS)).toBe(0)
      expect(calls()).toEqual([])
      expect(ports.written.filter(({ to }) => to !== 'log')).toEqual([])
    }
  })

  test('--test under FLOW=0 says so', async () => {
    const { variables, calls } = desktop()
    const ports = hookPorts({ variables: { ...variables, FLOW: '0' } })
    expect(await hook(ports, 'notification', ['--test'])).toBe(1)
    expect(calls()).toEqual([])
    expect(ports.written).toContainEqual({ to: 'out', text: 'nothing was sent: FLOW=0 is set\n' })
  })
})

describe('an event that does not exist', () => {
  test.each([
    ['sesion-start', 'there is no hook event "sesion-start" (did you mean "session-start"?)'],
    ['constructor', 'there is no hook event "constructor"'],
    ['', 'there is no hook event ""'],
  ])('%j typed by hand is wrong usage', async (event, what) => {
    await expect(hook(hookPorts({ variables: {} }), event, [])).rejects.toThrow(
      expect.objectContaining({ code: 'E_USAGE', exitCode: 2, what }),
    )
  })

  test('in an agent it is silent, since exit code 2 would stop the agent', async () => {
    const ports = hookPorts({})
    expect(await hook(ports, 'sesion-start', [])).toBe(0)
    expect(ports.written.map(({ to }) => to)).toEqual(['log'])
  })
})
