/**
 * `flow restore`: puts back what a past session had kept. It is a session that adds nothing, so that
 * what stands now is kept first, and a kill at any step leaves the old bytes or the new.
 */
import { basename, join } from 'node:path'
import { FlowError, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { type BackupRef, type Original, parseBackupRef, sha256 } from './backup-ref.ts'
import { closeSession, finalizeSessionCleanup } from './close.ts'
import { unexpectedFailure } from './failure.ts'
import { withGate } from './gate.ts'
import { type ProjectPaths, projectHash, projectPaths, snapshotFolder } from './layout.ts'
import { editedFile, isSameBytes, makeFolders, type PreparedFile } from './merge-file.ts'
import { type OpenedSession, startWith } from './open.ts'
import { refuseLinks } from './own-folders.ts'
import { dropDead, leaveSession, ownRecord } from './participants.ts'
import { editFile } from './replace-file.ts'
import { type FileOutcome, removeMadeFolders } from './restore-file.ts'
import { type PresentFile, readSettingsFile, type SettingsFile } from './settings-file.ts'
import { isClosed, readFolder } from './state.ts'
import { absentAs, readBytes, readState } from './state-file.ts'

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

export interface Restored {
  /** Of the restore itself: it kept what stood there before. */
  readonly sessionId: string
  readonly files: readonly FileOutcome[]
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
  if (absentAs(null, () => ports.fs.facts(projectPath)) === null) throw projectGone(ref)
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

/**
 * Puts the files back, inside the gate. Before the first one changes, the bytes that stand there now
 * are kept, synced, as a session of its own, which the history lists.
 * @throws FlowError E_SESSION_OPEN, E_FILE_CHANGED, E_SETTINGS_*, E_WRITE: nothing was changed, or
 *   `kept` says what was; E_GATE_BUSY, E_STATE_*
 */
export function restoreSession(
  ports: ProtocolPorts,
  stateHome: string,
  { ref, files }: KeptSession,
  { cwd }: { readonly cwd: string },
): Restored {
  const paths = projectPaths(stateHome, projectHash(ref.projectPath))
  const self = ownRecord(ports)
  const changing = files.filter((file) => !isAsKept(file))
  return withGate(ports, paths, self, { purpose: 'restore' }, () => {
    const state = dropDead(ports, paths, readFolder(ports, paths))
    if (state.ref !== null || state.participants.length > 0) throw sessionOpen(ref)
    const request = {
      ...ref,
      gitFolder: null,
      filter: null,
      followSymlinks: false,
      agent: 'flow restore',
      cwd,
      files: [],
      // What was kept just now must not be pruned at once.
      keep: { ...ref.keep, snapshots: Math.max(1, ref.keep.snapshots) },
      nodePath: '',
      residentPath: '',
      purpose: { kind: 'restore', of: ref.sessionId },
    } as const
    const opened = startWith(ports, paths, self, request, (session) =>
      changing.map((file, at) => keepPresent(ports, ref, file, session.id, at)),
    )
    const outcomes: FileOutcome[] = []
    try {
      for (const file of changing) outcomes.push(putBack(ports, opened, file))
    } catch (error) {
      if (error instanceof FlowError) closeAfterFailure(ports, paths, opened)
      throw error
    }
    leaveSession(ports, paths, opened)
    finalizeSessionCleanup(ports, paths, opened.ref, { by: 'release', files: outcomes })
    return { sessionId: opened.sessionId, files: outcomes }
  })
}

/**
 * What failed may have changed a file before, so what is kept stays, and the history has it. Where
 * that fails too, the first error is the one to tell; recovery closes it.
 */
function closeAfterFailure(ports: ProtocolPorts, paths: ProjectPaths, opened: OpenedSession): void {
  try {
    leaveSession(ports, paths, opened)
    closeSession(ports, paths, opened.ref, { by: 'release', force: false })
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    ports.log('restore', error.message)
  }
}

/** @throws FlowError E_SETTINGS_LINK also where that session followed the link: nobody was asked now */
function readHere(
  ports: ProtocolPorts,
  { projectPath, boundary, backupPath }: BackupRef,
  path: string,
): SettingsFile {
  try {
    return readSettingsFile(ports, { projectPath, boundary, followSymlinks: false }, path)
  } catch (error) {
    if (!(error instanceof FlowError) || error.code !== 'E_SETTINGS_LINK') throw error
    const { code, what, why } = error
    const next = `put a file in the place of the link, or copy what you want by hand out of ${backupPath}`
    throw new FlowError({ code, what, why: why ?? '', kept: UNCHANGED, next, cause: error })
  }
}

/** What stands there now becomes the original of this session; it may well be no JSON. */
function keepPresent(
  ports: ProtocolPorts,
  ref: BackupRef,
  { path, present }: KeptFile,
  sessionId: string,
  at: number,
): PreparedFile {
  const here = readHere(ports, ref, path)
  if (!isSameBytes(here.present, present)) throw changedMeanwhile(path)
  const originalBytes = here.present?.bytes ?? null
  // As a session that merges nothing writes nothing.
  const mergedBytes = originalBytes ?? new Uint8Array()
  return {
    backup: {
      path,
      realPath: here.realPath,
      original:
        here.present === null
          ? { kind: 'absent', madeFolders: here.missingFolders }
          : {
              kind: 'file',
              snapshot: at === 0 ? basename(path) : `${basename(path)}.${at + 1}`,
              sha256: sha256(here.present.bytes),
              mode: here.present.mode,
            },
      writtenSha256: sha256(mergedBytes),
      record: { sessionId, added: [], created: [], emptied: [] },
    },
    found: here.present,
    originalBytes,
    mergedBytes,
    warnings: [],
  }
}

function putBack(
  ports: ProtocolPorts,
  { ref }: OpenedSession,
  { path, original, keptBytes, present }: KeptFile,
): FileOutcome {
  const backup = ref.files.find((file) => file.path === path)
  if (backup === undefined) throw new Error(`${path}: nothing was kept of it`)
  if (backup.original.kind === 'absent') makeFolders(ports, ref, backup.original.madeFolders)
  const copies: string[] = []
  const edited = editedFile(ref, backup, (copyPath) => copies.push(copyPath))
  editFile(ports, edited, (here) => {
    if (!isSameBytes(here, present)) throw changedMeanwhile(path)
    if (keptBytes === null) return { kind: 'remove' }
    const mode = original.kind === 'file' ? original.mode : undefined
    return { kind: 'write', bytes: keptBytes, ...(mode !== undefined && { mode }) }
  })
  if (original.kind === 'absent') removeMadeFolders(ports, ref, original.madeFolders)
  const isGone = keptBytes === null
  return {
    path,
    kind: isGone ? 'removed' : 'put-back',
    reason: isGone ? `${path} was absent before` : `${path} as that session had kept it`,
    ...(copies.length > 0 && { kept: copies }),
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
    next: '`flow history` marks the sessions that can be restored',
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
    why: 'the folder was moved, deleted, or is not mounted now',
    kept: `the backup: ${backupPath}`,
    next: `put the folder back where it was, or copy out of the backup by hand`,
  })
}

/** Whoever asks is told in words who is in it before; this one began in between. */
function sessionOpen({ projectPath }: BackupRef): FlowError {
  return new FlowError({
    code: 'E_SESSION_OPEN',
    what: `a session is open in ${projectPath}`,
    why: 'its end would put back what it found, and not what is restored now',
    kept: UNCHANGED,
    next: '`flow status` says who is in it; restore when it is over',
  })
}

function changedMeanwhile(path: string): FlowError {
  return new FlowError({
    code: 'E_FILE_CHANGED',
    what: `${path} has changed since the difference was shown`,
    why: 'somebody saved it in between',
    kept: 'the file as it was saved',
    next: 'look again: run the same command once more',
  })
}
