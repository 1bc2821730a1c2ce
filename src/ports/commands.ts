export interface CommandRequest {
  readonly cwd?: string
  /** The whole environment of the child; absent: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
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
    const done = spawnSync(file, args, {
      encoding: 'utf8',
      windowsHide: true,
      ...(request.cwd !== undefined && { cwd: request.cwd }),
      ...(request.env !== undefined && { env: request.env as NodeJS.ProcessEnv }),
      ...(request.input === undefined
        ? { stdio: ['ignore', 'pipe', 'pipe'] as const }
        : { input: request.input }),
      ...(request.timeoutMs !== undefined && { timeout: request.timeoutMs, killSignal: 'SIGKILL' }),
    })
    const errno = done.error && 'code' in done.error ? String(done.error.code) : undefined
    return {
      status: done.status,
      stdout: done.stdout ?? '',
      stderr: done.stderr ?? '',
      ...(errno !== undefined && { errno }),
    }
  },
}

/** Starts a short program, as `run` does, and returns at once; resolves when it has ended. Never rejects. */
export function startCommand(
  file: string,
  args: readonly string[],
  { env, input }: Pick<CommandRequest, 'env' | 'input'>,
): Promise<CommandResult> {
  const { execFile } = process.getBuiltinModule('node:child_process')
  const options = { encoding: 'utf8', windowsHide: true, env: env as NodeJS.ProcessEnv } as const
  return new Promise((resolve) => {
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      const code = error?.code
      const status = error === null ? 0 : typeof code === 'number' ? code : null
      resolve({ status, stdout, stderr, ...(typeof code === 'string' && { errno: code }) })
    })
    // EPIPE: it ended without reading; its status says why.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}
