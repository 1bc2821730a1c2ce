import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { DEADLINE } from './running.ts'

/** A program on a pseudo-terminal of its own, as a person sits before it. */
export interface Terminal {
  /** What the person types; `'\x03'` is Ctrl-C. */
  type(text: string): void
  /** Resolves once `wanted` is shown after what was last waited for, rejects after `DEADLINE`. */
  shows(wanted: string): Promise<void>
  /** What was shown after what was last waited for. */
  shown(): string
  /** What was shown since it was opened. */
  shownInAll(): string
  /** The window is closed. */
  hangUp(): void
  /** How the program ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export interface TerminalOptions {
  readonly rows?: number
  readonly columns?: number
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Pseudo-terminals are python3's; a test without it is skipped, and counted so. */
export const hasTerminals = spawnSync('python3', ['-c', 'import pty, termios']).status === 0

/** Call it inside a test; the terminal hangs up at its end. */
export function openTerminal(argv: readonly string[], options: TerminalOptions = {}): Terminal {
  const { rows = 24, columns = 80, ...spawning } = options
  const words = [join(import.meta.dirname, 'terminal.py'), String(rows), String(columns), ...argv]
  const python = spawn('python3', words, { ...spawning, stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void python.stdin.end())

  let shown = ''
  let shownInAll = ''
  python.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    shownInAll += text
  })
  return {
    type: (text) => void python.stdin.write(text),
    shown: () => shown,
    shownInAll: () => shownInAll,
    hangUp: () => void python.stdin.end(),
    shows: (wanted) =>
      vi.waitFor(() => {
        const at = shown.indexOf(wanted)
        if (at < 0) throw new Error(`not shown: ${wanted}\nshown: ${JSON.stringify(shown)}`)
        shown = shown.slice(at + wanted.length)
      }, DEADLINE),
    ended: new Promise((resolve) => {
      python.once('close', (code, signal) => resolve({ code, signal }))
    }),
  }
}
