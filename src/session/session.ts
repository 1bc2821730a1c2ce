/**
 * The session protocol. Every change reads the project's folder inside the gate, decides
 * (`decide.ts`), and does it; docs/PROTOCOL.md has the order of steps and why it is safe.
 */
import { FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { closeSession, type RestoreReport } from './close.ts'
import { decideAcquire, decideRelease } from './decide.ts'
import { withGate } from './gate.ts'
import { type ProjectPaths, projectHash, projectPaths } from './layout.ts'
import { type AcquireRequest, joinSession, type OpenedSession, startSession } from './open.ts'
import { refuseLinks } from './own-folders.ts'
import { dropDead, leaveSession, ownRecord } from './participants.ts'
import { excludeUnedited, madeFilesTo, showEdited } from './session-files.ts'
import {
  getBackupRef,
  isClosed,
  type Mended,
  readFolder,
  readParticipants,
  toSnapshot,
} from './state.ts'
import { ensureHome } from './state-file.ts'

/** What a process holds between acquire and release; the truth is on disk. */
export interface Session extends OpenedSession {
  readonly paths: ProjectPaths
  /** State files that were corrupt and moved aside. */
  readonly mended: readonly Mended[]
  /** What was put back of a dead session before this one began. */
  readonly recovered: RestoreReport | null
}

export type ReleaseResult =
  | { readonly kind: 'left'; readonly othersCount: number }
  | { readonly kind: 'restored'; readonly report: RestoreReport }
  /** Somebody restored before: after a `recover --force`, for instance. */
  | { readonly kind: 'nothing' }

/**
 * Starts a session in a project, or joins the one that is open there. When it returns, this
 * process's lock stands, the originals are backed up and synced, and the entries are in the files.
 * Others see the workspace unchanged until backup.json stands. When it throws, nothing is changed;
 * if taking it back failed too, backup.json stands and recovery goes on with it.
 * @param stateHome absolute path; made when it is missing
 * @throws FlowError E_ALREADY_OPEN, E_GATE_BUSY, E_SETTINGS_*, E_SNAPSHOT, E_STATE_*, E_WRITE, E_RESTORE
 */
export function acquireSession(
  ports: ProtocolPorts,
  stateHome: string,
  request: AcquireRequest,
): Session {
  const paths = projectPaths(stateHome, projectHash(request.projectPath))
  const self = ownRecord(ports)
  ensureHome(ports, stateHome)
  refuseLinks(ports, paths)
  const gate = { purpose: 'acquire', onEntered: request.onEntered }
  return withGate(ports, paths, self, gate, () => {
    const state = dropDead(ports, paths, readFolder(ports, paths))
    const { mended } = state
    const decision = decideAcquire(toSnapshot(state, self))
    ports.log('session', `acquire: ${decision.kind} (${decision.reason})`)
    switch (decision.kind) {
      case 'refuse':
        throw alreadyOpen(request)
      case 'join': {
        const opened = joinSession(ports, paths, self, request, decision.ref)
        return { ...opened, paths, mended, recovered: null }
      }
      case 'recover': {
        const closing = { by: 'acquire', force: false } as const
        const recovered = closeSession(ports, paths, decision.ref, closing)
        return { ...startSession(ports, paths, self, request), paths, mended, recovered }
      }
      case 'start':
        return { ...startSession(ports, paths, self, request), paths, mended, recovered: null }
    }
  })
}

/**
 * Leaves a session. The last one out restores the workspace, archives, and removes backup.json last.
 * When it throws, this process's lock is gone, backup.json stands, and recovery goes on with it.
 * @throws FlowError E_GATE_BUSY, E_RESTORE, E_PROJECT_GONE, E_STATE_*, E_WRITE
 */
export function releaseSession(ports: ProtocolPorts, session: Session): ReleaseResult {
  try {
    return release(ports, session)
  } catch (error) {
    throw error instanceof FlowError ? stillOpen(error, session) : error
  }
}

const WATCHER_WAIT_MS = 2_000

/**
 * After a change next to a settings file: shows git what was edited, and hides what flow made where a
 * checkout has shown it. Showing does not wait for the gate: a checkout may follow the edit at once.
 * @throws FlowError E_GATE_BUSY, E_FILE_BUSY, E_STATE_*, E_WRITE; a system error when another wrapper of
 *   the session does the same: git ignores what it did before
 */
export function updateIgnored(
  ports: ProtocolPorts,
  { paths, lock, ref: { sessionId } }: Session,
): void {
  const readRef = () => {
    const backup = getBackupRef(ports, paths)
    return backup.kind === 'ok' && backup.value.sessionId === sessionId ? backup.value : null
  }
  const ref = readRef()
  if (ref === null) return
  showEdited(ports, ref)
  if (madeFilesTo('exclude', ports, ref).length === 0) return
  refuseLinks(ports, paths)
  const gate = { purpose: 'update', waitMs: WATCHER_WAIT_MS }
  withGate(ports, paths, lock, gate, () => {
    const present = readRef()
    if (present !== null) excludeUnedited(ports, present)
  })
}

function release(ports: ProtocolPorts, { paths, lock, stem, ref }: Session): ReleaseResult {
  refuseLinks(ports, paths)
  return withGate(ports, paths, lock, { purpose: 'release' }, () => {
    const backup = getBackupRef(ports, paths)
    // The stem is a pid, and may be that of a lock in a later session by now.
    const isOver = backup.kind === 'ok' && backup.value.sessionId !== ref.sessionId
    if (isOver) return { kind: 'nothing' }
    leaveSession(ports, paths, { stem, sessionId: ref.sessionId })
    const state = dropDead(ports, paths, readFolder(ports, paths))
    const decision = decideRelease(toSnapshot(state, lock))
    ports.log('session', `release: ${decision.kind} (${decision.reason})`)
    switch (decision.kind) {
      case 'leave':
        return { kind: 'left', othersCount: decision.othersCount }
      case 'nothing': {
        if (isClosed(ports, ref.backupPath)) return { kind: 'nothing' }
        // Somebody removed the state home under us: what we remember has to do.
        const closing = { by: 'release', force: true } as const
        return { kind: 'restored', report: closeSession(ports, paths, ref, closing) }
      }
      case 'restore': {
        const closing = { by: 'release', force: false } as const
        return { kind: 'restored', report: closeSession(ports, paths, decision.ref, closing) }
      }
    }
  })
}

/**
 * True while a session is open in the project: its workspace is modified, and somebody who is not
 * proved dead stands in it. Takes no gate and changes nothing.
 * @throws FlowError E_STATE_READ
 */
export function isSessionActive(
  ports: ProtocolPorts,
  stateHome: string,
  projectPath: string,
): boolean {
  const paths = projectPaths(stateHome, projectHash(projectPath))
  if (getBackupRef(ports, paths).kind === 'absent') return false
  return readParticipants(ports, paths).some(({ verdict }) => verdict.kind !== 'dead')
}

/** Whoever mends what stopped the release has to know what ends the session then. */
function stillOpen(error: FlowError, { projectPath, backupPath }: Session): FlowError {
  if (error.next?.includes('flow recover')) return error
  return new FlowError({
    code: error.code,
    what: `could not end the session in ${projectPath}`,
    why: error.message,
    kept: `the backup: ${backupPath}`,
    next: [error.next, '`flow recover` puts the settings back then'].filter(Boolean).join('\n'),
    cause: error,
  })
}

function alreadyOpen({ projectPath }: AcquireRequest): FlowError {
  return new FlowError({
    code: 'E_ALREADY_OPEN',
    what: `this process has a session in ${projectPath} already`,
    why: 'one process holds one session in a project',
    kept: 'the session that is open',
    next: 'release that one first, or acquire from another process',
  })
}
