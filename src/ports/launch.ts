import { spawn } from 'node:child_process'
import { $, type ProcessPromise } from 'zx/core'
import { explain, FlowError, isErrno } from '../errors.ts'
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
 * Runs the agent to its end by zx, on this process's own terminal, in its process group, with exactly
 * these arguments. The process starts as a shell that writes the record and then becomes the agent:
 * `pid`, given to `onStarted` at once, is the agent's, and the record stands before its first
 * instruction. Others can see the record empty for an instant; its name holds the pid.
 *
 * SIGINT, SIGQUIT and Ctrl-Z are the agent's own: the terminal sends them to both of us, so here
 * they are only waited out. SIGTERM and SIGHUP are sent on, each time they come. A signal that was
 * held before the start is answered as if the agent had died of it: it is not started.
 *
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

async function run(
  request: LaunchRequest,
  onStarted: (pid: number) => void,
): Promise<LaunchResult> {
  const agent = start(request)
  const { child, pid } = agent
  // Sending a signal on to an agent under sudo fails (EPERM), each time: zx listens once.
  child?.on('error', () => undefined)
  request.signals.onSignal((signal) => {
    if (signal === 'SIGTERM' || signal === 'SIGHUP') child?.kill(signal)
  })
  if (pid !== undefined) onStarted(pid)
  const { exitCode, signal, cause } = await agent
  if (pid === undefined) throw notStarted(request, cause)
  return { code: exitCode, signal }
}

/**
 * zx joins the arguments into one line for `sh -c`, which the kernel limits to 128 KiB (execve(2),
 * MAX_ARG_STRLEN); the `spawn` option passes them to execve one by one instead.
 */
function start({ record, argv, cwd, env }: LaunchRequest): ProcessPromise {
  const prefix = record === null ? [] : ['/bin/sh', record.script, record.path, record.tail]
  const [program = '', ...args] = [...prefix, ...argv]
  const options = { cwd, env: env as NodeJS.ProcessEnv, stdio: 'inherit' } as const
  const spawnAgent = (() => spawn(program, args, options)) as typeof spawn
  return $({ ...ZX_OPTIONS, ...options, spawn: spawnAgent })`${argv}`
}

/** Every option that zx would take from a ZX_* variable, or derive from a bash on PATH. */
const ZX_OPTIONS = {
  shell: '/bin/sh',
  prefix: '',
  postfix: '',
  quote: String,
  preferLocal: false,
  detached: false,
  timeout: 0,
  verbose: false,
  quiet: true,
  nothrow: true,
} as const

function notStarted({ argv, cwd }: LaunchRequest, error: unknown): FlowError {
  return new FlowError({
    code: 'E_LAUNCH',
    what: `could not start ${argv[0]} in ${cwd}`,
    why: explain(error),
    kept: 'nothing was changed: what was begun is rolled back',
    next: 'fix that, then try again',
    // As `launch.sh` ends: execve(2) also says ENOENT of a script whose interpreter is missing.
    exitCode: isErrno(error, 'ENOENT') ? 127 : isErrno(error, 'EACCES') ? 126 : 1,
    cause: error,
  })
}
