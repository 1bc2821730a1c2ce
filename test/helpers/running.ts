/** Real processes of a test: begun, watched, waited for. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { onTestFinished, vi } from 'vitest'

/** For `vi.waitFor`: how long a condition may take on the slowest machine. */
export const DEADLINE = { timeout: 60_000, interval: 10 }

export interface Place {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Runs as this user and group; absent: as the tests do. */
  readonly uid?: number
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly pid: number
  /** What has been printed so far. */
  readonly printed: Readonly<Record<'stdout' | 'stderr', string>>
  /** Resolves when it has ended and nobody holds its output any more. */
  readonly ended: Promise<Ended>
  /** Waits for these words on standard output; fails at once when it has ended without them. */
  says(words: string): Promise<void>
  /** Nothing where it has ended already: its pid may be another's by now. */
  kill(signal: NodeJS.Signals): void
}

/** Begins `argv` in a process group of its own, which dies with the test if it still runs then. */
export function begin([file = '', ...args]: readonly string[], place: Place): Running {
  const { cwd, env, uid } = place
  const owner = uid === undefined ? {} : { uid, gid: uid }
  const child = spawn(file, args, { cwd, env, ...owner, detached: true, stdio: 'pipe' })
  const { pid } = child
  if (pid === undefined) throw new Error(`could not start ${file} in ${cwd}`)
  onTestFinished(() => endGroup(child))
  child.stdin.end()
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
    })
  }
  let hasEnded = false
  return {
    pid,
    printed,
    ended: new Promise((settle) => {
      child.once('close', (code, signal) => {
        hasEnded = true
        settle({ code, signal, ...printed })
      })
    }),
    async says(words) {
      const isSaid = () => printed.stdout.includes(words)
      const notSaid = () =>
        new Error(`not said: ${words}\nsaid: ${printed.stdout}${printed.stderr}`)
      await vi.waitFor(() => {
        if (!isSaid() && !hasEnded) throw notSaid()
      }, DEADLINE)
      if (!isSaid()) throw notSaid()
    },
    kill: (signal) => void child.kill(signal),
  }
}

/** Runs `argv` to its end. */
export function run(argv: readonly string[], place: Place): Promise<Ended> {
  return begin(argv, place).ended
}

/**
 * Condition for the loop of a sh script that waits for the test: `folder`, which goes with the test, is there, and
 * the process of the test is alive. Where flow was killed, nothing else ends such a script.
 */
export function isAwaited(folder: string): string {
  return `[ -d '${folder}' ] && kill -0 ${process.pid} 2>/dev/null`
}

/** Waits until a process that is no child of ours is gone, or is a zombie that nobody has reaped. */
export async function isOver(pid: number): Promise<void> {
  await vi.waitFor(() => {
    if (lives(pid)) throw new Error(`process ${pid} still runs`)
  }, DEADLINE)
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    if (process.platform !== 'linux') return true
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    // ESRCH, or it went between the two questions (ENOENT).
    return false
  }
}

/** Once the child is reaped its number may be another's: then it is left alone. */
function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  process.kill(-pid, 'SIGKILL')
}
