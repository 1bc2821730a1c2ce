/** What a past session kept, and what stands in its place now. */

import { join } from 'node:path'
import { FlowError, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { sha256 } from '../sha256.ts'
import { type BackupRef, type Original, parseBackupRef } from './backup-ref.ts'
import { unexpectedFailure } from './failure.ts'
import { projectHash, projectPaths, snapshotFolder } from './layout.ts'
import { refuseLinks } from './own-folders.ts'
import { projectPresence } from './presence.ts'
import { type PresentFile, readSettingsFile, type SettingsFile } from './settings-file.ts'
import { isClosed } from './state.ts'
import { readBytes, readState } from './state-file.ts'

export interface NamedSession {
  readonly projectPath: string
  readonly sessionId: string
}

/** One file of a past session: what it kept, and what stands there now. */
export interface KeptFile {
  /** Relative to the project root. */
  readonly path: string
  readonly original: Original
  /** As it was before that session; null: there was no such file. */
  readonly keptBytes: Buffer | null
  readonly present: PresentFile | null
}

export interface KeptSession {
  readonly ref: BackupRef
  readonly files: readonly KeptFile[]
}

/**
 * Reads what a past session kept, and what stands in its place now. Changes nothing.
 * @throws FlowError E_SNAPSHOT_GONE, E_SNAPSHOT_DAMAGED, E_PROJECT_GONE, E_SETTINGS_*, E_STATE_*
 */
export function readKept(
  ports: ProtocolPorts,
  stateHome: string,
  named: NamedSession,
): KeptSession {
  try {
    return read(ports, stateHome, named)
  } catch (error) {
    if (error instanceof FlowError || !isSystemError(error)) throw error
    throw unexpectedFailure('restore', error)
  }
}

function read(
  ports: ProtocolPorts,
  stateHome: string,
  { projectPath, sessionId }: NamedSession,
): KeptSession {
  const paths = projectPaths(stateHome, projectHash(projectPath))
  refuseLinks(ports, paths)
  const folder = snapshotFolder(paths, sessionId)
  const manifestPath = join(folder, 'manifest.json')
  const manifest = readState(ports, manifestPath, (value) => parseBackupRef(value, paths))
  if (manifest.kind === 'corrupt') throw damaged(manifestPath, manifest.why)
  if (manifest.kind === 'absent' || !isClosed(ports, folder)) throw gone(sessionId, projectPath)
  const ref = manifest.value
  if (projectPresence(ports, ref) !== 'there') throw projectGone(ref)
  const files = ref.files.map(({ path, original }) => {
    const keptBytes = original.kind === 'absent' ? null : readKeptBytes(ports, folder, original)
    return { path, original, keptBytes, present: readHere(ports, ref, path).present }
  })
  return { ref, files }
}

/** True where a file is as that session found it. */
export function isAsKept({ keptBytes, present }: KeptFile): boolean {
  if (keptBytes === null || present === null) return keptBytes === present
  return present.bytes.equals(keptBytes)
}

/** @throws FlowError E_SETTINGS_LINK also where that session followed the link: nobody was asked now */
export function readHere(
  ports: ProtocolPorts,
  { projectPath, boundary, backupPath }: BackupRef,
  path: string,
): SettingsFile {
  try {
    const place = { projectPath, boundary, gitFolder: null, followSymlinks: false }
    return readSettingsFile(ports, place, path)
  } catch (error) {
    if (!(error instanceof FlowError) || error.code !== 'E_SETTINGS_LINK') throw error
    const { code, what, why } = error
    const next = `put a file in the place of the link, or copy what you want by hand out of ${backupPath}`
    throw new FlowError({ code, what, why: why ?? '', kept: UNCHANGED, next, cause: error })
  }
}

function readKeptBytes(
  ports: ProtocolPorts,
  folder: string,
  original: Extract<Original, { kind: 'file' }>,
): Buffer {
  const path = join(folder, original.snapshot)
  const bytes = readBytes(ports, path)
  if (bytes === undefined) throw damaged(path, 'it is gone')
  if (sha256(bytes) !== original.sha256) throw damaged(path, 'its checksum is not the recorded one')
  return bytes
}

const UNCHANGED = 'nothing was changed'

function gone(sessionId: string, projectPath: string): FlowError {
  return new FlowError({
    code: 'E_SNAPSHOT_GONE',
    what: `the backup of ${sessionId} is not there any more`,
    why: `of each project the latest few are kept (\`history.snapshots\` of .flowrc): ${projectPath}`,
    kept: UNCHANGED,
    next: '`flow history` says of each session whether its backup is there',
  })
}

function damaged(path: string, why: string): FlowError {
  return new FlowError({
    code: 'E_SNAPSHOT_DAMAGED',
    what: `the backup ${path} is damaged`,
    why,
    kept: UNCHANGED,
    next: 'look whether there is anything in it that you can use, or restore another session: `flow history`',
  })
}

function projectGone({ projectPath, backupPath }: BackupRef): FlowError {
  return new FlowError({
    code: 'E_PROJECT_GONE',
    what: `${projectPath} is gone`,
    why: 'the directory was moved, deleted, or is not mounted now',
    kept: `the backup: ${backupPath}`,
    next: `put the directory back where it was, or copy out of the backup by hand`,
  })
}
