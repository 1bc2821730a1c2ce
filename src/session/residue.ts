/**
 * Entries of closed sessions that came back into a project's settings: a stash or an autostash that
 * was made while they were open had them.
 */
import { join } from 'node:path'
import type { ProtocolPorts } from '../ports/ports.ts'
import { markedSessions } from '../settings/detach.ts'
import { MARKER } from '../settings/merge.ts'
import { ifThere } from './aside.ts'
import { type BackupRef, type FileBackup, parseBackupRef } from './backup-ref.ts'
import { closeSession, type RestoreReport } from './close.ts'
import type { RecoveredFor } from './history.ts'
import { isOwnSessionId, type ProjectPaths, snapshotFolder } from './layout.ts'
import { startSession } from './open.ts'
import { leaveSession } from './participants.ts'
import type { ProcessRecord } from './pid-lock.ts'
import { ownerOfMark } from './session-files.ts'
import { listState, readState } from './state-file.ts'

/**
 * The record of the project's latest session, when one of its files holds entries of a session that
 * is over; null otherwise, and where nobody asks for that project. Changes nothing.
 * @throws FlowError E_SETTINGS_INVALID: it holds some, and cannot be parsed
 */
export function residueOf(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  isWanted: (projectPath: string) => boolean,
): BackupRef | null {
  const ref = latestRecord(ports, paths)
  if (ref === null || !isWanted(ref.projectPath)) return null
  return ref.files.some((file) => holdsResidue(ports, paths, ref, file)) ? ref : null
}

/**
 * Takes it out, inside the gate: a session that adds nothing begins and ends, so that a backup
 * stands while the file changes, and a kill at any step is mended like any other.
 * @throws FlowError as acquire and release do
 */
export function takeOutResidue(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  self: ProcessRecord,
  ref: BackupRef,
  recoveredFor?: RecoveredFor,
): RestoreReport {
  const { ref: empty, stem } = startSession(ports, paths, self, {
    ...ref,
    agent: 'flow recover',
    cwd: ref.projectPath,
    files: ref.files.map(({ path }) => ({ path, entries: [] })),
    // The shell entries find others.
    nodePath: '',
    residentPath: '',
    purpose: { kind: 'residue' },
  })
  leaveSession(ports, paths, { stem, sessionId: empty.sessionId })
  const report = closeSession(ports, paths, empty, { by: 'recover', recoveredFor, force: false })
  const reason = 'entries of a session that is over had come back'
  const files = report.files.map(({ path }) => ({ path, kind: 'edits-kept' as const, reason }))
  return { ...report, files }
}

/** What the latest session of the project recorded, open or closed; null: no record of it is left. */
export function latestRecord(ports: ProtocolPorts, paths: ProjectPaths): BackupRef | null {
  const ids = listState(ports, paths.projectSnapshotsFolder).filter(isOwnSessionId).reverse()
  let latest: BackupRef | null = null
  for (const id of ids) {
    const path = join(snapshotFolder(paths, id), 'manifest.json')
    const manifest = readState(ports, path, (value) => parseBackupRef(value, paths))
    if (manifest.kind !== 'ok') continue
    latest ??= manifest.value
    // One of `flow restore` does not know git.
    if (manifest.value.purpose?.kind !== 'restore') return manifest.value
  }
  return latest
}

function holdsResidue(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { projectPath }: BackupRef,
  { path }: FileBackup,
): boolean {
  const whole = join(projectPath, path)
  const isFile = ifThere(false, () => ports.fs.facts(whole).kind === 'file')
  if (!isFile) return false
  const bytes = ports.fs.readFile(whole)
  if (!bytes.includes(MARKER)) return false
  return markedSessions(bytes, path).some((id) => {
    return ownerOfMark(ports, paths, id, path).kind === 'closed'
  })
}
