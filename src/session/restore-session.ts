/**
 * `flow restore`: puts back what a past session had kept. It is a session that adds nothing, so that
 * what stands now is kept first, and a kill at any step leaves the old bytes or the new.
 */

import { basename } from 'node:path'
import { FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { sha256 } from '../sha256.ts'
import type { BackupRef } from './backup-ref.ts'
import { closeSession, finalizeSessionCleanup } from './close.ts'
import { withGate } from './gate.ts'
import { isAsKept, type KeptFile, type KeptSession, readHere } from './kept.ts'
import { type ProjectPaths, projectHash, projectPaths } from './layout.ts'
import { editedFile, isSameBytes, makeFolders, type PreparedFile } from './merge-file.ts'
import { type OpenedSession, startWith } from './open.ts'
import { refuseLinks } from './own-folders.ts'
import { dropDead, leaveSession, ownRecord } from './participants.ts'
import { editFile } from './replace-file.ts'
import { type FileOutcome, removeMadeFolders } from './restore-file.ts'
import { readFolder } from './state.ts'

export interface Restored {
  /** Of the restore itself: it kept what stood there before. */
  readonly sessionId: string
  readonly files: readonly FileOutcome[]
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
  refuseLinks(ports, paths)
  return withGate(ports, paths, self, { purpose: 'restore' }, () => {
    const state = dropDead(ports, paths, readFolder(ports, paths))
    if (state.ref !== null || state.participants.length > 0) throw sessionOpen(ref)
    const request = {
      ...ref,
      gitFolder: null,
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
          ? {
              kind: 'absent',
              madeFolders: here.missingFolders,
              isSkipped: false,
              madeIgnoreFile: false,
            }
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
    cleanBytes: mergedBytes,
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

/** Whoever asks is told in words who is in it before; this one began in between. */
function sessionOpen({ projectPath }: BackupRef): FlowError {
  return new FlowError({
    code: 'E_SESSION_OPEN',
    what: `a session is open in ${projectPath}`,
    why: 'its end would put back what it found, and not what is restored now',
    kept: 'nothing was changed',
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
