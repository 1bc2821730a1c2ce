import { closeSync, openSync, readSync } from 'node:fs'
import { isErrno } from '../errors.ts'

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
  // Not `performance`, whose module is not loaded yet.
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  sleepMs(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  },
  randomHex: (byteCount) => random(byteCount).toString('hex'),
}

/** Read at once for many names: each look at the device is three system calls. */
const POOL_BYTES = 256
let pool: Buffer = Buffer.alloc(0)

function random(byteCount: number): Buffer {
  if (pool.length < byteCount) pool = readDevice(Math.max(byteCount, POOL_BYTES))
  const bytes = pool.subarray(0, byteCount)
  pool = pool.subarray(byteCount)
  return bytes
}

/** From the kernel itself (random(4)) where it has a device for that: node:crypto takes 4 ms to load. */
function readDevice(byteCount: number): Buffer {
  const bytes = Buffer.alloc(byteCount)
  let fd: number
  try {
    fd = openSync('/dev/urandom', 'r')
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EACCES', 'EMFILE', 'ENFILE')) throw error
    return randomBytes(byteCount)
  }
  try {
    return readSync(fd, bytes) === byteCount ? bytes : randomBytes(byteCount)
  } finally {
    closeSync(fd)
  }
}

function randomBytes(byteCount: number): Buffer {
  return process.getBuiltinModule('node:crypto').randomBytes(byteCount)
}
