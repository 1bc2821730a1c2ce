/** The terminal as a screen to draw on, or a clock to go by, until somebody ends it. */
import { isErrno } from '../errors.ts'
import type { Ending } from './ending.ts'
import { writeAll } from './environment.ts'
import { replaceLostTerminal } from './lost-terminal.ts'
import { holdSignals } from './signals.ts'

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** Of standard output; 80 x 24 where it is no terminal, or does not say. */
export function screenSize(): ScreenSize {
  const { columns, rows } = process.stdout
  return { columns: columns || 80, rows: rows || 24 }
}

// The other screen, the cursor hidden, no folding of long lines; and all of that back.
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l'
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l'
// Terminals that know it show the frame in one go; others pass over it.
const [BEGIN_FRAME, END_FRAME] = ['\x1b[?2026h\x1b[H', '\x1b[J\x1b[?2026l']

/**
 * Draws on the terminal's other screen, at once, then every `everyMs`, and when its size changes: each
 * line over the one before it, so that nothing flickers. `q` ends it with 0, Ctrl-C and signals as they
 * would have ended the process; Ctrl-Z stops it. What was on the screen before is there again after.
 */
export async function drawUntilQuit(
  frame: (size: ScreenSize) => readonly string[],
  everyMs: number,
): Promise<Ending> {
  const { stdin, stdout } = process
  const signals = holdSignals()
  let end: (ending: Ending) => void = () => undefined
  let fail: (error: unknown) => void = () => undefined
  const ended = new Promise<Ending>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  signals.onSignal((signal) => {
    if (signal === 'SIGHUP') replaceLostTerminal()
    end({ signal })
  })
  let isShown = false
  const draw = () => {
    // Stopped by Ctrl-Z, the screen is somebody else's until we go on.
    if (!isShown) return
    try {
      const size = screenSize()
      const lines = frame(size).slice(0, size.rows)
      const text = lines.map((line) => `${line}\x1b[K`).join('\r\n')
      write(`${BEGIN_FRAME}${text}${END_FRAME}`)
    } catch (error) {
      fail(error)
    }
  }
  const enter = () => {
    if (stdin.isTTY) stdin.setRawMode(true)
    write(ENTER)
    isShown = true
    draw()
  }
  const leave = () => {
    if (!isShown) return
    isShown = false
    write(LEAVE)
    if (stdin.isTTY) stdin.setRawMode(false)
  }
  const onKey = (keys: Buffer) => {
    for (const key of keys.toString('latin1')) {
      if (key === 'q' || key === 'Q') end({ exitCode: 0 })
      if (key === '\x03') end({ signal: 'SIGINT' })
      if (key === '\x1a') {
        leave()
        process.kill(0, 'SIGTSTP')
      }
    }
  }
  stdout.on('resize', draw)
  process.on('SIGCONT', enter)
  if (stdin.isTTY) stdin.on('data', onKey)
  enter()
  const clock = setInterval(draw, everyMs)
  try {
    return await ended
  } finally {
    clearInterval(clock)
    stdout.off('resize', draw)
    process.off('SIGCONT', enter)
    stdin.off('data', onKey)
    stdin.pause()
    leave()
    signals.release()
  }
}

/** Asks `step` at once and then every `everyMs`, until it says false. */
export async function repeat(step: () => boolean, everyMs: number): Promise<void> {
  while (step()) await new Promise((resolve) => setTimeout(resolve, everyMs))
}

/** A terminal that was closed meanwhile has no screen to put back. */
function write(text: string): void {
  try {
    writeAll(1, text)
  } catch (error) {
    if (!isErrno(error, 'EIO', 'EBADF')) throw error
  }
}
