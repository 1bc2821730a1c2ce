/** Closing a session, inside the gate, with nobody left in it: restore, archive, tidy up. */
import { join } from 'node:path'
import { FlowError, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { isKeptCopy } from './aside.ts'
import type { BackupRef } from './backup-ref.ts'
import { settleIndex } from './git-index.ts'
import {
  archiveSession,
  type Closed,
  type ClosedBy,
  cleanupSessionHistory,
  cleanupSnapshots,
  type RecoveredFor,
} from './history.ts'
import type { ProjectPaths } from './layout.ts'
import { dropOwn } from './participants.ts'
import { type Presence, projectPresence } from './presence.ts'
import { type FileOutcome, leaveFiles, restoreFile } from './restore-file.ts'
import { getBackupRef } from './state.ts'
import { ensureFolder, listState, removeIfEmpty, removeState, writeNote } from './state-file.ts'

export interface RestoreReport {
  readonly sessionId: string
  readonly projectPath: string
  readonly backupPath: string
  /** Where its directory is not there, no file was restored. */
  readonly project: Presence
  readonly files: readonly FileOutcome[]
}

export interface Closing {
  readonly by: ClosedBy
  /** Of a recovery: what brought it about. */
  readonly recoveredFor?: RecoveredFor | undefined
  /** Close also where the project is missing or a snapshot is. */
  readonly force: boolean
}

/**
 * Restores every file of the session, then closes it; of a project that was removed there is nothing to
 * restore. A second call after a crash at any step does what the first one left undone.
 * @throws FlowError E_RESTORE, E_PROJECT_GONE, E_WRITE, E_STATE_*: backup.json still stands
 */
export function closeSession(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  ref: BackupRef,
  closing: Closing,
): RestoreReport {
  const { project, files } = restoreFiles(ports, ref, closing)
  const { sessionId, projectPath, backupPath } = ref
  const { by, recoveredFor } = closing
  finalizeSessionCleanup(ports, paths, ref, { by, recoveredFor, project, files })
  return { sessionId, projectPath, backupPath, project, files }
}

/**
 * Archives a restored session to the history, marks its snapshot closed, and removes backup.json,
 * after which the project has no session. Inside the gate, and only when the workspace is restored.
 * @throws FlowError E_STATE_WRITE
 */
export function finalizeSessionCleanup(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  ref: BackupRef,
  closed: Closed,
): void {
  archiveSession(ports, paths, ref, closed)
  // The folder may have been removed by hand; the workspace is restored all the same.
  ensureFolder(ports, ref.backupPath)
  writeNote(ports, join(ref.backupPath, 'closed'), `${ports.clock.now().toISOString()}\n`)
  const { by, project = 'there' } = closed
  if (project !== 'removed') leaveGit(ports, ref, by)
  removeState(ports, paths.backupRefPath)
  sweepSessionFolder(ports, paths)
  try {
    cleanupSessionHistory(ports, paths.home, ref.keep.sessions)
    // Nothing was restored from this one: only `purgeGone` may remove it.
    if (project === 'there') cleanupSnapshots(ports, paths, ref.keep.snapshots)
  } catch (error) {
    // The session is closed; what could not be pruned today is pruned at the next end of one.
    if (!isSystemError(error)) throw error
    ports.log('history', `could not prune: ${error instanceof Error ? error.message : error}`)
  }
}

/**
 * Makes git look at the restored files. A session that starts at once does this at its own end, and a
 * git that is at work (a commit message is being written) must not keep it from starting.
 */
function leaveGit(ports: ProtocolPorts, ref: BackupRef, by: ClosedBy): void {
  const isBeginning = by === 'acquire'
  try {
    settleIndex(ports, ref, isBeginning ? 0 : undefined)
  } catch (error) {
    const isBusy = error instanceof FlowError && error.code === GIT_IS_BUSY
    if (!isBeginning || !isBusy) throw error
    ports.log('git', error.message)
  }
}

/** Another git is at work. */
export const GIT_IS_BUSY = 'E_INDEX_BUSY'

/** Takes a session back that did not come to stand: no trace of it stays but a log line. */
export function undoSession(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  ref: BackupRef,
  stem: string,
): void {
  try {
    // A file that changed while it was prepared was recorded anew since.
    const backup = getBackupRef(ports, paths)
    const present = backup.kind === 'ok' ? backup.value : ref
    restoreFiles(ports, present, { force: false })
    // Before backup.json stands nothing was done to git.
    if (backup.kind === 'ok') settleIndex(ports, present)
  } finally {
    // Whatever is left open, this process is not in it.
    dropOwn(ports, paths, stem)
  }
  removeState(ports, paths.backupRefPath)
  sweepSessionFolder(ports, paths)
  const names = listState(ports, ref.backupPath)
  // A copy of what a person saved meanwhile may be the only one.
  if (names.some(isKeptCopy)) {
    writeNote(ports, join(ref.backupPath, 'closed'), `${ports.clock.now().toISOString()}\n`)
    return
  }
  for (const name of names) removeState(ports, join(ref.backupPath, name))
  removeIfEmpty(ports, ref.backupPath)
  ports.log('session', `${ref.sessionId}: rolled back`)
}

/**
 * Removes the session folder, once backup.json is gone: the lines for shells, and drafts of killed
 * writes. Locks of others stay, and the folder with them.
 */
export function sweepSessionFolder(ports: ProtocolPorts, paths: ProjectPaths): void {
  const isDraft = (name: string) => name.startsWith('.')
  for (const name of listState(ports, paths.pidsFolder).filter(isDraft)) {
    removeState(ports, join(paths.pidsFolder, name))
  }
  if (!removeIfEmpty(ports, paths.pidsFolder)) return
  const { projectLinePath, nodeLinePath, residentLinePath, settingsLinePath } = paths
  for (const line of [projectLinePath, nodeLinePath, residentLinePath, settingsLinePath]) {
    removeState(ports, line)
  }
  for (const name of listState(ports, paths.sessionFolder).filter(isDraft)) {
    removeState(ports, join(paths.sessionFolder, name))
  }
  removeIfEmpty(ports, paths.sessionFolder)
}

/** Every file is tried, so that one that cannot be restored does not keep the others. */
function restoreFiles(
  ports: ProtocolPorts,
  ref: BackupRef,
  { force }: { readonly force: boolean },
): Pick<RestoreReport, 'project' | 'files'> {
  const project = projectPresence(ports, ref)
  if (project !== 'there') return { project, files: leaveFiles(ports, ref, project, { force }) }
  const outcomes: FileOutcome[] = []
  const failures: FlowError[] = []
  for (const file of ref.files) {
    try {
      outcomes.push(restoreFile(ports, ref, file, { force }))
    } catch (error) {
      if (!(error instanceof FlowError)) throw error
      failures.push(error)
    }
  }
  const [first, ...rest] = failures
  if (first === undefined) return { project, files: outcomes }
  if (rest.length === 0) throw first
  throw new FlowError({
    code: first.code,
    what: `could not restore ${failures.length} files in ${ref.projectPath}`,
    why: failures.map((failure) => failure.message).join('\n'),
    kept: first.kept ?? ref.backupPath,
    next: first.next ?? 'fix that, then run `flow recover`',
    cause: first,
  })
}
