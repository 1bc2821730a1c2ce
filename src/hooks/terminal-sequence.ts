/** PURE: what makes a terminal show a notification. */
import type { Notification } from './notification.ts'
import { plain } from './plain.ts'

const BELL = '\x07'
const TITLE_UNITS = 100
const MESSAGE_UNITS = 300

/**
 * One escape sequence that most terminals show as a notification, then the bell, which marks the
 * window in tmux and nearly everywhere. Of the two sequences in use, the one that this terminal is
 * known for: OSC 9 has one text (iTerm2, kitty, WezTerm, Windows Terminal), OSC 777 title and text
 * (rxvt, VTE, foot, Ghostty, Warp). Whatever knows neither ignores both.
 */
export function terminalSequence(
  { title, message }: Notification,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const shortTitle = plain(title, TITLE_UNITS)
  const text = plain(message, MESSAGE_UNITS)
  if (knows777(variables)) {
    // The first `;` ends the title.
    return `\x1b]777;notify;${shortTitle.replaceAll(';', ',')};${text}${BELL}${BELL}`
  }
  const whole = `${shortTitle}: ${text}`
  // A number at its beginning would be a command (ConEmu's `9;1`), and Claude Code refuses it.
  const safe = /^[+-]?\p{Nd}/u.test(whole) ? `flow, ${whole}` : whole
  return `\x1b]9;${safe}${BELL}${BELL}`
}

/**
 * For a terminal that tmux shows: handed through to the one outside, which tmux does for those who
 * allow it (tmux(1), allow-passthrough), and the bell to tmux itself.
 */
export function throughTmux(sequence: string): string {
  const inner = sequence.slice(0, -BELL.length).replaceAll('\x1b', '\x1b\x1b')
  return `\x1bPtmux;${inner}\x1b\\${BELL}`
}

function knows777(variables: Readonly<Record<string, string | undefined>>): boolean {
  const { TERM = '', TERM_PROGRAM = '', VTE_VERSION } = variables
  if (['WarpTerminal', 'ghostty'].includes(TERM_PROGRAM)) return true
  return /^(rxvt|foot|xterm-ghostty)/.test(TERM) || Boolean(VTE_VERSION)
}
