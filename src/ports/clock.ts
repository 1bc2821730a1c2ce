import { randomBytes } from 'node:crypto'

export interface Clock {
  /** The present instant. */
  now(): Date
  /** Milliseconds from a clock that never goes back; for measuring a wait. */
  monotonicMs(): number
  /** Blocks this thread. */
  sleepMs(ms: number): void
  /** `byteCount` random bytes in lower-case hex. */
  randomHex(byteCount: number): string
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleepMs(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  },
  randomHex: (byteCount) => randomBytes(byteCount).toString('hex'),
}
