/** Merging into one settings file: prepared in memory, backed up, then written. */

import { basename, join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { detachEntries, markedSessions, mayBeMarked, stripResidue } from '../settings/detach.ts'
import { type HookEntry, mergeEntries } from '../settings/merge.ts'
import type { MergeRecord } from '../settings/merge-record.ts'
import { sha256 } from '../sha256.ts'
import type { EditedFile } from './aside.ts'
import type { BackupRef, FileBackup, Original } from './backup-ref.ts'
import { couldNotWrite } from './failure.ts'
import { skippedBytes } from './git-index.ts'
import { canIgnore, hideFile, isHidden, showFile } from './hide-file.ts'
import { linkMade } from './made-link.ts'
import { type Edit, editFile } from './replace-file.ts'
import { type Place, type PresentFile, readSettingsFile } from './settings-file.ts'
import { absentAs } from './state-file.ts'

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
  /** What git is to be given instead of `mergedBytes`. */
  readonly cleanBytes: Uint8Array
  readonly mergedBytes: Uint8Array
  readonly warnings: string[]
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
  logMerge(ports, plan, found, originalBytes, merged.record)
  const isAbsent = found === null || originalBytes === null
  const skipped = isAbsent ? skippedBytes(ports, place, file.realPath) : null
  const original: Original = isAbsent
    ? {
        kind: 'absent',
        madeFolders: [...madeBefore(earlier, file), ...file.missingFolders],
        isSkipped: skipped !== null,
        madeIgnoreFile: makesIgnoreFile(ports, place, earlier, file.realPath),
      }
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
    cleanBytes: originalBytes ?? skipped ?? new Uint8Array(),
    mergedBytes: merged.bytes,
    warnings: merged.warnings,
  }
}

function logMerge(
  ports: ProtocolPorts,
  { path, entries }: FilePlan,
  found: PresentFile | null,
  originalBytes: Uint8Array | null,
  { added }: MergeRecord,
): void {
  const residue = found !== null && originalBytes !== found.bytes
  const parts = [
    found === null ? 'there is none yet' : 'it is there',
    ...(residue ? ["what another session left in it does not count as the user's own"] : []),
    `adds ${added.map(({ event }) => event).join(', ') || 'nothing'}`,
    ...(added.length < entries.length ? ['the rest is in it already'] : []),
  ]
  ports.log('merge', `${path}: ${parts.join('; ')}`)
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
  const wasAbsent = earlier?.original.kind === 'absent'
  if (wasAbsent && found.length === 0) return null
  if (!mayBeMarked(found)) return found
  let bytes = found
  for (const sessionId of markedSessions(found, name)) {
    const isOwn = sessionId === earlier?.record.sessionId
    const owner = isOwn ? ({ kind: 'closed', record: earlier.record } as const) : ownerOf(sessionId)
    if (owner.kind === 'open' || owner.record === undefined) continue
    const detachment = detachEntries({
      record: owner.record,
      original: isOwn && wasAbsent ? null : new Uint8Array(),
      writtenSha256: '',
      present: bytes,
      name,
    })
    if (detachment.kind === 'delete') return null
    if (detachment.kind === 'write') bytes = detachment.bytes
  }
  return stripResidue(bytes, (sessionId) => ownerOf(sessionId).kind === 'open', name).bytes
}

/** Once made in this session, it stays flow's to remove, whatever a checkout has put there since. */
function makesIgnoreFile(
  ports: ProtocolPorts,
  { gitFolder }: Place,
  earlier: FileBackup | undefined,
  settingsPath: string,
): boolean {
  if (earlier?.original.kind === 'absent') return earlier.original.madeIgnoreFile
  return gitFolder !== null && canIgnore(ports, settingsPath)
}

/** Folders that flow made for the file earlier in this session and that still stand. */
function madeBefore(
  earlier: FileBackup | undefined,
  { missingFolders }: { readonly missingFolders: readonly string[] },
): string[] {
  if (earlier?.original.kind !== 'absent') return []
  return earlier.original.madeFolders.filter((folder) => !missingFolders.includes(folder))
}

/**
 * Puts the original bytes into the snapshot folder, synced, mode 0600; next to them, as `<name>.merged`,
 * what flow is about to write. The two are what the clean filter goes by, so neither is ever overwritten.
 */
export function saveOriginal(ports: ProtocolPorts, folder: string, file: PreparedFile): void {
  const { original, path } = file.backup
  const isAbsent = original.kind === 'absent'
  const name = isAbsent ? freeName(ports, folder, `${basename(path)}.absent`) : original.snapshot
  const save = (end: string, bytes: Uint8Array, sync: boolean) =>
    ports.fs.createFile(join(folder, `${name}${end}`), bytes, 0o600, { sync })
  try {
    save('', file.cleanBytes, !isAbsent)
    if (!isAbsent && file.found !== null && !file.found.bytes.equals(file.cleanBytes)) {
      save('.found', file.found.bytes, true)
    }
    save('.merged', file.mergedBytes, false)
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
  onKept: (copyPath: string) => void,
): boolean {
  const isNothingToWrite =
    found === null ? backup.record.added.length === 0 : found.bytes.equals(mergedBytes)
  if (isNothingToWrite) return true
  // A power cut may give the file its old name back: the record of the session tells what to do with either.
  const edited = { ...editedFile(ref, backup, onKept), syncsFolder: false }
  if (backup.original.kind === 'absent') {
    makeFolders(ports, ref, backup.original.madeFolders)
    hideFile(ports, { ref, file: backup, edited })
  } else if (ref.gitFolder !== null && isHidden(ports, ref, backup)) {
    showFile(ports, { ref, file: backup, edited })
  }
  let isAsPrepared = true
  editFile(ports, edited, (present): Edit => {
    isAsPrepared = isSameBytes(present, found)
    return isAsPrepared ? { kind: 'write', bytes: mergedBytes } : { kind: 'leave' }
  })
  if (isAsPrepared && backup.original.kind === 'absent' && ref.gitFolder !== null) {
    linkMade(ports, edited, mergedBytes)
  }
  return isAsPrepared
}

export function makeFolders(
  ports: ProtocolPorts,
  ref: BackupRef,
  folders: readonly string[],
): void {
  for (const folder of folders) {
    try {
      ports.fs.createFolder(join(ref.projectPath, folder), 0o755)
    } catch (error) {
      if (isErrno(error, 'EEXIST')) continue
      throw isSystemError(error) ? couldNotWrite(folder, ref.backupPath, error) : error
    }
  }
}

/** How `replace-file.ts` sees a file of a session. */
export function editedFile(
  ref: BackupRef,
  file: FileBackup,
  onKept: (copyPath: string) => void,
): EditedFile {
  return {
    realPath: file.realPath,
    name: file.path,
    sessionId: ref.sessionId,
    boundary: ref.followSymlinks ? null : ref.boundary,
    keepFolder: ref.backupPath,
    onKept,
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

export function isSameBytes(a: PresentFile | null, b: PresentFile | null): boolean {
  return a === null || b === null ? a === b : a.bytes.equals(b.bytes)
}
