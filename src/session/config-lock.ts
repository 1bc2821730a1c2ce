/** git writes a configuration file under a lock of its own, `<file>.lock`, and so does flow. */
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { ifThere, removeFile } from './aside.ts'

const WAIT_MS = 3_000
const PAUSE_MS = 10
/**
 * flow's lock is a symbolic link that leads here, which is nowhere. So it is whole from its first moment on,
 * and what a kill or a power cut leaves can be told from git's own, without a draft or a wait for the disk.
 */
const MARK = 'flow holds this for some milliseconds'

/**
 * Runs `body` while no git changes the file. Inside the repository's gate: so a lock of flow's that
 * stands is one that a kill left.
 * @param configPath absolute, links resolved
 * @throws FlowError E_CONFIG_LOCKED: a git holds it for longer than a few seconds; E_WRITE: nobody can
 *   lock it, since its folder is read-only, or on a file system that has no links
 */
export function withConfigLock(ports: ProtocolPorts, configPath: string, body: () => void): void {
  const lock = lockOf(configPath)
  const deadline = ports.clock.monotonicMs() + WAIT_MS
  for (let tries = 0; !tryLock(ports, lock); tries += 1) {
    if (tries === 0) ports.log('git', `${lock}: waiting for another git`)
    if (ports.clock.monotonicMs() >= deadline) throw locked(lock)
    ports.clock.sleepMs(PAUSE_MS)
  }
  try {
    body()
  } finally {
    sweepConfigLock(ports, configPath)
  }
}

/** Removes flow's own lock, and never git's. Inside the repository's gate. */
export function sweepConfigLock(ports: ProtocolPorts, configPath: string): void {
  const lock = lockOf(configPath)
  if (targetOf(ports, lock) === MARK) removeFile(ports, lock)
}

function lockOf(configPath: string): string {
  return `${configPath}.lock`
}

function tryLock(ports: ProtocolPorts, lock: string): boolean {
  try {
    ports.fs.symlink(MARK, lock)
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw isSystemError(error) ? unlockable(lock, error) : error
  }
}

function targetOf(ports: ProtocolPorts, path: string): string | null {
  try {
    return ifThere(null, () => ports.fs.readLink(path))
  } catch (error) {
    // readlink(2): no link, so it is git's.
    if (isErrno(error, 'EINVAL')) return null
    throw error
  }
}

function locked(lock: string): FlowError {
  return new FlowError({
    code: 'E_CONFIG_LOCKED',
    what: "could not change git's configuration",
    why: `${lock} is there for more than ${WAIT_MS / 1000} s: a git that changes it, or one that was killed`,
    kept: 'the configuration as it is',
    next: `remove the file if no git runs (\`rm ${lock}\`), then run \`flow recover\``,
  })
}

function unlockable(lock: string, error: unknown): FlowError {
  return new FlowError({
    code: 'E_WRITE',
    what: "could not change git's configuration",
    why: `${explain(error)}: its lock, ${lock}, is a link that cannot be made there`,
    kept: 'the configuration as it is',
    next: 'make that folder writable for you, then run `flow recover`',
    cause: error,
  })
}
