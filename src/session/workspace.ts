/** What a session does to the workspace, file by file: prepare, write, put back. */
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { type Detachment, detachEntries, markedSessions, stripResidue } from '../settings/detach.ts'
import { type HookEntry, MARKER, type MergeRecord, mergeEntries } from '../settings/merge.ts'
import type { BackupRef, FileBackup, Original } from './backup-ref.ts'
import { couldNotWrite, type Edit, type EditedFile, editFile } from './replace-file.ts'
import { type Place, type PresentFile, readSettingsFile } from './settings-file.ts'
import { absentAs, readBytes } from './state-file.ts'

/** One settings file and what is to be merged into it. */
export interface FilePlan {
  /** Relative to the project root, with `/`. */
  readonly path: string
  readonly entries: readonly HookEntry[]
}

/** All that is known of a file before anything is written anywhere. */
export interface PreparedFile {
  readonly backup: FileBackup
  /** What the merge was computed from; null: absent. */
  readonly found: PresentFile | null
  /** What counts as the user's own: `found` without what closed sessions left in it. */
  readonly originalBytes: Uint8Array | null
  readonly mergedBytes: Uint8Array
  readonly warnings: readonly string[]
}

export type FileOutcome = {
  readonly path: string
  readonly kind: 'put-back' | 'removed' | 'edits-kept' | 'untouched'
  readonly reason: string
}

/** What is known of a session whose marker stands in a file. */
export type MarkOwner =
  | { readonly kind: 'open' }
  /** Its groups are residue: a stash, a branch switch or a moved repository brought them back. */
  | { readonly kind: 'closed'; readonly record: MergeRecord | undefined }

/**
 * Reads, checks and merges, all in memory.
 * @param earlier the file's backup in this very session, when its entries have to be put back
 * @throws FlowError E_SETTINGS_*
 */
export function prepareFile(
  ports: ProtocolPorts,
  place: Place,
  plan: FilePlan,
  session: { readonly id: string; readonly snapshotFolder: string },
  ownerOf: (sessionId: string) => MarkOwner,
  earlier: FileBackup | undefined,
): PreparedFile {
  const file = readSettingsFile(ports, place, plan.path)
  const found = file.present
  const originalBytes =
    found === null ? null : withoutResidue(found.bytes, plan.path, ownerOf, earlier)
  const merged = mergeEntries(originalBytes, plan.entries, session.id, plan.path)
  const original: Original =
    found === null || originalBytes === null
      ? { kind: 'absent', madeFolders: [...madeBefore(earlier, file), ...file.missingFolders] }
      : {
          kind: 'file',
          snapshot: freeName(ports, session.snapshotFolder, basename(plan.path)),
          sha256: sha256(originalBytes),
          mode: found.mode,
        }
  return {
    backup: {
      path: plan.path,
      realPath: file.realPath,
      original,
      writtenSha256: sha256(merged.bytes),
      record: merged.record,
    },
    found,
    originalBytes,
    mergedBytes: merged.bytes,
    warnings: merged.warnings,
  }
}

/**
 * The user's own bytes; null: the file is flow's alone. With a session's record its entries come out
 * exactly; without one, the groups that it marked go as they are.
 */
function withoutResidue(
  found: Uint8Array,
  name: string,
  ownerOf: (sessionId: string) => MarkOwner,
  earlier: FileBackup | undefined,
): Uint8Array | null {
  let bytes = found
  for (const sessionId of markedSessions(found, name)) {
    const isOwn = sessionId === earlier?.record.sessionId
    const owner = isOwn ? ({ kind: 'closed', record: earlier.record } as const) : ownerOf(sessionId)
    if (owner.kind === 'open' || owner.record === undefined) continue
    const detachment = detachEntries({
      record: owner.record,
      original: isOwn && earlier.original.kind === 'absent' ? null : new Uint8Array(),
      writtenSha256: '',
      present: bytes,
      name,
    })
    if (detachment.kind === 'delete') return null
    if (detachment.kind === 'write') bytes = detachment.bytes
  }
  return stripResidue(bytes, (sessionId) => ownerOf(sessionId).kind === 'open', name).bytes
}

/** Folders that flow made for the file earlier in this session and that still stand. */
function madeBefore(
  earlier: FileBackup | undefined,
  { missingFolders }: { readonly missingFolders: readonly string[] },
): string[] {
  if (earlier?.original.kind !== 'absent') return []
  return earlier.original.madeFolders.filter((folder) => !missingFolders.includes(folder))
}

/** Puts the original bytes into the snapshot folder, synced, mode 0600. */
export function saveOriginal(ports: ProtocolPorts, folder: string, file: PreparedFile): void {
  const { original } = file.backup
  if (original.kind === 'absent' || file.originalBytes === null) return
  try {
    ports.fs.createFile(join(folder, original.snapshot), file.originalBytes, 0o600)
    if (file.found !== null && !file.found.bytes.equals(file.originalBytes)) {
      ports.fs.createFile(join(folder, `${original.snapshot}.found`), file.found.bytes, 0o600)
    }
  } catch (error) {
    if (!isSystemError(error)) throw error
    throw new FlowError({
      code: 'E_SNAPSHOT',
      what: `could not back up ${file.backup.path}`,
      why: explain(error),
      kept: 'nothing was changed',
      next: isErrno(error, 'ENOSPC', 'EDQUOT')
        ? 'make room on the disk, then try again'
        : `make ${folder} writable for you, then try again`,
      cause: error,
    })
  }
}

/**
 * Writes the merged bytes, once backup.json stands.
 * @returns false when the file is no longer what was prepared: prepare it again
 */
export function writeMerged(
  ports: ProtocolPorts,
  ref: BackupRef,
  { backup, found, mergedBytes }: PreparedFile,
): boolean {
  const isNothingToWrite =
    found === null ? backup.record.added.length === 0 : found.bytes.equals(mergedBytes)
  if (isNothingToWrite) return true
  if (backup.original.kind === 'absent') makeFolders(ports, ref, backup.original.madeFolders)
  let isAsPrepared = true
  editFile(ports, editedFile(ref, backup), (present): Edit => {
    isAsPrepared = isSameBytes(present, found)
    return isAsPrepared ? { kind: 'write', bytes: mergedBytes } : { kind: 'leave' }
  })
  return isAsPrepared
}

/**
 * Takes flow's entries out: the original bytes where nothing else changed, otherwise the present
 * bytes without the entries.
 * @param force take the entries out even where the snapshot is lost and the bytes cannot be proved
 * @throws FlowError E_RESTORE: the file does not parse, or its snapshot is missing; nothing was changed
 */
export function restoreFile(
  ports: ProtocolPorts,
  ref: BackupRef,
  file: FileBackup,
  { force }: { readonly force: boolean },
): FileOutcome {
  if (absentAs(null, () => ports.fs.facts(ref.projectPath)) === null) throw projectGone(ref)
  const saved = readOriginal(ports, ref, file)
  let outcome: Omit<FileOutcome, 'path'> = { kind: 'untouched', reason: '' }
  editFile(ports, editedFile(ref, file), (present) => {
    const planned = planRestore(ref, file, saved, present, force)
    outcome = planned.outcome
    return planned.edit
  })
  if (file.original.kind === 'absent') removeMadeFolders(ports, ref, file.original.madeFolders)
  ports.log('restore', `${file.path}: ${outcome.kind} (${outcome.reason})`)
  return { path: file.path, ...outcome }
}

type Saved = { readonly kind: 'absent' } | { readonly kind: 'lost' } | SavedBytes
type SavedBytes = { readonly kind: 'bytes'; readonly bytes: Buffer }

function planRestore(
  ref: BackupRef,
  file: FileBackup,
  saved: Saved,
  present: PresentFile | null,
  force: boolean,
): { edit: Edit; outcome: Omit<FileOutcome, 'path'> } {
  const detachment = detachEntries({
    record: file.record,
    // Without a snapshot the structural way is left: no text equals a hash of nothing.
    original: saved.kind === 'bytes' ? saved.bytes : null,
    writtenSha256: saved.kind === 'lost' ? '' : file.writtenSha256,
    present: present?.bytes ?? null,
    name: file.path,
  })
  if (saved.kind === 'lost' && file.original.kind === 'file') {
    return planWithoutSnapshot(ref, file, file.original.sha256, detachment, force)
  }
  switch (detachment.kind) {
    case 'put-back': {
      if (saved.kind !== 'bytes' || file.original.kind !== 'file') {
        throw new Error(`${file.path}: nothing to put back`)
      }
      const { mode } = file.original
      return {
        edit: { kind: 'write', bytes: saved.bytes, mode },
        outcome: { kind: 'put-back', reason: detachment.reason },
      }
    }
    case 'delete':
      return {
        edit: { kind: 'remove' },
        outcome: { kind: 'removed', reason: detachment.reason },
      }
    case 'write':
      return {
        edit: { kind: 'write', bytes: detachment.bytes },
        outcome: { kind: 'edits-kept', reason: detachment.reason },
      }
    case 'leave':
      return { edit: { kind: 'leave' }, outcome: { kind: 'untouched', reason: detachment.reason } }
    case 'unreadable':
      throw unparsable(ref, file, detachment.why)
  }
}

/** Taking the entries out is exact, so it often gives the very bytes whose hash was recorded. */
function planWithoutSnapshot(
  ref: BackupRef,
  file: FileBackup,
  originalSha256: string,
  detachment: Detachment,
  force: boolean,
): { edit: Edit; outcome: Omit<FileOutcome, 'path'> } {
  if (detachment.kind === 'leave') {
    return { edit: { kind: 'leave' }, outcome: { kind: 'untouched', reason: detachment.reason } }
  }
  if (detachment.kind === 'unreadable') throw unparsable(ref, file, detachment.why)
  const bytes = detachment.kind === 'write' ? detachment.bytes : Buffer.from('{}\n')
  const isProved = sha256(bytes) === originalSha256
  if (isProved || force) {
    return {
      edit: { kind: 'write', bytes },
      outcome: isProved
        ? { kind: 'put-back', reason: 'the backup is missing, but its checksum proves the bytes' }
        : { kind: 'edits-kept', reason: 'the backup is missing; the entries were taken out' },
    }
  }
  throw new FlowError({
    code: 'E_RESTORE',
    what: `could not restore ${file.path}`,
    why: `its backup is missing or damaged in ${ref.backupPath}`,
    kept: `the file as it is, with flow's entries (their key is "${MARKER}")`,
    next: "run `flow recover --force` to take flow's entries out of it and keep all the rest",
  })
}

function readOriginal(ports: ProtocolPorts, ref: BackupRef, file: FileBackup): Saved {
  const { original } = file
  if (original.kind === 'absent') return { kind: 'absent' }
  const bytes = readBytes(ports, join(ref.backupPath, original.snapshot))
  if (bytes === undefined || sha256(bytes) !== original.sha256) return { kind: 'lost' }
  return { kind: 'bytes', bytes }
}

function makeFolders(ports: ProtocolPorts, ref: BackupRef, folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      ports.fs.createFolder(join(ref.projectPath, folder), 0o755)
    } catch (error) {
      if (isErrno(error, 'EEXIST')) continue
      throw isSystemError(error) ? couldNotWrite(folder, ref.backupPath, error) : error
    }
  }
}

/** Only folders that flow made, and only while nothing else is in them. */
function removeMadeFolders(ports: ProtocolPorts, ref: BackupRef, folders: readonly string[]): void {
  for (const folder of [...folders].reverse()) {
    try {
      ports.fs.removeFolder(join(ref.projectPath, folder))
    } catch (error) {
      if (isErrno(error, 'ENOENT')) continue
      // Something of the user's lies in it by now, or it is no folder any more: it stays.
      if (isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) return
      throw isSystemError(error) ? couldNotWrite(folder, ref.backupPath, error) : error
    }
  }
}

function editedFile(ref: BackupRef, file: FileBackup): EditedFile {
  const known = [file.writtenSha256, file.original.kind === 'file' ? file.original.sha256 : '']
  return {
    realPath: file.realPath,
    name: file.path,
    sessionId: ref.sessionId,
    keepFolder: ref.backupPath,
    isKnown: (bytes) => known.includes(sha256(bytes)),
  }
}

/** `settings.json`, then `settings.json.2`, … : a snapshot is never written over. */
function freeName(ports: ProtocolPorts, folder: string, base: string): string {
  const isTaken = (name: string) =>
    absentAs(false, () => ports.fs.linkFacts(join(folder, name)) !== undefined)
  if (!isTaken(base)) return base
  let number = 2
  while (isTaken(`${base}.${number}`)) number += 1
  return `${base}.${number}`
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function isSameBytes(a: PresentFile | null, b: PresentFile | null): boolean {
  return a === null || b === null ? a === b : a.bytes.equals(b.bytes)
}

function projectGone(ref: BackupRef): FlowError {
  return new FlowError({
    code: 'E_PROJECT_GONE',
    what: `could not restore the session in ${ref.projectPath}`,
    why: 'the folder is gone: moved, deleted, or not mounted now',
    kept: `the backup: ${ref.backupPath}`,
    next: 'put the folder back where it was and run `flow recover`; if it is gone for good, `flow recover --force` closes the session and keeps the backup',
  })
}

function unparsable(ref: BackupRef, file: FileBackup, why: string): FlowError {
  return new FlowError({
    code: 'E_RESTORE',
    what: `could not take flow's entries out of ${file.path}`,
    why: `it is not valid JSON any more: ${why}`,
    kept: `the file as it is; what it was before: ${ref.backupPath}`,
    next: `mend it (or \`cp\` the backup over it), then run \`flow recover\``,
  })
}
