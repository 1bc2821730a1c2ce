/** The short form of the library. What it needs beyond the protocol is loaded with the first call. */

export interface SessionOptions {
  /** A directory of the repository. The nearest configuration decides on the project root, as for `flow run`. */
  readonly cwd: string
  /** What `flow status` and `flow history` call the program. Default: the name of its file. */
  readonly label?: string | undefined
  /** Also change a settings file to which a link leads out of the repository. Default: false. */
  readonly followSymlinks?: boolean | undefined
  /** Print no message on standard error but that of a failed release. Default: false. */
  readonly quiet?: boolean | undefined
}

export interface ActiveSession {
  /** As `flow history` names it; null under `FLOW=0`, where nothing is merged. */
  readonly sessionId: string | null
  /** Real path of the directory that the hooks are merged in. Start agents here: they read no other settings. */
  readonly projectRoot: string
  /** The session was open already: another process, or another call in this one, started it. */
  readonly joined: boolean
  /** Environment for agents: the program's own, with `FLOW_RUN_ID`. Merged hooks that run without it do nothing. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Calls `work` while the team's hooks are merged: starts a session, or joins the one that is open, and releases it
 * when `work` has settled. Nested and overlapping calls for one project root share a session, which ends with the
 * last of them.
 *
 * The session is also released when the program exits, and before SIGINT, SIGTERM, SIGHUP or SIGQUIT ends it. A
 * program with a listener of its own for that signal decides itself, and the session lasts as long as `work`. After
 * SIGKILL or a crash of the machine the next entry recovers, as after any killed session.
 * @returns what `work` resolves to
 * @throws what `work` throws; TypeError for other arguments than these; FlowError when the session cannot be opened,
 * and `work` is not called then, or when it cannot be released
 */
export async function withSession<T>(
  options: SessionOptions,
  work: (session: ActiveSession) => T | Promise<T>,
): Promise<T> {
  // Programs in JavaScript call it, too.
  if (typeof options?.cwd !== 'string' || typeof work !== 'function') {
    throw new TypeError('withSession takes { cwd: "a directory" } and a function')
  }
  const { enterSession } = await import('./program-session.ts')
  const { session, leave } = await enterSession(options)
  let outcome: 'succeeded' | 'failed' = 'failed'
  try {
    const result = await work(session)
    outcome = 'succeeded'
    return result
  } finally {
    leave(outcome)
  }
}
