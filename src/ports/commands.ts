import type { SpawnOptions, SpawnSyncOptionsWithStringEncoding } from 'node:child_process'

export interface CommandRequest {
  readonly cwd?: string
  /** The whole environment of the child; absent: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
  /**
   * In a session of its own (setsid(2)): what is sent to flow's process group does not reach it. A git that
   * is killed leaves its lock file.
   */
  readonly detached?: boolean
  /** After this many milliseconds the child is killed and `status` is null. */
  readonly timeoutMs?: number
}

export interface CommandResult {
  /** Exit status; null when it could not start, timed out or died of a signal. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** errno name when the program could not be started, e.g. `ENOENT`. */
  readonly errno?: string
}

/** Runs a short program to its end, by argument vector: no shell ever reads the words. */
export interface Commands {
  run(file: string, args: readonly string[], request?: CommandRequest): CommandResult
}

export const systemCommands: Commands = {
  run(file, args, request = {}) {
    // 3 ms to load, and most hooks start no program.
    const { spawnSync } = process.getBuiltinModule('node:child_process')
    const options: SpawnSyncOptionsWithStringEncoding & SpawnOptions = {
      encoding: 'utf8',
      windowsHide: true,
      // Node passes it on, though it documents it for spawn alone.
      detached: request.detached ?? false,
      ...(request.cwd !== undefined && { cwd: request.cwd }),
      ...(request.env !== undefined && { env: request.env as NodeJS.ProcessEnv }),
      ...(request.input === undefined
        ? { stdio: ['ignore', 'pipe', 'pipe'] }
        : { input: request.input }),
      ...(request.timeoutMs !== undefined && { timeout: request.timeoutMs, killSignal: 'SIGKILL' }),
    }
    const done = spawnSync(file, args, options)
    const errno = done.error && 'code' in done.error ? String(done.error.code) : undefined
    return {
      status: done.status,
      stdout: done.stdout ?? '',
      stderr: done.stderr ?? '',
      ...(errno !== undefined && { errno }),
    }
  },
}

/** Starts a short program, detached, and returns at once; resolves to its exit status, as in `CommandResult`. */
export function startCommand({ file, args, env }: StartRequest): Promise<number | null> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  // No pipe, which takes a millisecond. execFile would drop `detached`.
  const child = spawn(file, args, {
    stdio: 'ignore',
    windowsHide: true,
    detached: true,
    env: env as NodeJS.ProcessEnv,
  })
  return new Promise((resolve) => {
    child.on('close', resolve)
    child.on('error', () => resolve(null))
  })
}

export interface StartRequest {
  readonly file: string
  readonly args: readonly string[]
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>
}
