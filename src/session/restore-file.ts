/** Putting one settings file back: the original where nothing else changed, else without the entries. */

import { join } from 'node:path'
import { FlowError, isErrno, isSystemError } from '../errors.ts'
import { isJsonObject } from '../json.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { type Detachment, detachEntries } from '../settings/detach.ts'
import { MARKER } from '../settings/merge.ts'
import { sha256 } from '../sha256.ts'
import type { EditedFile } from './aside.ts'
import type { BackupRef, FileBackup } from './backup-ref.ts'
import { couldNotWrite, forceRecovery } from './failure.ts'
import { hidingStep, showFile } from './hide-file.ts'
import { settleLinks } from './made-link.ts'
import { editedFile } from './merge-file.ts'
import type { Presence } from './presence.ts'
import { type Edit, editFile, followLink } from './replace-file.ts'
import type { PresentFile } from './settings-file.ts'
import { readBytes } from './state-file.ts'

export type FileOutcome = {
  readonly path: string
  readonly kind: 'put-back' | 'removed' | 'edits-kept' | 'untouched'
  readonly reason: string
  /** Copies of what a person saved in the very moment of a change. */
  readonly kept?: readonly string[]
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
  const saved = readOriginal(ports, ref, file)
  let outcome: Outcome = { kind: 'untouched', reason: '' }
  const kept: string[] = []
  const onKept = (copyPath: string) => kept.push(copyPath)
  const written = editedFile(ref, file, onKept)
  const made = { ref, file, edited: written }
  // Before anything fails: git overwrites at a checkout what it ignores.
  const isMade = file.original.kind === 'absent'
  if (isMade && hidingStep(ports, ref, file) === 'show') showFile(ports, made)
  settleLinks(ports, written)
  for (const realPath of placesOf(ports, ref, file)) {
    const edited = editedFile(ref, { ...file, realPath }, onKept)
    const here = restoreAt(ports, edited, (present) =>
      planRestore(ref, file, saved, present, force),
    )
    if (outcome.kind === 'untouched') outcome = here
  }
  if (file.original.kind === 'absent') {
    showFile(ports, made)
    removeMadeFolders(ports, ref, file.original.madeFolders)
  }
  ports.log('restore', `${file.path}: ${outcome.kind} (${outcome.reason})`)
  return { path: file.path, ...outcome, ...(kept.length > 0 && { kept }) }
}

/**
 * The same of a session whose project is not there: there is nothing to restore, but a line of git's that hides
 * a file goes, and an edit that only the snapshot has is kept.
 * @param force end the session also where nothing proves that the project was removed
 * @throws FlowError E_PROJECT_GONE: nothing proves it; the snapshot stays as it is
 */
export function leaveFiles(
  ports: ProtocolPorts,
  ref: BackupRef,
  presence: Exclude<Presence, 'there'>,
  { force }: { readonly force: boolean },
): FileOutcome[] {
  const files = ref.files.map((file) => {
    const kept: string[] = []
    return { ref, file, kept, edited: editedFile(ref, file, (copyPath) => kept.push(copyPath)) }
  })
  for (const one of files) if (one.file.original.kind === 'absent') showFile(ports, one)
  if (presence === 'missing' && !force) throw projectGone(ref)
  const reason = presence === 'removed' ? 'its working tree was removed' : 'the project is gone'
  return files.map(({ file: { path }, edited, kept }) => {
    settleLinks(ports, edited)
    return { path, kind: 'untouched', reason, ...(kept.length > 0 && { kept }) }
  })
}

type Outcome = Omit<FileOutcome, 'path'>
interface Planned {
  readonly edit: Edit
  readonly outcome: Outcome
}

/**
 * The file that flow wrote, and what the client opens now if that is another one: a tool that
 * replaces a link by an edited copy of what it led to leaves the entries in both.
 */
function placesOf(ports: ProtocolPorts, ref: BackupRef, file: FileBackup): string[] {
  const written = followLink(ports, file.realPath)
  const opened = followLink(ports, join(ref.projectPath, file.path))
  const isWithin = ref.followSymlinks || opened.startsWith(`${ref.boundary}/`)
  return opened === written || !isWithin ? [written] : [written, opened]
}

function restoreAt(
  ports: ProtocolPorts,
  edited: EditedFile,
  plan: (present: PresentFile | null) => Planned,
): Outcome {
  let outcome: Outcome = { kind: 'untouched', reason: '' }
  try {
    editFile(ports, edited, (present) => {
      const planned = plan(present)
      outcome = planned.outcome
      return planned.edit
    })
  } catch (error) {
    // A folder in its place: the file is gone, and stays gone.
    if (!(error instanceof FlowError) || error.code !== 'E_SETTINGS_KIND') throw error
    outcome = { kind: 'untouched', reason: error.message }
  }
  return outcome
}

type Saved = { readonly kind: 'absent' } | { readonly kind: 'lost' } | SavedBytes
type SavedBytes = { readonly kind: 'bytes'; readonly bytes: Buffer }

function planRestore(
  ref: BackupRef,
  file: FileBackup,
  saved: Saved,
  present: PresentFile | null,
  force: boolean,
): Planned {
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
      return {
        edit: { kind: 'write', bytes: saved.bytes },
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
      if (!mentionsFlow(present, file)) {
        const reason = `${file.path} is no JSON, and nothing of flow's is in it`
        return { edit: { kind: 'leave' }, outcome: { kind: 'untouched', reason } }
      }
      throw unparsable(ref, file, detachment.why)
  }
}

/** By its text alone, since it does not parse: the session's id, or one of the commands. */
function mentionsFlow(present: PresentFile | null, { record }: FileBackup): boolean {
  const text = present?.bytes.toString('utf8') ?? ''
  const commands = record.added
    .flatMap(({ group }) => (Array.isArray(group.hooks) ? group.hooks : []))
    .flatMap((hook) => (isJsonObject(hook) && typeof hook.command === 'string' ? hook.command : []))
  const words = [record.sessionId, ...commands.map((one) => JSON.stringify(one).slice(1, -1))]
  return words.some((word) => text.includes(word))
}

/** Taking the entries out is exact, so it often gives the very bytes whose hash was recorded. */
function planWithoutSnapshot(
  ref: BackupRef,
  file: FileBackup,
  originalSha256: string,
  detachment: Detachment,
  force: boolean,
): Planned {
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
    kept: `the file as it is, with flow's hooks (their key is "${MARKER}")`,
    next: `run \`${forceRecovery(ref.projectPath)}\` to take flow's hooks out of it and keep all the rest`,
  })
}

function readOriginal(ports: ProtocolPorts, ref: BackupRef, file: FileBackup): Saved {
  const { original } = file
  if (original.kind === 'absent') return { kind: 'absent' }
  const bytes = readBytes(ports, join(ref.backupPath, original.snapshot))
  if (bytes === undefined || sha256(bytes) !== original.sha256) return { kind: 'lost' }
  return { kind: 'bytes', bytes }
}

/** Only folders that flow made, and only while nothing else is in them. */
export function removeMadeFolders(
  ports: ProtocolPorts,
  ref: BackupRef,
  folders: readonly string[],
): void {
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

/** Nothing proves that it was removed. */
export const PROJECT_IS_GONE = 'E_PROJECT_GONE'

function projectGone(ref: BackupRef): FlowError {
  return new FlowError({
    code: PROJECT_IS_GONE,
    what: `could not restore the session in ${ref.projectPath}`,
    why: 'its directory is gone: moved, deleted, or not mounted now',
    kept: `the backup: ${ref.backupPath}`,
    next: [
      'put the directory back where it was, then run `flow recover`',
      'if it was moved, the next session in its new place takes the hooks out',
      `if it is gone for good, \`${forceRecovery(ref.projectPath)}\` closes the session and keeps the backup`,
    ].join('\n'),
  })
}

function unparsable(ref: BackupRef, file: FileBackup, why: string): FlowError {
  return new FlowError({
    code: 'E_RESTORE',
    what: `could not take flow's hooks out of ${file.path}`,
    why: `it is not valid JSON any more: ${why}`,
    kept: `the file as it is; what it was before: ${ref.backupPath}`,
    next: `fix it (or \`cp\` the backup over it), then run \`flow recover\``,
  })
}
