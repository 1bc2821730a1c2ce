import { basename, join } from 'node:path'
import type { ProtocolPorts } from '../ports/ports.ts'
import { type PresentFile, readPresent } from './settings-file.ts'
import { absentAs, readBytes } from './state-file.ts'

export interface JournalledFile {
  readonly realPath: string
  /** For messages. */
  readonly name: string
  /** Folder in the state home for the journal. */
  readonly keepFolder: string
}

/**
 * Writes a file in place, where rename(2) cannot serve: it has several names, is a mount point, or
 * belongs to somebody else. Others can see part of it; the journal lets `finishJournal` complete it.
 * @returns false when the file is not `present` any more: nothing was written
 */
export function writeInPlace(
  ports: ProtocolPorts,
  file: JournalledFile,
  present: PresentFile,
  bytes: Uint8Array,
): boolean {
  const journal = journalPaths(file)
  remove(ports, journal.after)
  remove(ports, journal.before)
  ports.fs.createFile(journal.before, present.bytes, 0o600)
  ports.fs.createFile(journal.after, bytes, 0o600)
  const isUnchanged = absentAs(false, () => ports.fs.readFile(file.realPath).equals(present.bytes))
  if (isUnchanged) ports.fs.overwriteFile(file.realPath, bytes)
  const how = isUnchanged
    ? 'written in place, since rename cannot serve'
    : 'changed meanwhile: not written'
  ports.log('file', `${file.realPath}: ${how}`)
  remove(ports, journal.after)
  remove(ports, journal.before)
  return isUnchanged
}

/** Completes a write in place that was cut off; what is whole, or edited since, is left. */
export function finishJournal(ports: ProtocolPorts, file: JournalledFile): void {
  const journal = journalPaths(file)
  const before = readBytes(ports, journal.before)
  const after = readBytes(ports, journal.after)
  if (before !== undefined && after !== undefined) {
    const present = readPresent(ports, file.realPath, file.name)
    if (present !== null && isTornBetween(present.bytes, before, after)) {
      ports.log('file', `${file.realPath} was half written: finishing it`)
      ports.fs.overwriteFile(file.realPath, after)
    }
  }
  if (after !== undefined) remove(ports, journal.after)
  if (before !== undefined) remove(ports, journal.before)
}

/** True when a write in place is under way, or was cut off. */
export function hasJournal(ports: ProtocolPorts, file: JournalledFile): boolean {
  const { before } = journalPaths(file)
  return absentAs(false, () => ports.fs.linkFacts(before) !== undefined)
}

/**
 * True for what a killed overwrite leaves: the first bytes of `after`, then what `before` has from
 * there on, not yet cut to length. Neither of the two whole texts is torn.
 */
export function isTornBetween(present: Uint8Array, before: Uint8Array, after: Uint8Array): boolean {
  let head = 0
  while (head < present.length && head < after.length && present[head] === after[head]) head += 1
  if (head === 0 || (head === after.length && head === present.length)) return false
  if (Buffer.from(present).equals(before)) return false
  return Buffer.from(present.subarray(head)).equals(before.subarray(head))
}

function remove(ports: ProtocolPorts, path: string): void {
  absentAs(undefined, () => ports.fs.unlink(path))
}

function journalPaths({ realPath, keepFolder }: JournalledFile): { before: string; after: string } {
  const base = join(keepFolder, `journal-${basename(realPath)}`)
  return { before: `${base}.before`, after: `${base}.after` }
}
