/** What a session does to git's index. Nothing is staged. */
import { join } from 'node:path'
import {
  dropEntries,
  type IndexEntry,
  isEmptyBlob,
  logRefreshed,
  readBlob,
  readEntries,
  refreshCall,
  refreshEntries,
  skipEntries,
} from '../git/index-entry.ts'
import type { GitCall, WorkingTree } from '../git/run-git.ts'
import { isInside, treePath } from '../git/tree-path.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { shellWord } from '../shell-word.ts'
import type { BackupRef, FileBackup } from './backup-ref.ts'
import { ignorePath, ignoreText, isIgnoredByFlow } from './ignored-file.ts'
import type { Place } from './settings-file.ts'

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
  if (tree !== null) refreshEntries(ports, tree, pathsIn(ref, files.filter(isTracked)))
}

/**
 * The same for all files of a session by a caller that has other work meanwhile. Outside the lock: two
 * refreshes do no harm, and git's own lock parts them.
 * @param start runs a program and resolves to its exit status, null where there is none
 * @throws FlowError E_INDEX_BUSY
 */
export async function refreshIndexBy(
  ports: ProtocolPorts,
  ref: BackupRef,
  start: (call: GitCall) => Promise<number | null>,
): Promise<void> {
  const tree = treeOf(ref)
  if (tree === null) return
  for (const file of ref.files.filter(isTracked)) {
    for (const path of pathsIn(ref, [file])) {
      const status = await start(refreshCall(ports, tree, path, filterOf(ref, file)))
      if (!logRefreshed(ports, path, status)) refreshEntries(ports, tree, [path])
    }
  }
}

/**
 * What clean.sh comes to where the file is as flow wrote it, in half the time. git takes any other for
 * modified, and looks again when it is asked.
 */
function filterOf({ backupPath }: BackupRef, { original }: FileBackup): string | undefined {
  if (original.kind === 'absent') return undefined
  const clean = join(backupPath, original.snapshot)
  const filter = `cmp -s - ${shellWord(`${clean}.merged`)} && exec cat ${shellWord(clean)}`
  return filter.replaceAll('%', '%%')
}

function isTracked(file: FileBackup): boolean {
  return !isMade(file) || isSkipped(file)
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
  const skipped = pathsIn(ref, ref.files.filter(isSkipped))
  const others = pathsIn(ref, ref.files).filter((path) => !skipped.includes(path))
  // They have no entries of flow's.
  refreshEntries(ports, tree, others, { waitMs, filter: '' })
  const entries = readEntries(ports, tree, madePaths(ref))
  skipEntries(
    ports,
    tree,
    entries.filter(({ path }) => skipped.includes(path)),
  )
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
  const ignored = ref.files.filter(isIgnoredByFlow).find(({ realPath }) => {
    return pathIn(ref.boundary, ignorePath(realPath)) === path
  })
  if (tree === null || ignored === undefined) return false
  const own = Buffer.from(ignoreText(ignored.realPath))
  return own.equals(readBlob(ports, tree, blob))
}

/** Paths in the working tree of all files that the session made, `.gitignore` included. */
export function madePaths(ref: BackupRef): string[] {
  const ignores = ref.files.filter(isIgnoredByFlow).flatMap(({ realPath }) => {
    return pathIn(ref.boundary, ignorePath(realPath)) ?? []
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
  const path = pathIn(place.boundary, realPath)
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
  return files.flatMap(({ realPath }) => pathIn(boundary, realPath) ?? [])
}

/** Null for a file outside. */
function pathIn(boundary: string, realPath: string): string | null {
  return isInside(boundary, realPath) ? treePath(boundary, realPath) : null
}
