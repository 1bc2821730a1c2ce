/** `SIGKILL`, `SIGSTOP` cannot be held, `SIGTSTP` is left alone: Ctrl-Z stops the whole group, as it should. */
const HELD = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

type SignalListener = (signal: NodeJS.Signals) => void

export interface SignalHold {
  /**
   * The first signal that came while nobody listened, or null. Node hands signals out between
   * turns of its event loop only: one that arrives during synchronous work shows up after a turn.
   */
  received(): NodeJS.Signals | null
  /** Who gets the signals from now on; null: they are remembered again. */
  onSignal(listener: SignalListener | null): void
  /** Handlers removed: the signals do to this process what they do by default. */
  release(): void
}

/** From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT do not end this process. */
export function holdSignals(): SignalHold {
  let first: NodeJS.Signals | null = null
  let listener: SignalListener | null = null
  const take: SignalListener = (signal) => {
    if (listener) listener(signal)
    else first ??= signal
  }
  for (const signal of HELD) process.on(signal, take)
  return {
    received: () => first,
    onSignal(next) {
      listener = next
    },
    release() {
      for (const signal of HELD) process.off(signal, take)
    },
  }
}

/** What is to be done before this process ends, in the order in which it was begun. */
const cleanups = new Set<() => void>()

/**
 * Calls `cleanup` when this process exits, and before one of the four signals ends it. A signal for which the program
 * has another listener is left to that one.
 * @returns forgets it: `cleanup` is not called any more
 */
export function beforeEnd(cleanup: () => void): () => void {
  if (cleanups.size === 0) {
    process.on('exit', cleanUp)
    for (const signal of HELD) process.on(signal, endBy)
  }
  cleanups.add(cleanup)
  return () => {
    cleanups.delete(cleanup)
    if (cleanups.size > 0) return
    process.off('exit', cleanUp)
    for (const signal of HELD) process.off(signal, endBy)
  }
}

function endBy(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  cleanUp()
  dieOf(signal)
}

function cleanUp(): void {
  for (const cleanup of [...cleanups]) cleanup()
}

/**
 * Ends this process by `signal`, so that a shell sees the death that the agent died; where the
 * kernel does not let it happen (process 1 of a container), exits with 128 + its number instead.
 * Handlers of 'exit' do not run; what was printed to a file, a pipe or a terminal is out by then.
 */
export function dieOf(signal: NodeJS.Signals): never {
  if (signal !== 'SIGKILL') {
    // A listener that comes and goes leaves the default action, even of SIGPIPE, which Node ignores.
    process.on(signal, () => undefined)
    process.removeAllListeners(signal)
  }
  process.kill(process.pid, signal)
  // The signal may be handed to another thread of this process: give it time to arrive (kill(2)).
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  process.exit(128 + process.getBuiltinModule('node:os').constants.signals[signal])
}
