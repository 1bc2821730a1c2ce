import { describe, expect, test } from 'vitest'
import {
  notifySend,
  osascript,
  ownCommand,
  powershell,
  terminalNotifier,
  throughWsl,
} from '../../../src/hooks/calls.ts'

const NASTY = `-title="x"; $(touch /tmp/never) \`id\` 'q' %PATH% <b>&amp;</b> \\ "`
const BOTH = { title: NASTY, message: NASTY, type: null }
const PLAIN = { title: 'project', message: 'Claude waits', type: 'idle_prompt' }
const ENV = { PATH: '/bin' }

describe('the argument vector', () => {
  test('of notify-send: options end before the text, the body is no markup', () => {
    const body = NASTY.replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('\\', '\\\\')
    expect(notifySend('/usr/bin/notify-send', ENV, BOTH)).toEqual({
      program: '/usr/bin/notify-send',
      args: ['--app-name=flow', '--', NASTY, body],
      env: ENV,
    })
  })

  test('of notify-send: an escape of C in the body stays as it was typed, and is no markup', () => {
    const message = '\\074b\\076 \\n C:\\new'
    const { args } = notifySend('notify-send', ENV, { ...PLAIN, message })
    expect(args.at(-1)).toBe('\\\\074b\\\\076 \\\\n C:\\\\new')
  })

  test('of osascript: the script is fixed, the text is its arguments', () => {
    expect(osascript('/usr/bin/osascript', ENV, BOTH).args).toEqual([
      ...['-e', 'on run argv'],
      ...['-e', 'display notification (item 2 of argv) with title (item 1 of argv)'],
      ...['-e', 'end run'],
      ` ${NASTY}`,
      ` ${NASTY}`,
    ])
  })

  test.each([
    ['project', 'project'],
    ['[x]', '\\[x]'],
    ['{x}', '\\{x}'],
    ['-message', '\\-message'],
  ])(
    'of terminal-notifier: the title %j is no property list, the message is input',
    (title, word) => {
      expect(terminalNotifier('/t', ENV, { ...PLAIN, title })).toEqual({
        program: '/t',
        args: ['-title', word, '-group', `flow ${word}`],
        env: ENV,
        input: 'Claude waits',
      })
    },
  )

  test('of PowerShell: no word of the text, which is in variables', () => {
    expect(powershell('C:\\powershell.exe', ENV, BOTH, 'C:\\a b\\notify.ps1')).toEqual({
      program: 'C:\\powershell.exe',
      args: [
        ...['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass'],
        ...['-File', 'C:\\a b\\notify.ps1'],
      ],
      env: { ...ENV, FLOW_NOTIFY_TITLE: NASTY, FLOW_NOTIFY_MESSAGE: NASTY },
    })
  })

  test('of PowerShell from Linux: the variables are named, and those that were stay', () => {
    const named = (env: Record<string, string>) =>
      throughWsl(powershell('powershell.exe', env, PLAIN, 'x')).env.WSLENV
    expect(named({ WSLENV: 'A/p' })).toBe('A/p:FLOW_NOTIFY_TITLE:FLOW_NOTIFY_MESSAGE')
    expect(named({})).toBe('FLOW_NOTIFY_TITLE:FLOW_NOTIFY_MESSAGE')
  })

  test('of a command of one’s own: text is filled in once, and all of it is JSON and variables too', () => {
    const notification = { ...PLAIN, title: '{message} $& $1' }
    const words = ['-H', 'Title: {title}', '{message}', '{other} {}', '{title}']
    expect(ownCommand('/usr/bin/curl', ENV, notification, words)).toEqual({
      program: '/usr/bin/curl',
      args: [
        ...['-H', 'Title: {message} $& $1', 'Claude waits'],
        ...['{other} {}', '{message} $& $1'],
      ],
      env: { ...ENV, FLOW_NOTIFY_TITLE: '{message} $& $1', FLOW_NOTIFY_MESSAGE: 'Claude waits' },
      input:
        '{"version":1,"title":"{message} $& $1","message":"Claude waits","type":"idle_prompt"}\n',
    })
  })

  test('of a command of one’s own: a text that begins like an option is none', () => {
    const { args } = ownCommand('/x', ENV, BOTH, ['{message}', '--body={message}'])
    expect(args).toEqual([` ${NASTY}`, `--body=${NASTY}`])
  })
})
