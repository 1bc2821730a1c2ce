import { spawn } from 'node:child_process'
import { onTestFailed, onTestFinished } from 'vitest'
import { isErrno } from '../../src/errors.ts'
import { systemProcesses } from '../../src/ports/processes.ts'

/** How a program ended: exactly one of `code` and `signal` is not null. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly pid: number
  /** Resolves when the program and all that held its output are gone. */
  readonly ended: Promise<Ended>
}

/**
 * Starts a program without input, in a process group of its own: whoever of the group is left when
 * the test ends is killed. Its last words are shown when the test fails. Call it inside a test.
 */
export function start(
  words: readonly [string, ...string[]],
  where: { readonly cwd: string; readonly env: Record<string, string> },
): Started {
  const [file, ...args] = words
  // With an input that stays open the client waits 3 s for a word on it.
  const child = spawn(file, args, { ...where, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const { pid } = child
  if (pid === undefined) throw new Error(`could not start ${file}`)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  onTestFailed(() => console.log([...words, 'said:', stderr].join(' ')))
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  onTestFinished(async () => {
    killGroup(pid)
    await ended
  })
  return { pid, ended }
}

/** A zombie has ended: whoever inherits the client of a killed wrapper may never reap it. */
export function isRunning(pid: number): boolean {
  return systemProcesses().look(pid).kind === 'running'
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // Nobody is left, as it should be.
    if (!isErrno(error, 'ESRCH')) throw error
  }
}
