/** Every project of the state home that has a session, seen from outside: no gate, nothing changed. */
import { FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import type { BackupRef } from './backup-ref.ts'
import { homePaths, isProjectHash, type ProjectPaths, projectPaths } from './layout.ts'
import { refuseLinkedFolders, refuseLinks } from './own-folders.ts'
import {
  getBackupRef,
  openManifest,
  openSnapshots,
  type Participant,
  readParticipants,
} from './state.ts'
import { listState } from './state-file.ts'

export interface ProjectState {
  readonly hash: string
  /** From backup.json, or from its twin when that is damaged or lost; null: from neither. */
  readonly ref: BackupRef | null
  /** What is wrong with backup.json; null: nothing. */
  readonly damaged: string | null
  readonly participants: readonly Participant[]
  /** The workspace is modified, or may be, and everybody is proved dead. */
  readonly isOrphaned: boolean
}

/** @throws FlowError E_STATE_READ */
export function listProjects(ports: ProtocolPorts, stateHome: string): ProjectState[] {
  return projectsOf(ports, stateHome).flatMap((paths) => {
    try {
      return projectState(ports, paths)
    } catch (error) {
      if (!(error instanceof FlowError)) throw error
      const unknown = { hash: paths.hash, ref: null, participants: [], isOrphaned: false }
      return [{ ...unknown, damaged: error.message }]
    }
  })
}

function projectState(ports: ProtocolPorts, paths: ProjectPaths): ProjectState[] {
  refuseLinks(ports, paths)
  const backup = getBackupRef(ports, paths)
  if (backup.kind === 'absent' && openSnapshots(ports, paths).length === 0) return []
  const participants = readParticipants(ports, paths)
  const state: ProjectState = {
    hash: paths.hash,
    ref: backup.kind === 'ok' ? backup.value : openManifest(ports, paths),
    damaged: { ok: null, absent: 'it is gone', corrupt: '' }[backup.kind],
    participants,
    isOrphaned: participants.every(({ verdict }) => verdict.kind === 'dead'),
  }
  return [backup.kind === 'corrupt' ? { ...state, damaged: backup.why } : state]
}

/**
 * Sessions without anybody alive in them: backup.json (or an unclosed snapshot) stands, and everybody
 * who was in is proved dead. Recovery restores them.
 * @throws FlowError E_STATE_READ
 */
export function detectOrphanedSessions(ports: ProtocolPorts, stateHome: string): ProjectState[] {
  return listProjects(ports, stateHome).filter(({ isOrphaned }) => isOrphaned)
}

/** Every project that the state home knows a session or a snapshot of. @throws FlowError E_STATE_LINK, E_STATE_READ */
export function projectsOf(ports: Pick<ProtocolPorts, 'fs'>, stateHome: string): ProjectPaths[] {
  const { sessionsFolder, snapshotsFolder } = homePaths(stateHome)
  refuseLinkedFolders(ports, stateHome, [sessionsFolder, snapshotsFolder])
  const hashes = [...listState(ports, sessionsFolder), ...listState(ports, snapshotsFolder)]
  return [...new Set(hashes.filter(isProjectHash))].map((hash) => projectPaths(stateHome, hash))
}
