/**
 * Changes a file of the user's without ever losing a byte that an editor saves meanwhile.
 *
 * The new bytes are complete in a file beside it before they take its place by rename(2). The file
 * that they replace is kept under a second name until it has been read again: if it is not what the
 * change was computed from, it goes back, and the change is computed anew. What a crash leaves
 * behind has names made of the session's id, and the next change of the file settles it first.
 */
import { basename, dirname, join } from 'node:path'
import { FlowError, isErrno, isSystemError } from '../errors.ts'
import { isInside } from '../git/tree-path.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import {
  asidePath,
  changesUnderWay,
  draftStem,
  type EditedFile,
  ifThere,
  NO_HARD_LINKS,
  REMOVED,
  removeFile,
  settleAside,
  shortHash,
} from './aside.ts'
import { couldNotWrite } from './failure.ts'
import { type PresentFile, readPresent } from './settings-file.ts'
import { absentAs } from './state-file.ts'
import { finishJournal, hasJournal, writeInPlace } from './write-in-place.ts'

export type Edit =
  | {
      readonly kind: 'write'
      readonly bytes: Uint8Array
      /** For a file that is not there; one that is keeps its own. */
      readonly mode?: number
    }
  | { readonly kind: 'remove' }
  | { readonly kind: 'leave' }

/** Mode of a file that was not there before. */
const FRESH_MODE = 0o644
/**
 * git takes a file that is as young as its index for changed, and reads it again at every look
 * (the "racy git" of its documentation): so what flow writes is this much older, or as old as what it
 * takes the place of.
 */
const AGE_MS = 3_000
const ATTEMPTS = 20

/**
 * Computes and makes one change; `compute` is asked again whenever the file changed in between.
 * Others see the old bytes or the new (in place, where the file has hard links or is a mount point:
 * then they may see part of it, and a journal lets recovery finish it).
 * @returns the edit that was made
 * @throws FlowError E_WRITE, E_FILE_BUSY; E_SETTINGS_LINK when it leads out of the boundary by now
 */
export function editFile(
  ports: ProtocolPorts,
  named: EditedFile,
  compute: (present: PresentFile | null) => Edit,
): Edit {
  let file = named
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      file = { ...named, realPath: followLink(ports, named.realPath) }
      const isInBounds = file.boundary === null || isInside(file.boundary, file.realPath)
      if (isInBounds) settle(ports, file)
      const present = readPresent(ports, file.realPath, file.name)
      const edit = compute(present)
      if (edit.kind !== 'leave' && !isInBounds) throw ledOut(file)
      if (edit.kind === 'leave' || swap(ports, file, present, edit)) return edit
      ports.log('file', `${file.realPath} changed while it was being changed: once more`)
    }
  } catch (error) {
    if (error instanceof FlowError || !isSystemError(error)) throw error
    throw couldNotWrite(file.name, file.keepFolder, error)
  }
  throw new FlowError({
    code: 'E_FILE_BUSY',
    what: `could not change ${file.name}`,
    why: `another program wrote it ${ATTEMPTS} times in the same moment`,
    kept: `the file as that program left it, and the backup in ${file.keepFolder}`,
    next: 'stop that program, then run `flow recover`',
  })
}

/** A file that became a link since it was recorded stays one: what it leads to is changed. */
export function followLink(ports: ProtocolPorts, path: string): string {
  const real = ifThere(null, () => ports.fs.realPath(path))
  // Gone; but its folder may be a link by now.
  return real ?? ifThere(path, () => join(ports.fs.realPath(dirname(path)), basename(path)))
}

/** False when a change of this file is under way, or was killed. */
export function isSettled(ports: ProtocolPorts, file: EditedFile): boolean {
  const names = ifThere([], () => ports.fs.list(dirname(file.realPath)))
  return !hasJournal(ports, file) && !names.some((name) => name.startsWith(`${draftStem(file)}.`))
}

/** Finishes or takes back what a killed change of this file left behind. */
function settle(ports: ProtocolPorts, file: EditedFile): void {
  finishJournal(ports, file)
  const names = ifThere([], () => ports.fs.list(dirname(file.realPath)))
  const fresh = freshPath(file)
  if (names.includes(basename(fresh))) removeFile(ports, fresh)
  for (const change of changesUnderWay(file, names)) settleAside(ports, file, change)
}

/** True when the change stands; false when the file changed in between and is as it was found. */
function swap(
  ports: ProtocolPorts,
  file: EditedFile,
  present: PresentFile | null,
  edit: Exclude<Edit, { kind: 'leave' }>,
): boolean {
  if (edit.kind === 'remove') return present === null || removeChecked(ports, file, present)
  if (present === null) return createChecked(ports, file, edit.bytes, edit.mode)
  if (present.linkCount > 1) return writeInPlace(ports, file, present, edit.bytes)
  const fresh = freshPath(file)
  ports.fs.createFile(fresh, edit.bytes, present.mode, { modified: past(ports, present) })
  if (!takeOwner(ports, fresh, present)) {
    removeFile(ports, fresh)
    return writeInPlace(ports, file, present, edit.bytes)
  }
  const change = { from: shortHash(present.bytes), to: shortHash(edit.bytes) }
  const aside = asidePath(file, change)
  const hasAside = linkAside(ports, file.realPath, aside)
  const isUnchanged =
    hasAside === 'linked' ||
    (hasAside === 'unsupported' && ports.fs.readFile(file.realPath).equals(present.bytes))
  if (!isUnchanged) {
    removeFile(ports, fresh)
    return false
  }
  try {
    ports.fs.rename(fresh, file.realPath)
  } catch (error) {
    removeFile(ports, fresh)
    removeFile(ports, aside)
    // A mount point cannot be replaced (rename(2): EBUSY; EXDEV across a bind mount).
    if (isErrno(error, 'EBUSY', 'EXDEV')) return writeInPlace(ports, file, present, edit.bytes)
    throw error
  }
  if (hasAside === 'linked' && !ports.fs.readFile(aside).equals(present.bytes)) {
    settleAside(ports, file, change)
    return false
  }
  removeFile(ports, aside)
  syncFolder(ports, file)
  return true
}

function createChecked(
  ports: ProtocolPorts,
  file: EditedFile,
  bytes: Uint8Array,
  mode = FRESH_MODE,
): boolean {
  const fresh = freshPath(file)
  ports.fs.createFile(fresh, bytes, mode, { modified: past(ports) })
  try {
    ports.fs.link(fresh, file.realPath)
  } catch (error) {
    if (isErrno(error, 'EEXIST')) {
      removeFile(ports, fresh)
      return false
    }
    if (!isErrno(error, ...NO_HARD_LINKS)) throw error
    ports.fs.rename(fresh, file.realPath)
  }
  removeFile(ports, fresh)
  syncFolder(ports, file)
  return true
}

function removeChecked(ports: ProtocolPorts, file: EditedFile, present: PresentFile): boolean {
  const change = { from: shortHash(present.bytes), to: REMOVED }
  const aside = asidePath(file, change)
  const isGoneAlready = absentAs(true, () => {
    ports.fs.rename(file.realPath, aside)
    return false
  })
  if (isGoneAlready) return true
  if (!ports.fs.readFile(aside).equals(present.bytes)) {
    settleAside(ports, file, change)
    return false
  }
  removeFile(ports, aside)
  syncFolder(ports, file)
  return true
}

function syncFolder({ fs }: ProtocolPorts, { realPath, syncsFolder }: EditedFile): void {
  if (syncsFolder !== false) fs.syncFolder(dirname(realPath))
}

function past({ clock }: ProtocolPorts, replaced?: PresentFile): Date {
  const past = clock.now().getTime() - AGE_MS
  return new Date(Math.min(past, replaced?.modifiedMs ?? past))
}

function linkAside(
  ports: ProtocolPorts,
  realPath: string,
  aside: string,
): 'linked' | 'unsupported' | 'gone' {
  try {
    ports.fs.link(realPath, aside)
    return 'linked'
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'gone'
    if (isErrno(error, ...NO_HARD_LINKS)) return 'unsupported'
    throw error
  }
}

/** False when the new file cannot belong to whom the old one belongs. */
function takeOwner(ports: ProtocolPorts, fresh: string, { uid, gid, mode }: PresentFile): boolean {
  const own = ports.fs.linkFacts(fresh)
  if (own.uid === uid && own.gid === gid) return true
  try {
    ports.fs.setOwner(fresh, uid, gid)
    // chown(2) clears the set-user-ID and set-group-ID bits.
    ports.fs.setMode(fresh, mode)
    return true
  } catch (error) {
    if (isErrno(error, 'EPERM', 'EINVAL')) return false
    throw error
  }
}

/** Somebody put a link in its place since: what that leads to may be other projects' as well. */
function ledOut({ name, realPath, keepFolder }: EditedFile): FlowError {
  return new FlowError({
    code: 'E_SETTINGS_LINK',
    what: `${name} became a link that leads out of the repository`,
    why: `it leads to ${realPath}, which flow may not change`,
    kept: `that file as it is, and the backup in ${keepFolder}`,
    next: "take flow's hooks out of it by hand, or put a file in the place of the link; then run `flow recover`",
  })
}

function freshPath(file: EditedFile): string {
  return join(dirname(file.realPath), `${draftStem(file)}.new`)
}
