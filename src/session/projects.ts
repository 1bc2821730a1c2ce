/** Every project of the state home that has a session, seen from outside: no gate, nothing changed. */
import { basename, dirname, join } from 'node:path'
import { FlowError } from '../errors.ts'
import { exists } from '../git/git-file.ts'
import { foldersUp } from '../git/tree-path.ts'
import { realPathOf } from '../lib/files.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import type { BackupRef } from './backup-ref.ts'
import { homePaths, isProjectHash, type ProjectPaths, projectHash, projectPaths } from './layout.ts'
import { refuseLinkedFolders, refuseLinks } from './own-folders.ts'
import {
  getBackupRef,
  notedProject,
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
  /** Of the project; where nothing is left that says so, its directory in the state directory. */
  readonly path: string
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
      const { hash, sessionFolder: path } = paths
      const unknown = { hash, path, ref: null, participants: [], isOrphaned: false }
      return [{ ...unknown, damaged: error.message }]
    }
  })
}

function projectState(ports: ProtocolPorts, paths: ProjectPaths): ProjectState[] {
  refuseLinks(ports, paths)
  const backup = getBackupRef(ports, paths)
  if (backup.kind === 'absent' && openSnapshots(ports, paths).length === 0) return []
  const participants = readParticipants(ports, paths)
  const ref = backup.kind === 'ok' ? backup.value : openManifest(ports, paths)
  const state: ProjectState = {
    hash: paths.hash,
    ref,
    path: ref?.projectPath ?? notedProject(ports, paths) ?? paths.sessionFolder,
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

/** A project that the state directory has a session or a snapshot of. */
export interface KnownProject {
  readonly path: string
  readonly paths: ProjectPaths
}

/**
 * The nearest known project that holds the directory, in the same working tree: a linked one within
 * another is a project of its own. Null: none.
 * @param directory real path
 * @throws FlowError E_STATE_LINK, E_STATE_READ
 */
export function projectAround(
  ports: Pick<ProtocolPorts, 'fs'>,
  stateHome: string,
  directory: string,
): KnownProject | null {
  const known = projectsOf(ports, stateHome)
  for (const path of foldersUp(directory, '/')) {
    const hash = projectHash(path)
    const paths = known.find((one) => one.hash === hash)
    if (paths !== undefined) return { path, paths }
    if (exists(ports, join(path, '.git'))) return null
  }
  return null
}

/**
 * The project that a user names: by its directory, one in it, or, where its record is lost, by its
 * directory in the state directory. Of what is gone only the project's own path will do.
 * @param path absolute
 * @throws FlowError E_PROJECT_UNKNOWN, E_STATE_LINK, E_STATE_READ
 */
export function projectNamed(
  ports: Pick<ProtocolPorts, 'fs'>,
  stateHome: string,
  path: string,
): KnownProject {
  const real = realPathOf(ports.fs, path)
  const { sessionsFolder, snapshotsFolder } = homePaths(realPathOf(ports.fs, stateHome))
  const isRecord = [sessionsFolder, snapshotsFolder].includes(dirname(real))
  const hash = isRecord ? basename(real) : projectHash(real)
  const paths = projectsOf(ports, stateHome).find((one) => one.hash === hash)
  if (paths !== undefined) return { path: real, paths }
  const around = exists(ports, real) ? projectAround(ports, stateHome, real) : null
  if (around !== null) return around
  throw new FlowError({
    code: 'E_PROJECT_UNKNOWN',
    what: `flow has had no session in ${real}`,
    why: `nothing in ${stateHome} is of that directory`,
    kept: 'nothing was changed',
    next: '`flow status` and `flow history --all` name the projects',
    exitCode: 2,
  })
}

/** Every project that the state home knows a session or a snapshot of. @throws FlowError E_STATE_LINK, E_STATE_READ */
export function projectsOf(ports: Pick<ProtocolPorts, 'fs'>, stateHome: string): ProjectPaths[] {
  const { sessionsFolder, snapshotsFolder } = homePaths(stateHome)
  refuseLinkedFolders(ports, stateHome, [sessionsFolder, snapshotsFolder])
  const hashes = [...listState(ports, sessionsFolder), ...listState(ports, snapshotsFolder)]
  return [...new Set(hashes.filter(isProjectHash))].map((hash) => projectPaths(stateHome, hash))
}
