/** Past sessions as people ask for them: the history, and whether what they kept is still there. */
import { join } from 'node:path'
import type { ProtocolPorts } from '../ports/ports.ts'
import { parseBackupRef } from './backup-ref.ts'
import { listHistory, type PastSession, pastAgents } from './history.ts'
import {
  homePaths,
  isOwnSessionId,
  type ProjectPaths,
  projectHash,
  projectPaths,
  snapshotFolder,
} from './layout.ts'
import { projectsOf } from './projects.ts'
import { isClosed } from './state.ts'
import { listState, readState, readText } from './state-file.ts'

/** How it was closed is null where only the snapshot is left of it. */
export interface Past extends Omit<PastSession, 'version' | 'closedBy' | 'closedByPid'> {
  readonly closedBy: PastSession['closedBy'] | null
  /** What it had kept is there, so that `flow restore` can put it back. */
  readonly isKept: boolean
}

/**
 * Every past session of the state home, latest first. The history is pruned over all projects, the
 * snapshots for each: of a project that rested for long only snapshots are left.
 * @throws FlowError E_STATE_LINK, E_STATE_READ
 */
export function listPast(ports: ProtocolPorts, stateHome: string): Past[] {
  const recorded = listHistory(ports, stateHome).map((past) => {
    const paths = projectPaths(stateHome, projectHash(past.projectPath))
    return { ...past, isKept: isKept(ports, paths, past.sessionId) }
  })
  const known = new Set(recorded.map(({ sessionId }) => sessionId))
  const others = projectsOf(ports, stateHome).flatMap((paths) =>
    listState(ports, paths.projectSnapshotsFolder)
      .filter((name) => isOwnSessionId(name) && !known.has(name))
      .flatMap((name) => fromSnapshot(ports, paths, name)),
  )
  return [...recorded, ...others].sort((a, b) => (a.sessionId < b.sessionId ? 1 : -1))
}

/** The id of every session that has a record or a snapshot, open ones too. @throws FlowError E_STATE_LINK, E_STATE_READ */
export function sessionIds(ports: ProtocolPorts, stateHome: string): string[] {
  const recorded = listState(ports, homePaths(stateHome).historyFolder)
  const saved = projectsOf(ports, stateHome).flatMap(({ projectSnapshotsFolder }) =>
    listState(ports, projectSnapshotsFolder),
  )
  const ids = [...recorded.map((name) => name.replace(/\.json$/, '')), ...saved]
  return [...new Set(ids)].filter(isOwnSessionId)
}

function isKept(ports: ProtocolPorts, paths: ProjectPaths, sessionId: string): boolean {
  const folder = snapshotFolder(paths, sessionId)
  const names = listState(ports, folder)
  return names.includes('manifest.json') && names.includes('closed')
}

function fromSnapshot(ports: ProtocolPorts, paths: ProjectPaths, sessionId: string): Past[] {
  const folder = snapshotFolder(paths, sessionId)
  if (!isClosed(ports, folder)) return []
  const manifestPath = join(folder, 'manifest.json')
  const manifest = readState(ports, manifestPath, (value) => parseBackupRef(value, paths))
  if (manifest.kind !== 'ok') return []
  const { projectPath, target, createdAt, backupPath, purpose = null } = manifest.value
  return [
    {
      sessionId,
      projectPath,
      target,
      createdAt,
      closedAt: readText(ports, join(folder, 'closed'))?.trimEnd() ?? '',
      closedBy: null,
      backupPath,
      files: [],
      agents: pastAgents(ports, folder),
      recoveredFor: null,
      purpose,
      isKept: true,
    },
  ]
}
