/** git writes a configuration file under a lock of its own, `<file>.lock`, and so does flow. */
import { FlowError, isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { ifThere, removeFile } from './aside.ts'

const WAIT_MS = 3_000
const PAUSE_MS = 10
const MARK = 'flow holds this for some milliseconds\n'

/**
 * Runs `body` while no git changes the file. Inside the repository's gate: so a lock of flow's that
 * stands is one that a kill left.
 * @param configPath absolute, links resolved
 * @throws FlowError E_CONFIG_LOCKED: a git holds it for longer than a few seconds
 */
export function withConfigLock(ports: ProtocolPorts, configPath: string, body: () => void): void {
  const { lock, draft } = lockOf(configPath)
  // Complete and on the disk before it has git's name for it, so that what a kill or a power cut leaves
  // can be told from git's own.
  ports.fs.createFile(draft, Buffer.from(MARK), 0o600)
  try {
    const deadline = ports.clock.monotonicMs() + WAIT_MS
    while (!tryLock(ports, draft, lock)) {
      if (ports.clock.monotonicMs() >= deadline) throw locked(lock)
      ports.clock.sleepMs(PAUSE_MS)
    }
    body()
  } finally {
    sweepConfigLock(ports, configPath)
  }
}

/** Removes flow's own lock, and never git's. Inside the repository's gate. */
export function sweepConfigLock(ports: ProtocolPorts, configPath: string): void {
  const { lock, draft } = lockOf(configPath)
  const text = ifThere('', () => ports.fs.readFile(lock).toString('latin1'))
  if (text === MARK) removeFile(ports, lock)
  removeFile(ports, draft)
}

function lockOf(configPath: string) {
  return { lock: `${configPath}.lock`, draft: `${configPath}.flow` }
}

function tryLock(ports: ProtocolPorts, draft: string, lock: string): boolean {
  try {
    ports.fs.link(draft, lock)
    return true
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    return false
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
