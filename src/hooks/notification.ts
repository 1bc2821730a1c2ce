import { basename } from 'node:path'
import { plain } from './plain.ts'

/** Ready to be shown: each text is one line without control characters, and short. */
export interface Notification {
  /** The project's name first: several may be open. Then the client's own title, where it sends one. */
  readonly title: string
  readonly message: string
  /** The client's word for the occasion, e.g. `permission_prompt`; null: it gave none. */
  readonly type: string | null
}

const TITLE_UNITS = 200
const MESSAGE_UNITS = 1_000

/**
 * Reads what the client writes to the hook's standard input; undefined when there is no message.
 * @param projectFolder where the agent started; undefined: the folder that the client names
 * @throws SyntaxError when it is not JSON
 */
export function parseNotification(
  input: string,
  projectFolder: string | undefined,
): Notification | undefined {
  const given: unknown = JSON.parse(input)
  if (typeof given !== 'object' || given === null) return undefined
  const { message, title, notification_type, cwd } = given as Record<string, unknown>
  if (typeof message !== 'string') return undefined
  const type = typeof notification_type === 'string' ? plain(notification_type, TITLE_UNITS) : null
  const folder = projectFolder || (typeof cwd === 'string' ? cwd : '')
  const clientTitle = typeof title === 'string' ? plain(title, TITLE_UNITS) : ''
  const heading = [basename(folder), clientTitle].filter((part) => part !== '').join(': ')
  const shown = notificationOf(heading, message, type)
  return shown.message === '' ? undefined : shown
}

/** An empty title is refused by some desktops. */
export function notificationOf(
  title: string,
  message: string,
  type: string | null = null,
): Notification {
  const shownTitle = plain(title, TITLE_UNITS) || 'flow'
  return { title: shownTitle, message: plain(message, MESSAGE_UNITS), type }
}
