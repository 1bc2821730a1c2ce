/** PURE: the argument vector of each program that shows notifications. No shell ever reads the words. */
import type { Notification } from './notification.ts'

type Variables = Readonly<Record<string, string | undefined>>

export interface Call {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Variables
  /** For its standard input. */
  readonly input?: string
}

/** Version of what a command of the person's own reads. */
const INPUT_VERSION = 1

export function notifySend(
  program: string,
  env: Variables,
  { title, message }: Notification,
): Call {
  // The body is markup by the Desktop Notifications Specification; the title is not.
  const plainBody = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  // notify-send reads the escapes of C in it (`\n`, `\074`), which would be markup again.
  const body = plainBody.replaceAll('\\', '\\\\')
  return { program, args: ['--app-name=flow', '--', title, body], env }
}

export function osascript(program: string, env: Variables, { title, message }: Notification): Call {
  const script = [
    'on run argv',
    'display notification (item 2 of argv) with title (item 1 of argv)',
    'end run',
  ]
  const words = [title, message].map(noOption)
  return { program, args: [...script.flatMap((line) => ['-e', line]), ...words], env }
}

/**
 * The message goes by standard input: what begins like a property list (`[`, `{`, `(`, `<`, `"`) is
 * taken for one in an argument, unless a backslash stands before it, as its manual says.
 */
export function terminalNotifier(
  program: string,
  env: Variables,
  { title, message }: Notification,
): Call {
  const word = /^[[{(<"\\-]/.test(title) ? `\\${title}` : title
  return { program, args: ['-title', word, '-group', `flow ${word}`], env, input: message }
}

/**
 * The text travels in variables: after -File PowerShell still reads `-Word` as a parameter's name.
 * @param script Windows' path of `notify.ps1`
 */
export function powershell(
  program: string,
  env: Variables,
  notification: Notification,
  script: string,
): Call {
  const options = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass']
  return { program, args: [...options, '-File', script], env: withText(env, notification) }
}

/** Of a PowerShell that is started from Linux: variables reach it only when WSLENV names them. */
export function throughWsl({ env, ...call }: Call): Call {
  const named = [env.WSLENV, 'FLOW_NOTIFY_TITLE', 'FLOW_NOTIFY_MESSAGE'].filter(Boolean)
  return { ...call, env: { ...env, WSLENV: named.join(':') } }
}

/**
 * A command of the person's own: `{title}` and `{message}` in its arguments are filled, and all there
 * is to know is JSON on its standard input and in variables, for scripts.
 */
export function ownCommand(
  program: string,
  env: Variables,
  notification: Notification,
  words: readonly string[],
): Call {
  const { title, message, type } = notification
  const input = `${JSON.stringify({ version: INPUT_VERSION, title, message, type })}\n`
  const fill = (word: string) => {
    const filled = word.replace(/\{(title|message)\}/g, (_, name) =>
      name === 'title' ? title : message,
    )
    return word.startsWith('{') ? noOption(filled) : filled
  }
  return { program, args: words.map(fill), env: withText(env, notification), input }
}

function withText(env: Variables, { title, message }: Notification): Variables {
  return { ...env, FLOW_NOTIFY_TITLE: title, FLOW_NOTIFY_MESSAGE: message }
}

/** A text that begins like an option must not become one. */
function noOption(text: string): string {
  return text.startsWith('-') ? ` ${text}` : text
}
