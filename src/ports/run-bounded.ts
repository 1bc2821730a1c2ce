import { explain, isErrno } from '../errors.ts'

export interface BoundedRun {
  readonly program: string
  readonly args: readonly string[]
  /** Absent: this process's own. */
  readonly cwd?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Written to its standard input; absent: there is none. */
  readonly input?: string | undefined
  readonly timeoutMs: number
}

export type BoundedEnd =
  | { readonly kind: 'ended'; readonly status: number | null; readonly stderr: string }
  | { readonly kind: 'too-slow' }
  | { readonly kind: 'not-started'; readonly why: string }

const MOST_STDERR = 2_000

/**
 * Runs a program in a process group of its own, away from the terminal, and waits for it at most
 * `timeoutMs`; then the whole group is killed. What it leaves running on purpose after its end is not
 * waited for. Its standard output goes nowhere.
 */
export function runBounded(request: BoundedRun): Promise<BoundedEnd> {
  const { program, args, cwd, env, input, timeoutMs } = request
  const { spawn } = process.getBuiltinModule('node:child_process')
  const start = () =>
    spawn(program, args, {
      ...(cwd !== undefined && { cwd }),
      env: env as NodeJS.ProcessEnv,
      // On Windows a detached program would open a window.
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'],
    })
  return new Promise((settle) => {
    let child: ReturnType<typeof start>
    try {
      child = start()
    } catch (error) {
      // Words that no program can be given: too long (E2BIG), or with a NUL character.
      settle({ kind: 'not-started', why: explain(error) })
      return
    }
    let stderr = ''
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      killGroup(child.pid)
    }, timeoutMs)
    const end = (outcome: BoundedEnd) => {
      clearTimeout(timer)
      child.stderr?.destroy()
      settle(outcome)
    }
    child.once('error', (error) => {
      end({ kind: 'not-started', why: explain(error) })
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(0, MOST_STDERR)
    })
    // By 'exit', not 'close': what it leaves running may hold its output open.
    child.once('exit', (status) => {
      // Its last words may still lie in the pipe.
      setImmediate(() => end(isLate ? { kind: 'too-slow' } : { kind: 'ended', status, stderr }))
    })
    // It may end without having read (EPIPE); how it ended says enough.
    child.stdin?.on('error', () => undefined).end(input)
  })
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch (error) {
    // It ended in this moment.
    if (!isErrno(error, 'ESRCH')) throw error
  }
}
