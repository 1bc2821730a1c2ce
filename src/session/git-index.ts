/** What git's index is told of a session's files. Nothing is staged. */
import { relative, sep } from 'node:path'
import { dropEmptyEntry, refreshEntry } from '../git/index-entry.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import type { BackupRef, FileBackup } from './backup-ref.ts'
import { isInside } from './settings-file.ts'

/**
 * Lets git look at the files anew, after each write.
 * @param waitMs for another git that holds the index; absent: some seconds
 * @throws FlowError E_INDEX_BUSY
 */
export function refreshIndex(
  ports: ProtocolPorts,
  ref: BackupRef,
  files: readonly FileBackup[],
  waitMs?: number,
): void {
  const tree = treeOf(ref)
  if (tree === null) return
  for (const { path, treePath } of trackable(ref, files)) {
    ports.log('git', `${path}: its entry in the index is made anew`)
    refreshEntry(ports, tree, treePath, waitMs)
  }
}

/** A file that flow made, and that `git add` found, is out of the index too. @throws FlowError E_INDEX_BUSY */
export function forgetMadeFiles(ports: ProtocolPorts, ref: BackupRef): void {
  const tree = treeOf(ref)
  if (tree === null) return
  const made = ref.files.filter(({ original }) => original.kind === 'absent')
  for (const { treePath } of trackable(ref, made)) dropEmptyEntry(ports, tree, treePath)
}

function treeOf({ gitFolder, boundary }: BackupRef) {
  return gitFolder === null ? null : { gitFolder, topLevel: boundary }
}

/** With its path in the working tree; without those that lie outside. */
export function trackable({ boundary }: BackupRef, files: readonly FileBackup[]) {
  return files
    .filter(({ realPath }) => isInside(boundary, realPath))
    .map(({ path, realPath }) => {
      return { path, treePath: relative(boundary, realPath).split(sep).join('/') }
    })
}
