import { spawn } from 'node:child_process'
import { explain, FlowError } from '../errors.ts'
import { replaceLostTerminal } from './lost-terminal.ts'
import type { SignalHold } from './signals.ts'

export interface LaunchRequest {
  /** The first word is the absolute path of an executable. */
  readonly argv: readonly string[]
  readonly cwd: string
  /** The whole environment of the agent. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the agent's process is recorded by; null: nowhere. */
  readonly record: LaunchRecord | null
  readonly signals: SignalHold
}

export interface LaunchRecord {
  /** Absolute path of `templates/launch.sh`. */
  readonly script: string
  /** Absolute path of the record to write; the last `%p` in it stands for the pid. */
  readonly path: string
  /** What stands in the record behind the pid and its start time. */
  readonly tail: string
}

/** How the agent ended: exactly one of the two is not null. */
export interface LaunchResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/**
 * Runs the agent to its end on this process's own terminal, in its process group, with exactly
 * these words. The process starts as a shell that writes the record and then becomes the agent:
 * `pid`, given to `onStarted` at once, is the agent's, and the record stands before its first
 * instruction. Others can see the record empty for an instant; its name holds the pid.
 *
 * SIGINT, SIGQUIT and Ctrl-Z are the agent's own: the terminal sends them to both of us, so here
 * they are only waited out. SIGTERM and SIGHUP are sent on, each time they come. A signal that was
 * held before the start is answered as if the agent had died of it: it is not started.
 *
 * Node's own spawn and not zx: zx hands all words over as one line for `sh -c`, and the kernel
 * takes no single word beyond 128 KiB (execve(2), MAX_ARG_STRLEN), as a test shows.
 * A `sh` that is dash drops variables that no shell could name (`BASH_FUNC_x%%`), as under `npm run`.
 *
 * @throws FlowError E_LAUNCH (cause E2BIG, EAGAIN, EMFILE, ENOENT of `cwd`): nothing was started
 */
export async function launch(
  request: LaunchRequest,
  onStarted: (pid: number) => void,
): Promise<LaunchResult> {
  try {
    await wholeTurn()
    const early = request.signals.received()
    return early ? { code: null, signal: early } : await run(request, onStarted)
  } finally {
    request.signals.onSignal(null)
    replaceLostTerminal()
  }
}

/**
 * Lets signals that arrived during synchronous work reach their handlers. The first half may end
 * in the present turn of the event loop; before the second, the kernel has been asked once.
 */
async function wholeTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
}

function run(request: LaunchRequest, onStarted: (pid: number) => void): Promise<LaunchResult> {
  const child = start(request)
  request.signals.onSignal((signal) => {
    if (signal === 'SIGTERM' || signal === 'SIGHUP') child.kill(signal)
  })
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.on('error', (error) => {
      // With a pid it is a signal that could not be sent on, to an agent under sudo (EPERM): wait on.
      if (child.pid === undefined) reject(notStarted(request, error))
    })
    if (child.pid !== undefined) onStarted(child.pid)
  })
}

function start(request: LaunchRequest) {
  const { record, argv, cwd, env } = request
  const prefix = record === null ? [] : ['/bin/sh', record.script, record.path, record.tail]
  const [program = '', ...words] = [...prefix, ...argv]
  try {
    return spawn(program, words, { cwd, env: env as NodeJS.ProcessEnv, stdio: 'inherit' })
  } catch (error) {
    throw notStarted(request, error)
  }
}

function notStarted({ argv, cwd }: LaunchRequest, error: unknown): FlowError {
  return new FlowError({
    code: 'E_LAUNCH',
    what: `could not start ${argv[0]} in ${cwd}`,
    why: explain(error),
    kept: 'nothing was changed: what was begun is taken back',
    next: 'mend that, then try again',
    cause: error,
  })
}
