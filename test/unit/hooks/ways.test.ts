import { describe, expect, test } from 'vitest'
import { type Facts, waysOf } from '../../../src/hooks/ways.ts'

/** A machine on which there are these programs, by name or path. */
function machine(programs: string[], changes: Partial<Facts> = {}): Facts {
  return {
    platform: 'linux',
    variables: {},
    isWsl: false,
    hasInterop: false,
    hasSessionBus: false,
    command: [],
    terminal: 'none',
    find: (name) => (programs.includes(name) ? `/found/${name}` : null),
    ...changes,
  }
}

/** `+` stands before a way that is open. */
function ways(facts: Facts): string[] {
  return waysOf(facts).map(({ name, kind }) => (kind === 'open' ? `+${name}` : name))
}

const why = (facts: Facts, name: string) => waysOf(facts).find((way) => way.name === name)?.why
const DESKTOP = { DISPLAY: ':0' }
const SEND = ['notify-send']
const OSA = ['osascript']
const BOTH = ['osascript', 'terminal-notifier']
const POWERSHELL = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'
const MOUNTED = '/mnt/c/Windows/System32/WindowsPowerShell/v1.0/powershell.exe'
const WSL = { isWsl: true, hasInterop: true }

describe('which ways there are, in their order', () => {
  test.each<[string, Facts, string[]]>([
    ['Linux with X', machine(SEND, { variables: DESKTOP }), ['+notify-send']],
    [
      'Linux with Wayland',
      machine(SEND, { variables: { WAYLAND_DISPLAY: 'w' } }),
      ['+notify-send'],
    ],
    ['Linux with a session bus alone', machine(SEND, { hasSessionBus: true }), ['+notify-send']],
    ['Linux without a desktop', machine(SEND), ['notify-send']],
    ['Linux without notify-send', machine([], { variables: DESKTOP }), ['notify-send']],
    ['FreeBSD', machine(SEND, { platform: 'freebsd', variables: DESKTOP }), ['+notify-send']],
    ['WSL', machine(['powershell.exe'], WSL), ['+powershell', 'notify-send']],
    ['WSL without Windows on PATH', machine([MOUNTED], WSL), ['+powershell', 'notify-send']],
    ['WSL without PowerShell', machine([], WSL), ['powershell', 'notify-send']],
    ['a container in WSL', machine([MOUNTED], { isWsl: true }), ['powershell', 'notify-send']],
    [
      'WSL with a desktop on Linux',
      machine([...SEND, 'powershell.exe'], { ...WSL, variables: DESKTOP }),
      ['+powershell', '+notify-send'],
    ],
    ['macOS', machine(OSA, { platform: 'darwin' }), ['terminal-notifier', '+osascript']],
    [
      'macOS with more',
      machine(BOTH, { platform: 'darwin' }),
      ['+terminal-notifier', '+osascript'],
    ],
    ['Windows', machine([POWERSHELL], { platform: 'win32' }), ['+powershell']],
    ['Windows without', machine([], { platform: 'win32' }), ['powershell']],
    [
      'Windows elsewhere',
      machine([POWERSHELL.replace('C:\\Windows', 'D:\\W')], {
        platform: 'win32',
        variables: { SystemRoot: 'D:\\W' },
      }),
      ['+powershell'],
    ],
  ])('%s', (_, facts, desktop) => {
    expect(ways(facts)).toEqual(['command', ...desktop, 'terminal'])
  })

  test.each<Partial<Facts>>([
    { variables: { ...DESKTOP, SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' } },
    { variables: { SSH_TTY: '/dev/pts/1' }, platform: 'darwin' },
    { variables: { SSH_TTY: '/dev/pts/1' }, ...WSL },
  ])('by ssh no desktop is one that the person sees: %j', (changes) => {
    const facts = machine([...SEND, ...BOTH, MOUNTED], { ...changes, terminal: 'client' })
    expect(ways(facts).filter((name) => name.startsWith('+'))).toEqual(['+terminal'])
  })

  test('a program of the person’s own comes first, where it is', () => {
    const facts = machine(['curl', ...SEND], { variables: DESKTOP, command: ['curl', '-s'] })
    expect(ways(facts)).toEqual(['+command', '+notify-send', 'terminal'])
    expect(waysOf(facts)[0]).toMatchObject({ program: '/found/curl' })
    expect(why({ ...facts, command: ['crul'] }, 'command')).toBe('there is no program `crul`')
  })

  test.each([
    ['client', '+terminal'],
    ['ours', '+terminal'],
    ['mute-client', 'terminal'],
    ['none', 'terminal'],
  ] as const)('the terminal comes last, if anybody writes to it: %s', (terminal, name) => {
    expect(ways(machine([], { terminal })).at(-1)).toBe(name)
  })

  test('each way that is closed says why', () => {
    const said = [
      machine([]),
      machine([], { variables: DESKTOP }),
      machine([], { isWsl: true }),
      machine([], { platform: 'win32' }),
      machine([], { platform: 'darwin', variables: { SSH_TTY: 'x' } }),
    ].flatMap((facts) => waysOf(facts).map((way) => way.why))
    for (const sentence of said) expect(sentence).toMatch(/^\S.{10,}$/)
  })
})
