import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { callsFor, notify, parseNotification } from '../../../src/hooks/notification.ts'
import type { CommandResult } from '../../../src/ports/commands.ts'
import { systemCommands } from '../../../src/ports/commands.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'
import { hookPorts } from './hook-ports.ts'

const NASTY = `-title="x"; $(touch /tmp/never) \`id\` 'q' %PATH% <b>&amp;</b> \\ "`
const PLAIN = { title: 'project', message: 'Claude waits' }

/** Answers instead of the machine: what each program, by its first word, does. */
function answering(answers: Record<string, Partial<CommandResult>>) {
  return {
    run: (file: string): CommandResult => ({
      status: null,
      stdout: '',
      stderr: '',
      ...(answers[file] ?? { errno: 'ENOENT' }),
    }),
  }
}

describe('what the client writes', () => {
  test.each([
    ['{"message": "Waits", "title": "Claude Code", "cwd": "/a/b"}', 'Claude Code', 'Waits'],
    ['{"message": "Waits", "cwd": "/a/project"}', 'project', 'Waits'],
    ['{"message": "Waits", "title": "", "cwd": "/"}', 'flow', 'Waits'],
    ['{"message": "Waits", "title": 3, "cwd": null}', 'flow', 'Waits'],
  ])('%s', (input, title, message) => {
    expect(parseNotification(input)).toEqual({ title, message })
  })

  test.each(['{}', '[]', 'null', '"x"', '{"message": 3}', '{"message": " "}'])(
    '%s has no message',
    (input) => {
      expect(parseNotification(input)).toBeUndefined()
    },
  )
})

describe('the argument vector', () => {
  test('of notify-send: options end before the text, the body is no markup', () => {
    expect(callsFor(hookPorts({}), { title: NASTY, message: NASTY })).toEqual([
      {
        program: 'notify-send',
        args: [
          '--app-name=flow',
          '--',
          NASTY,
          NASTY.replaceAll('&', '&amp;')
            .replaceAll('<', '&lt;')
            .replaceAll('>', '&gt;')
            .replaceAll('\\', '\\\\'),
        ],
      },
    ])
  })

  test('of notify-send: an escape of C in the body stays as it was typed, and is no markup', () => {
    const [call] = callsFor(hookPorts({}), { title: 'x', message: '\\074b\\076 \\n C:\\new' })
    expect(call?.args.at(-1)).toBe('\\\\074b\\\\076 \\\\n C:\\\\new')
  })

  test('a title of nothing that can be shown is flow’s name: notify-send refuses an empty one', () => {
    const [call] = callsFor(hookPorts({}), { title: '\u0001\n', message: 'waits' })
    expect(call?.args).toEqual(['--app-name=flow', '--', 'flow', 'waits'])
  })

  test('of osascript: the script is fixed, the text is its arguments', () => {
    expect(callsFor(hookPorts({ platform: 'darwin' }), { title: NASTY, message: NASTY })).toEqual([
      {
        program: 'osascript',
        args: [
          '-e',
          'on run argv',
          '-e',
          'display notification (item 2 of argv) with title (item 1 of argv)',
          '-e',
          'end run',
          ` ${NASTY}`,
          ` ${NASTY}`,
        ],
      },
    ])
  })

  test('of PowerShell: by full path, the text in variables', () => {
    const ports = hookPorts({
      platform: 'win32',
      scriptPath: 'C:\\state home\\bin\\1.0.0\\resident.cjs',
      variables: { SystemRoot: 'D:\\Windows', Path: 'x' },
    })
    expect(callsFor(ports, { title: NASTY, message: NASTY })).toEqual([
      {
        program: 'D:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
        args: [
          '-NoProfile',
          '-NonInteractive',
          '-ExecutionPolicy',
          'Bypass',
          '-File',
          'C:\\state home\\bin\\1.0.0\\notify.ps1',
        ],
        env: {
          SystemRoot: 'D:\\Windows',
          Path: 'x',
          FLOW_NOTIFY_TITLE: NASTY,
          FLOW_NOTIFY_MESSAGE: NASTY,
        },
      },
    ])
  })

  test("in WSL: Windows' PowerShell with a translated path and named variables, then notify-send", () => {
    const commands = answering({ wslpath: { status: 0, stdout: '\\\\wsl$\\D\\notify.ps1\n' } })
    const variables = { WSL_DISTRO_NAME: 'D', WSLENV: 'A/p' }
    const [first, second] = callsFor(hookPorts({ variables }, { commands }), PLAIN)
    expect(first?.program).toBe('powershell.exe')
    expect(first?.args.at(-1)).toBe('\\\\wsl$\\D\\notify.ps1')
    expect(first?.env).toEqual({
      ...variables,
      WSLENV: 'A/p:FLOW_NOTIFY_TITLE:FLOW_NOTIFY_MESSAGE',
      FLOW_NOTIFY_TITLE: 'project',
      FLOW_NOTIFY_MESSAGE: 'Claude waits',
    })
    expect(second?.program).toBe('notify-send')
  })

  test('control characters become blanks, and long texts are clipped', () => {
    const [call] = callsFor(hookPorts({}), {
      title: `a\u001b[31m\r\nb\u2028c${'t'.repeat(300)}`,
      message: `${'😀'.repeat(999)}`,
    })
    const [, , title = '', message = ''] = call?.args ?? []
    expect(title.startsWith('a [31m b ct')).toBe(true)
    expect(title).toHaveLength(200)
    expect(message).toBe('😀'.repeat(500))
  })
})

describe('showing it', () => {
  test('a real program gets exactly these words', () => {
    const folder = tempFolder()
    const record = join(folder, 'words')
    const program = join(folder, 'notify-send')
    writeFileSync(program, `#!/bin/sh\nfor word; do printf '%s\\0' "$word"; done > '${record}'\n`)
    chmodSync(program, 0o755)
    const commands = {
      run: (file: string, args: readonly string[]) =>
        systemCommands.run(file, args, { env: { PATH: `${folder}:/usr/bin:/bin` } }),
    }
    const delivery = notify(hookPorts({}, { commands }), { title: NASTY, message: '-m\n$HOME' })
    expect(delivery).toEqual({ kind: 'sent', program: 'notify-send' })
    expect(readFileSync(record, 'utf8').split('\0')).toEqual([
      '--app-name=flow',
      '--',
      NASTY,
      '-m $HOME',
      '',
    ])
  })

  test('an absent program is nowhere to show it', () => {
    expect(notify(hookPorts({}, { commands: answering({}) }), PLAIN)).toEqual({
      kind: 'nowhere',
      programs: ['notify-send'],
    })
  })

  test('what goes wrong is told', () => {
    const failing = (result: Partial<CommandResult>) =>
      notify(hookPorts({}, { commands: answering({ 'notify-send': result }) }), PLAIN)
    expect(failing({ status: 1, stderr: 'no bus\n' })).toMatchObject({
      kind: 'failed',
      why: 'no bus',
    })
    expect(failing({ errno: 'EACCES' })).toMatchObject({ kind: 'failed', why: 'EACCES' })
    expect(failing({ errno: 'ETIMEDOUT' })).toMatchObject({ kind: 'failed', why: 'ETIMEDOUT' })
  })

  test('in WSL without PowerShell notify-send gets it', () => {
    const commands = answering({
      wslpath: { status: 0, stdout: 'x' },
      'notify-send': { status: 0 },
    })
    const ports = hookPorts({ variables: { WSL_DISTRO_NAME: 'D' } }, { commands })
    expect(notify(ports, PLAIN)).toEqual({ kind: 'sent', program: 'notify-send' })
  })

  test('no program is waited for longer than five seconds', () => {
    const waits: (number | undefined)[] = []
    const commands = {
      run(_file: string, _args: readonly string[], request?: { readonly timeoutMs?: number }) {
        waits.push(request?.timeoutMs)
        return { status: null, stdout: '', stderr: '', errno: 'ENOENT' }
      },
    }
    notify(hookPorts({ variables: { WSL_DISTRO_NAME: 'D' } }, { commands }), PLAIN)
    expect(waits).toEqual([5_000, 5_000])
  })
})
