import { describe, expect, test } from 'vitest'
import { notificationOf } from '../../../src/hooks/notification.ts'
import { terminalSequence, throughTmux } from '../../../src/hooks/terminal-sequence.ts'

const sequence = (title: string, message: string, variables: Record<string, string> = {}) =>
  terminalSequence(notificationOf(title, message), variables)

describe('what a terminal is sent', () => {
  test.each<[Record<string, string>, string]>([
    [{}, '\x1b]9;team: Waits\x07\x07'],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, '\x1b]9;team: Waits\x07\x07'],
    [{ TERM: 'xterm-kitty' }, '\x1b]9;team: Waits\x07\x07'],
    [{ TERM: 'tmux-256color', TERM_PROGRAM: 'tmux' }, '\x1b]9;team: Waits\x07\x07'],
    [{ TERM: 'rxvt-unicode-256color' }, '\x1b]777;notify;team;Waits\x07\x07'],
    [{ TERM: 'foot' }, '\x1b]777;notify;team;Waits\x07\x07'],
    [{ TERM: 'xterm-256color', VTE_VERSION: '7000' }, '\x1b]777;notify;team;Waits\x07\x07'],
    [{ TERM: 'xterm-ghostty', TERM_PROGRAM: 'ghostty' }, '\x1b]777;notify;team;Waits\x07\x07'],
    [{ TERM_PROGRAM: 'WarpTerminal' }, '\x1b]777;notify;team;Waits\x07\x07'],
  ])('%j', (variables, expected) => {
    expect(sequence('team', 'Waits', variables)).toBe(expected)
  })

  test('no text ends the sequence, begins another, or becomes a command', () => {
    const nasty = 'a\x07\x1b]52;c;x\x07\x9c\x1b\\;b'
    const whole = sequence(nasty, nasty)
    expect(whole).toBe('\x1b]9;a ]52;c;x \\;b: a ]52;c;x \\;b\x07\x07')
    expect(sequence('a;b', 'c;d', { TERM: 'foot' })).toBe('\x1b]777;notify;a,b;c;d\x07\x07')
  })

  test.each(['2048', '+1', '-3 things', '٣'])('%j at the beginning is no number', (title) => {
    expect(sequence(title, 'Waits')).toBe(`\x1b]9;flow, ${title}: Waits\x07\x07`)
  })

  test('is far below the 4096 bytes that Claude Code takes', () => {
    const long = '漢'.repeat(5_000)
    expect(Buffer.byteLength(sequence(long, long))).toBeLessThan(1_300)
  })

  test('reaches the terminal outside of tmux, and its bell tmux', () => {
    expect(throughTmux('\x1b]9;x\x07\x07')).toBe('\x1bPtmux;\x1b\x1b]9;x\x07\x1b\\\x07')
  })
})
