/**
 * Notes that merged hooks were seen to fire: for each project and event the last time, and by which
 * session. They tell a person, after the session too, that the client does run what flow merges.
 */
import { join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { isOwnSessionId, type ProjectPaths } from './layout.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import type { OwnSession } from './own-session.ts'
import { ensureFolder, printState, readState, removeState } from './state-file.ts'

export interface Fired {
  readonly version: 1
  readonly sessionId: string
  /** ISO 8601 */
  readonly firedAt: string
}

/**
 * Replaces the note of this event, without waiting for the disk. Not by a rename, which takes half a
 * millisecond more, and each start of an agent waits for this: a kill in between leaves no note.
 * @param event a name of flow's own, such as `session-start`
 * @throws FlowError E_STATE_LINK, E_STATE_READ, E_STATE_WRITE; a system error when it cannot be created
 */
export function noteFired(
  ports: ProtocolPorts,
  { paths, sessionId }: Pick<OwnSession, 'paths' | 'sessionId'>,
  event: string,
): void {
  const { firedFolder, home } = paths
  refuseLinkedFolders(ports, home, [firedFolder])
  ensureFolder(ports, firedFolder)
  const path = join(firedFolder, `${event}.json`)
  const fired: Fired = { version: 1, sessionId, firedAt: ports.clock.now().toISOString() }
  removeState(ports, path)
  try {
    ports.fs.createFile(path, Buffer.from(printState(fired)), 0o600, { sync: false })
  } catch (error) {
    // Another hook of the same event was sooner, and says the same.
    if (!isErrno(error, 'EEXIST')) throw error
  }
}

/** The last time that this event fired in the project; null: never, or the note cannot be read as one. */
export function lastFired(
  ports: Pick<ProtocolPorts, 'fs'>,
  { firedFolder, home }: ProjectPaths,
  event: string,
): Fired | null {
  refuseLinkedFolders(ports, home, [firedFolder])
  const reading = readState(ports, join(firedFolder, `${event}.json`), parseFired)
  return reading.kind === 'ok' ? reading.value : null
}

function parseFired(value: unknown): Fired | string {
  const fired = value as JsonObject | null
  if (typeof fired !== 'object' || fired?.version !== 1) return 'it is no note of a hook'
  const { sessionId, firedAt } = fired
  const isWhole = typeof sessionId === 'string' && isOwnSessionId(sessionId)
  if (!isWhole || typeof firedAt !== 'string' || Number.isNaN(Date.parse(firedAt))) {
    return 'it does not say when, and by which session'
  }
  return fired as unknown as Fired
}
