/**
 * Notes that merged hooks were seen to fire: for each project and event the last time, and by which
 * session. They tell a person, after the session too, that the client does run what flow merges.
 */
import { join } from 'node:path'
import { FlowError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import {
  homePaths,
  isOwnSessionId,
  isProjectHash,
  type ProjectPaths,
  projectPaths,
} from './layout.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import {
  ensureFolder,
  listState,
  printState,
  readBytes,
  readState,
  removeState,
  writeNote,
} from './state-file.ts'

export interface Fired {
  readonly version: 1
  readonly sessionId: string
  /** ISO 8601 */
  readonly firedAt: string
}

/**
 * Replaces the note of this event, in one step and without waiting for the disk. `runId` comes from
 * the environment and is believed only as far as an open session has that id: it becomes no part of
 * a path, and without such a session nothing is written.
 * @param event a name of flow's own, such as `session-start`
 * @throws FlowError E_STATE_LINK, E_STATE_READ, E_STATE_WRITE
 */
export function noteFired(
  ports: ProtocolPorts,
  stateHome: string,
  { event, runId }: { readonly event: string; readonly runId: string },
): void {
  const sessionId = sessionIdIn(runId)
  if (sessionId === null) return
  const { sessionsFolder } = homePaths(stateHome)
  refuseLinkedFolders(ports, stateHome, [sessionsFolder])
  const paths = listState(ports, sessionsFolder)
    .filter(isProjectHash)
    .map((hash) => projectPaths(stateHome, hash))
    .find((candidate) => isOpenIn(ports, candidate, sessionId))
  if (paths === undefined) return
  const { firedFolder } = paths
  refuseLinkedFolders(ports, stateHome, [firedFolder])
  ensureFolder(ports, firedFolder)
  // A kill can leave a draft. One that another hook is writing just now tells the same as ours will.
  for (const name of listState(ports, firedFolder).filter((one) => one.startsWith('.'))) {
    removeState(ports, join(firedFolder, name))
  }
  const fired: Fired = { version: 1, sessionId, firedAt: ports.clock.now().toISOString() }
  writeNote(ports, join(firedFolder, `${event}.json`), printState(fired))
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

/** Of `<sessionId>.<stem>`; null: flow gave no such id. */
function sessionIdIn(runId: string): string | null {
  const sessionId = runId.slice(0, Math.max(0, runId.lastIndexOf('.')))
  return isOwnSessionId(sessionId) ? sessionId : null
}

/** By its bytes: every start of an agent waits for this, and a parse with all its checks takes longer. */
function isOpenIn(
  ports: ProtocolPorts,
  { backupRefPath }: ProjectPaths,
  sessionId: string,
): boolean {
  try {
    return readBytes(ports, backupRefPath)?.includes(`"sessionId": "${sessionId}"`) ?? false
  } catch (error) {
    // Another project's state, unreadable or no file at all, must not hide this one's.
    if (!(error instanceof FlowError)) throw error
    return false
  }
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
