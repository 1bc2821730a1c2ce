/** PURE: which ways a notification can take on this machine, and why. */

export type WayName =
  | 'command'
  | 'powershell'
  | 'terminal-notifier'
  | 'osascript'
  | 'notify-send'
  | 'terminal'

export type Way =
  | {
      readonly name: WayName
      readonly kind: 'open'
      readonly why: string
      readonly program: string
    }
  | { readonly name: WayName; readonly kind: 'closed'; readonly why: string }

export interface Facts {
  readonly platform: string
  readonly variables: Readonly<Record<string, string | undefined>>
  /** The kernel is that of the Windows Subsystem for Linux. */
  readonly isWsl: boolean
  /** Windows programs can be started from here. */
  readonly hasInterop: boolean
  /** There is a session bus, without which nothing shows a notification on Linux. */
  readonly hasSessionBus: boolean
  /** The person's own program and its arguments; empty: none. */
  readonly command: readonly string[]
  /** Who writes to the terminal: the client for its hook, or we, tried out on one; if anybody does. */
  readonly terminal: 'client' | 'mute-client' | 'ours' | 'none'
  /** Absolute path of a program on PATH, or of the path given; null: there is none. */
  find(name: string): string | null
}

const POWERSHELL = 'Windows/System32/WindowsPowerShell/v1.0/powershell.exe'

/** In the order in which they are tried: the person's own program, the desktop, the terminal. */
export function waysOf(facts: Facts): Way[] {
  return [own(facts), ...desktop(facts), terminal(facts)]
}

function own({ command, find }: Facts): Way {
  const [word = ''] = command
  if (word === '') return closed('command', 'the configuration has no `notifications.command`')
  const program = find(word)
  if (program === null) return closed('command', `there is no program \`${word}\``)
  return open('command', program, '`notifications.command` of the configuration')
}

function desktop(facts: Facts): Way[] {
  const ways = desktopWays(facts)
  const { SSH_CONNECTION, SSH_TTY } = facts.variables
  // What this machine's own desktop shows is not seen where the person sits.
  if (!SSH_CONNECTION && !SSH_TTY) return ways
  return ways.map(({ name }) => closed(name, 'you are on this machine by ssh'))
}

function desktopWays(facts: Facts): Way[] {
  const { platform, variables } = facts
  if (platform === 'win32') return [windows(facts, `${variables.SystemRoot ?? 'C:\\Windows'}`)]
  if (platform === 'darwin') {
    return ['terminal-notifier' as const, 'osascript' as const].map((name) => onPath(facts, name))
  }
  return [...(facts.isWsl ? [wsl(facts)] : []), notifySend(facts)]
}

function windows({ find }: Facts, systemRoot: string): Way {
  // By its full path: Windows would look for a bare name in the current folder first.
  const path = `${systemRoot}\\${POWERSHELL.slice('Windows/'.length).replaceAll('/', '\\')}`
  const program = find(path)
  if (program === null) return closed('powershell', `there is no ${path}`)
  return open('powershell', program, 'this is Windows')
}

function wsl({ hasInterop, find }: Facts): Way {
  if (!hasInterop) return closed('powershell', 'Windows programs cannot be started from here')
  // PATH may be without the folders of Windows: wsl.conf(5), appendWindowsPath.
  const program = find('powershell.exe') ?? find(`/mnt/c/${POWERSHELL}`)
  if (program === null) return closed('powershell', 'there is no powershell.exe')
  return open('powershell', program, 'this is Linux on Windows (WSL)')
}

function notifySend(facts: Facts): Way {
  const { variables, hasSessionBus } = facts
  if (variables.DISPLAY || variables.WAYLAND_DISPLAY || hasSessionBus) {
    return onPath(facts, 'notify-send')
  }
  const why = 'there is no desktop: no DISPLAY, no WAYLAND_DISPLAY and no session bus'
  return closed('notify-send', why)
}

function onPath({ find }: Facts, name: WayName): Way {
  const program = find(name)
  return program === null ? closed(name, 'it is not on PATH') : open(name, program, 'it is on PATH')
}

function terminal({ terminal: writer }: Facts): Way {
  switch (writer) {
    case 'client':
      return open('terminal', '', 'Claude Code writes to its own for a hook')
    case 'ours':
      return open(
        'terminal',
        '',
        'standard output is one; in a session Claude Code writes to its own',
      )
    case 'mute-client':
      return closed('terminal', 'this client is not known to write to its own for a hook')
    case 'none':
      return closed(
        'terminal',
        'standard output is none; in a session Claude Code writes to its own',
      )
    default:
      return writer satisfies never
  }
}

function open(name: WayName, program: string, why: string): Way {
  return { name, kind: 'open', why, program }
}

function closed(name: WayName, why: string): Way {
  return { name, kind: 'closed', why }
}
