/** The settings files of a session as a whole: recorded in backup.json first, then written. */
import { join } from 'node:path'
import { FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { markedSessions, missingEntries } from '../settings/detach.ts'
import { type BackupRef, type FileBackup, parseBackupRef } from './backup-ref.ts'
import { refreshIndex } from './git-index.ts'
import { excludeFile, hidingStep, type MadeFile, showFile } from './hide-file.ts'
import { madeFiles } from './ignored-file.ts'
import {
  isProjectHash,
  isSessionId,
  type ProjectPaths,
  projectPaths,
  snapshotFolder,
} from './layout.ts'
import { unlinkMade } from './made-link.ts'
import {
  editedFile,
  type FilePlan,
  type MarkOwner,
  type PreparedFile,
  prepareFile,
  saveOriginal,
  writeMerged,
} from './merge-file.ts'
import { type Place, readPresent } from './settings-file.ts'
import { getBackupRef, readParticipants } from './state.ts'
import { listState, printState, readState, writeNote, writeState } from './state-file.ts'

/**
 * Puts recorded entries back that somebody took out (a branch switch, a stash, an edit). What the
 * file holds now becomes the original: new snapshot, then backup.json, then the write.
 * @param automatic nobody asked for it: a file that is gone stays gone, since git would not switch
 *   back to a branch that has one; and one that cannot be merged into (a conflict) is left
 * @returns the ref as it stands on disk afterwards
 */
export function putBackEntries(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  ref: BackupRef,
  { automatic }: { readonly automatic: boolean },
): BackupRef {
  showEdited(ports, ref)
  excludeUnedited(ports, ref)
  const session = { id: ref.sessionId, snapshotFolder: ref.backupPath }
  const prepared = ref.files.flatMap((file) => {
    if (automatic && !isMergeable(ports, file)) return []
    if (!lacksEntries(ports, file)) return []
    return [prepareOne(ports, paths, ref, planOf(file), session, file)]
  })
  if (prepared.length === 0) return ref
  ports.log('session', `putting entries back into ${prepared.map((p) => p.backup.path).join(', ')}`)
  return writeFiles(ports, paths, recordFiles(ports, paths, ref, prepared), prepared)
}

/** Shows git the files that flow made and that were edited since: git overwrites what it ignores. */
export function showEdited(ports: ProtocolPorts, ref: BackupRef): void {
  for (const made of madeFilesTo('show', ports, ref)) {
    showFile(ports, made)
    unlinkMade(ports, made.edited)
    ports.log('session', `${made.file.path} was edited: git no longer ignores it`)
  }
}

/** Hides the others, where a checkout took flow's `.gitignore`. Inside the gate. */
export function excludeUnedited(ports: ProtocolPorts, ref: BackupRef): void {
  for (const made of madeFilesTo('exclude', ports, ref)) {
    excludeFile(ports, made)
    ports.log('session', `${made.file.path}: git ignores it again`)
  }
}

export function madeFilesTo(
  step: 'exclude' | 'show',
  ports: ProtocolPorts,
  ref: BackupRef,
): MadeFile[] {
  return madeFiles(ref)
    .filter((file) => hidingStep(ports, ref, file) === step)
    .map((file) => ({ ref, file, edited: editedFile(ref, file, () => undefined) }))
}

/** Some shells compare whole seconds. */
const NOTE_AGE_MS = 2_000

/**
 * The line that tells a git hook where the settings are, and by its own age that they had their entries
 * then: what is younger was written since, by a checkout or an edit, and flow has to look.
 * @param asOf before the settings were read or written
 */
export function noteSettings(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  files: readonly FileBackup[],
  asOf: Date,
): void {
  // More than one are more than one line, and then the hooks leave it to flow.
  const lines = files.map(({ realPath }) => `${realPath}\n`)
  const modified = new Date(asOf.getTime() - NOTE_AGE_MS)
  writeNote(ports, paths.settingsLinePath, lines.join(''), modified)
}

function isMergeable(ports: ProtocolPorts, { realPath, path }: FileBackup): boolean {
  try {
    const present = readPresent(ports, realPath, path)
    if (present !== null) markedSessions(present.bytes, path)
    return present !== null
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    ports.log('session', `left as it is: ${error.message}`)
    return false
  }
}

function lacksEntries(ports: ProtocolPorts, file: FileBackup): boolean {
  const present = readPresent(ports, file.realPath, file.path)
  if (present === null) return file.record.added.length > 0
  return missingEntries(file.record, present.bytes, file.path).length > 0
}

function planOf(file: FileBackup): FilePlan {
  return { path: file.path, entries: file.record.added }
}

export function prepareOne(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  place: Place,
  plan: FilePlan,
  session: { readonly id: string; readonly snapshotFolder: string },
  earlier?: FileBackup,
): PreparedFile {
  const ownerOf = (sessionId: string) => ownerOfMark(ports, paths, sessionId, plan.path)
  return prepareFile(ports, place, plan, session, ownerOf, earlier)
}

/** A session of any project that is open keeps its groups; of a closed one the record may be left. */
export function ownerOfMark(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  sessionId: string,
  path: string,
): MarkOwner {
  const isOpen = listState(ports, paths.sessionsFolder)
    .filter(isProjectHash)
    .some((hash) => {
      return isOpenIn(ports, projectPaths(paths.home, hash), sessionId)
    })
  if (isOpen) return { kind: 'open' }
  if (!isSessionId(sessionId)) return { kind: 'closed', record: undefined }
  const manifestPath = join(snapshotFolder(paths, sessionId), 'manifest.json')
  const manifest = readState(ports, manifestPath, (value) => parseBackupRef(value, paths))
  const files = manifest.kind === 'ok' ? manifest.value.files : []
  return { kind: 'closed', record: files.find((file) => file.path === path)?.record }
}

/**
 * True while somebody is in it: an orphan's groups are residue here, whoever restores its own project.
 * A project whose record cannot be read now may be the one: its groups are left alone.
 */
function isOpenIn(ports: ProtocolPorts, paths: ProjectPaths, sessionId: string): boolean {
  try {
    const backup = getBackupRef(ports, paths)
    if (backup.kind !== 'ok' || backup.value.sessionId !== sessionId) return false
    return readParticipants(ports, paths).some(({ verdict }) => verdict.kind !== 'dead')
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return true
  }
}

/** Snapshot, manifest, backup.json: in this order, so that the ref never names what is not there. */
export function recordFiles(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  ref: BackupRef,
  prepared: readonly PreparedFile[],
): BackupRef {
  if (prepared.length === 0) return ref
  for (const file of prepared) saveOriginal(ports, ref.backupPath, file)
  const fresh = new Map(prepared.map(({ backup }) => [backup.path, backup]))
  const kept = ref.files.filter(({ path }) => !fresh.has(path))
  const next = { ...ref, files: [...kept, ...fresh.values()] }
  writeState(ports, join(ref.backupPath, 'manifest.json'), printState(next))
  writeState(ports, paths.backupRefPath, printState(next))
  return next
}

export function writeFiles(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  recorded: BackupRef,
  prepared: readonly PreparedFile[],
  { defersIndex = false }: { readonly defersIndex?: boolean } = {},
): BackupRef {
  let ref = recorded
  const written = new Map<string, PreparedFile>()
  const [first] = prepared
  if (first === undefined) return ref
  for (const planned of prepared) {
    let file = planned
    const onKept = (copyPath: string) => {
      planned.warnings.push(
        `${planned.backup.path} was saved meanwhile: a copy of that is ${copyPath}`,
      )
    }
    for (let attempt = 0; !writeMerged(ports, ref, file, onKept); attempt += 1) {
      if (attempt === 20) throw keepsChanging(file.backup)
      const session = { id: ref.sessionId, snapshotFolder: ref.backupPath }
      file = prepareOne(ports, paths, ref, planOf(file.backup), session, file.backup)
      ref = recordFiles(ports, paths, ref, [file])
    }
    written.set(file.backup.path, file)
  }
  if (defersIndex) return ref
  warnOnError(ports, first.warnings, () => {
    const files = [...written.values()].map(({ backup }) => backup)
    refreshIndex(ports, ref, files)
  })
  return ref
}

/** Without the index git shows flow's entries, but the agent can work, and everything is restored. */
function warnOnError(ports: ProtocolPorts, warnings: string[], action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    ports.log('git', error.message)
    warnings.push(`git shows flow's hooks as a change until the session ends: ${error.message}`)
  }
}

function keepsChanging({ path }: FileBackup): FlowError {
  return new FlowError({
    code: 'E_FILE_BUSY',
    what: `could not merge into ${path}`,
    why: 'another program writes it again and again',
    kept: 'the file as that program left it',
    next: 'stop that program, then try again',
  })
}
