/** What a session does to git's index. Nothing is staged. */
import { relative, sep } from 'node:path'
import {
  dropEntries,
  type IndexEntry,
  isEmptyBlob,
  readBlob,
  readEntries,
  refreshEntries,
  skipEntries,
} from '../git/index-entry.ts'
import type { WorkingTree } from '../git/run-git.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import type { BackupRef, FileBackup } from './backup-ref.ts'
import { ignoredFiles, ignorePath, ignoreText } from './ignored-file.ts'
import { isInside, type Place } from './settings-file.ts'

/**
 * Makes git look at the files again, after a write. Inside the project's lock.
 * @throws FlowError E_INDEX_BUSY
 */
export function refreshIndex(
  ports: ProtocolPorts,
  ref: BackupRef,
  files: readonly FileBackup[],
): void {
  const tree = treeOf(ref)
  if (tree === null) return
  const tracked = files.filter((file) => !isMade(file) || isSkipped(file))
  const entries = readEntries(ports, tree, pathsIn(ref, tracked))
  const skipped = pathsIn(ref, tracked.filter(isSkipped))
  // git takes a file that is there for part of the checkout, whatever the bit says.
  const present = entries.map((entry) =>
    entry.isSkipped && skipped.includes(entry.path) ? { ...entry, isPlain: true } : entry,
  )
  refreshEntries(ports, tree, present)
}

/**
 * The same once the files are restored; and of a file that flow made, what `git add` put into the index,
 * and the skip-worktree bit that git cleared.
 * @param waitMs for another git that holds the index; absent: some seconds
 * @throws FlowError E_INDEX_BUSY
 */
export function settleIndex(ports: ProtocolPorts, ref: BackupRef, waitMs?: number): void {
  const tree = treeOf(ref)
  if (tree === null) return
  const entries = readEntries(ports, tree, [
    ...new Set([...pathsIn(ref, ref.files), ...madePaths(ref)]),
  ])
  const of = (isWanted: (file: FileBackup) => boolean) => {
    const paths = pathsIn(ref, ref.files.filter(isWanted))
    return entries.filter(({ path }) => paths.includes(path))
  }
  refreshEntries(
    ports,
    tree,
    of((file) => !isSkipped(file)),
    waitMs,
  )
  skipEntries(ports, tree, of(isSkipped))
  dropEntries(
    ports,
    tree,
    entries.filter((entry) => isOwnEntry(ports, ref, entry)),
  )
}

/**
 * True for what `git add` makes of a file that flow made and nobody edited: of the settings the clean
 * filter leaves nothing.
 */
export function isOwnEntry(
  ports: ProtocolPorts,
  ref: BackupRef,
  { path, blob }: Pick<IndexEntry, 'path' | 'blob'>,
): boolean {
  if (pathsIn(ref, ref.files.filter(isMade)).includes(path)) return isEmptyBlob(blob)
  const tree = treeOf(ref)
  const ignored = ignoredFiles(ref).find(({ realPath }) => {
    return treePath(ref.boundary, ignorePath(realPath)) === path
  })
  if (tree === null || ignored === undefined) return false
  const own = Buffer.from(ignoreText(ignored.realPath))
  return own.equals(readBlob(ports, tree, blob))
}

/** Paths in the working tree of all files that the session made, `.gitignore` included. */
export function madePaths(ref: BackupRef): string[] {
  const ignores = ignoredFiles(ref).flatMap(({ realPath }) => {
    return treePath(ref.boundary, ignorePath(realPath)) ?? []
  })
  return [...pathsIn(ref, ref.files.filter(isMade)), ...ignores]
}

function isSkipped({ original }: FileBackup): boolean {
  return original.kind === 'absent' && original.isSkipped
}

function isMade({ original }: FileBackup): boolean {
  return original.kind === 'absent'
}

/**
 * The committed bytes of a missing file that git was told to do without (a sparse checkout), which git is
 * to be given for the one that flow makes; null: git knows of no such file.
 */
export function skippedBytes(
  ports: ProtocolPorts,
  place: Place,
  realPath: string,
): Uint8Array | null {
  const tree = treeOf(place)
  const path = treePath(place.boundary, realPath)
  if (tree === null || path === null) return null
  const [entry] = readEntries(ports, tree, [path])
  return entry?.isSkipped === true ? readBlob(ports, tree, entry.blob) : null
}

function treeOf({
  gitFolder,
  boundary,
}: Pick<BackupRef, 'gitFolder' | 'boundary'>): WorkingTree | null {
  return gitFolder === null ? null : { gitFolder, topLevel: boundary }
}

/** Paths in the working tree; files outside are left out. */
function pathsIn({ boundary }: BackupRef, files: readonly FileBackup[]): string[] {
  return files.flatMap(({ realPath }) => treePath(boundary, realPath) ?? [])
}

function treePath(boundary: string, realPath: string): string | null {
  return isInside(boundary, realPath) ? relative(boundary, realPath).split(sep).join('/') : null
}
