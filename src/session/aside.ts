/**
 * The aside: the second name that a file of the user's keeps while flow replaces it, so that what an
 * editor saves in that moment is found again, also after a kill.
 */

import { basename, dirname, join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { sha256 } from '../sha256.ts'
import { readPresent } from './settings-file.ts'
import type { JournalledFile } from './write-in-place.ts'

export interface EditedFile extends JournalledFile {
  readonly sessionId: string
  /** What flow changes lies in this folder, wherever links lead; null: the person follows links. */
  readonly boundary: string | null
  /** Told the path of a copy of what a person saved and what could not stay in the file. */
  readonly onKept: (copyPath: string) => void
  /** Start of the names of its temporary files; absent: of its own name and the session's id. */
  readonly draftStem?: string
  /** False: a power cut may take the change back, unless who asks for it syncs the folder himself. */
  readonly syncsFolder?: boolean
}

/** Hashes of the texts before and after; in the name of the aside, so that a kill leaves it told. */
export interface Change {
  readonly from: string
  readonly to: string
}

export const REMOVED = 'removed'
const KEPT = 'found-'

export function isKeptCopy(name: string): boolean {
  return name.startsWith(KEPT)
}

export function shortHash(bytes: Uint8Array): string {
  return sha256(bytes).slice(0, 16)
}

/**
 * An aside holds what our change replaced; its name says what that change was computed from and what
 * it wrote. If it holds anything else, a person saved it in between: it goes back where our bytes
 * stand in its place, and is kept as a copy otherwise.
 */
export function settleAside(ports: ProtocolPorts, file: EditedFile, { from, to }: Change): void {
  const aside = asidePath(file, { from, to })
  // Ours is a second name of a regular file; whatever else goes by that name was planted.
  const isOurs = ifThere(false, () => ports.fs.linkFacts(aside).kind === 'file')
  const replaced = isOurs ? readPresent(ports, aside, file.name) : null
  if (replaced !== null && shortHash(replaced.bytes) !== from) {
    const present = readPresent(ports, file.realPath, file.name)
    if (to === REMOVED) linkBack(ports, file, aside)
    else if (present !== null && shortHash(present.bytes) === to) {
      ports.fs.rename(aside, file.realPath)
      return
    } else if (!present?.bytes.equals(replaced.bytes)) keepCopy(ports, file, replaced.bytes)
  }
  removeFile(ports, aside)
}

function linkBack(ports: ProtocolPorts, file: EditedFile, aside: string): void {
  try {
    ports.fs.link(aside, file.realPath)
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    keepCopy(ports, file, ports.fs.readFile(aside))
  }
}

/** A free name for a copy that is kept. */
export function keptName({ clock }: ProtocolPorts): string {
  return `${KEPT}${clock.randomHex(4)}`
}

function keepCopy(ports: ProtocolPorts, file: EditedFile, bytes: Uint8Array): void {
  const copyPath = join(file.keepFolder, keptName(ports))
  ports.fs.createFile(copyPath, bytes, 0o600)
  ports.log('file', `${file.realPath} was saved twice meanwhile: ${copyPath} has the earlier one`)
  file.onKept(copyPath)
}

export function asidePath(file: EditedFile, { from, to }: Change): string {
  return join(dirname(file.realPath), `${draftStem(file)}.${from}-${to}.aside`)
}

export function draftStem({ realPath, sessionId, draftStem }: EditedFile): string {
  return draftStem ?? `.${basename(realPath)}.${sessionId}`
}

/** @param names what stands in the folder of the file */
export function changesUnderWay(file: EditedFile, names: readonly string[]): Change[] {
  const start = `${draftStem(file)}.`
  return names.flatMap((name) => {
    if (!name.startsWith(start)) return []
    const [, from, to] =
      /^([0-9a-f]{16})-([0-9a-f]{16}|removed)\.aside$/.exec(name.slice(start.length)) ?? []
    return from === undefined || to === undefined ? [] : [{ from, to }]
  })
}

/** EPERM: no hard links here, or not to a file of somebody else's (proc(5): protected_hardlinks). */
export const NO_HARD_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

export function removeFile(ports: ProtocolPorts, path: string): void {
  ifThere(undefined, () => ports.fs.unlink(path))
}

/** A file whose folder became a file is gone as well. */
export function ifThere<T>(otherwise: T, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return otherwise
    throw error
  }
}
