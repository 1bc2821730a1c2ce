import { basename, posix, win32 } from 'node:path'
import type { CommandRequest } from '../ports/commands.ts'
import type { Ports } from '../ports/ports.ts'
import { headOf } from './cut.ts'

export interface Notification {
  readonly title: string
  readonly message: string
}

export type Delivery =
  | { readonly kind: 'sent'; readonly program: string }
  /** None of these programs is on this machine. */
  | { readonly kind: 'nowhere'; readonly programs: readonly string[] }
  | { readonly kind: 'failed'; readonly program: string; readonly why: string }

/** One way of showing a notification: never a shell's words, always an argument vector. */
export interface Call {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: CommandRequest['env']
}

const TITLE_UNITS = 200
const MESSAGE_UNITS = 1_000
const WAIT_MS = 5_000

/**
 * Reads what the client writes to the hook's standard input; undefined when there is no message.
 * @throws SyntaxError when it is not JSON
 */
export function parseNotification(input: string): Notification | undefined {
  const given: unknown = JSON.parse(input)
  if (typeof given !== 'object' || given === null) return undefined
  const { message, title, cwd } = given as Record<string, unknown>
  if (typeof message !== 'string' || message.trim() === '') return undefined
  // Which of several open projects it is matters more than which agent.
  const place = typeof cwd === 'string' ? basename(cwd) : ''
  return { title: typeof title === 'string' && title !== '' ? title : place || 'flow', message }
}

/** Shows it with the first of the machine's programs that there is; waits at most 5 s for each. */
export function notify(
  ports: Pick<Ports, 'commands' | 'environment'>,
  notification: Notification,
): Delivery {
  const programs: string[] = []
  for (const { program, args, env } of callsFor(ports, notification)) {
    const done = ports.commands.run(program, args, { timeoutMs: WAIT_MS, ...(env && { env }) })
    if (done.status === 0) return { kind: 'sent', program }
    if (done.errno !== 'ENOENT') {
      const why = done.stderr.trim() || done.errno || `no answer, or exit status ${done.status}`
      return { kind: 'failed', program, why }
    }
    programs.push(program)
  }
  return { kind: 'nowhere', programs }
}

/** The programs to try on this platform, in order. */
export function callsFor(
  ports: Pick<Ports, 'commands' | 'environment'>,
  notification: Notification,
): Call[] {
  const { platform, variables, scriptPath } = ports.environment
  const title = plain(notification.title, TITLE_UNITS) || 'flow'
  const message = plain(notification.message, MESSAGE_UNITS)
  if (platform === 'darwin') return [osascript(title, message)]
  if (platform === 'win32') {
    const folder = win32.join(variables.SystemRoot ?? 'C:\\Windows', 'System32')
    // By its full path: Windows would look for a bare name in the current folder first.
    const program = win32.join(folder, 'WindowsPowerShell', 'v1.0', 'powershell.exe')
    const script = win32.join(win32.dirname(scriptPath), 'notify.ps1')
    return [powershell(program, script, variables, title, message)]
  }
  const linux = notifySend(title, message)
  if (platform !== 'linux' || !variables.WSL_DISTRO_NAME) return [linux]
  const script = posix.join(posix.dirname(scriptPath), 'notify.ps1')
  const translated = ports.commands.run('wslpath', ['-w', script], { timeoutMs: WAIT_MS })
  if (translated.status !== 0) return [linux]
  // Variables reach Windows programs only when WSLENV names them.
  const named = [variables.WSLENV, 'FLOW_NOTIFY_TITLE', 'FLOW_NOTIFY_MESSAGE'].filter(Boolean)
  const passed = { ...variables, WSLENV: named.join(':') }
  return [powershell('powershell.exe', translated.stdout.trim(), passed, title, message), linux]
}

function notifySend(title: string, message: string): Call {
  // The body is markup by the Desktop Notifications Specification; the title is not.
  const plainBody = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  // notify-send reads the escapes of C in it (`\n`, `\074`), which would be markup again.
  const body = plainBody.replaceAll('\\', '\\\\')
  return { program: 'notify-send', args: ['--app-name=flow', '--', title, body] }
}

function osascript(title: string, message: string): Call {
  const script = [
    'on run argv',
    'display notification (item 2 of argv) with title (item 1 of argv)',
    'end run',
  ]
  const words = [title, message].map((text) => (text.startsWith('-') ? ` ${text}` : text))
  return { program: 'osascript', args: [...script.flatMap((line) => ['-e', line]), ...words] }
}

/** The text travels in variables: after -File PowerShell still reads `-Word` as a parameter's name. */
function powershell(
  program: string,
  script: string,
  variables: Readonly<Record<string, string | undefined>>,
  title: string,
  message: string,
): Call {
  const options = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass']
  return {
    program,
    args: [...options, '-File', script],
    env: { ...variables, FLOW_NOTIFY_TITLE: title, FLOW_NOTIFY_MESSAGE: message },
  }
}

/** One line without control characters, and not so long that a desktop chokes on it. */
function plain(text: string, units: number): string {
  return headOf(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim(), units)
}
