/** What git's index is told of a session's files. Nothing is staged. */
import { dirname, relative, sep } from 'node:path'
import { dropEmptyEntry, refreshEntry } from '../git/index-entry.ts'
import { renewEntry, sweepOwnLock } from '../git/own-index.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { ifThere } from './aside.ts'
import type { BackupRef, FileBackup } from './backup-ref.ts'
import { projectHash } from './layout.ts'
import { isInside } from './settings-file.ts'

/** What stands in a file, and what git is given of it. */
export interface Contents {
  readonly presentBytes: Uint8Array
  readonly cleanBytes: Uint8Array
}

/**
 * Lets git look at the files anew, after each write. Inside the project's gate.
 * @param contentsOf null: not known, so git has to look itself
 * @param waitMs for another git that holds the index; absent: some seconds
 * @throws FlowError E_INDEX_BUSY
 */
export function refreshIndex(
  ports: ProtocolPorts,
  ref: BackupRef,
  files: readonly FileBackup[],
  contentsOf: (file: FileBackup) => Contents | null,
  waitMs?: number,
): void {
  const tree = treeOf(ref)
  if (tree === null) return
  // A gate is of one state home; a container beside us may have another for the same project.
  const owner = projectHash(dirname(ref.backupPath))
  sweepOwnLock(ports, tree, owner)
  for (const { file, treePath } of trackable(ref, files)) {
    const contents = contentsOf(file)
    if (contents !== null && renewEntry(ports, tree, owner, { treePath, ...contents })) continue
    ports.log('git', `${file.path}: git makes its entry in the index anew`)
    refreshEntry(ports, tree, treePath, waitMs)
  }
}

/** The same once the files are restored: git is given them as they are. */
export function refreshRestored(ports: ProtocolPorts, ref: BackupRef, waitMs?: number): void {
  const contentsOf = ({ realPath }: FileBackup): Contents | null => {
    const bytes = ifThere(null, () => ports.fs.readFile(realPath))
    return bytes === null ? null : { presentBytes: bytes, cleanBytes: bytes }
  }
  refreshIndex(ports, ref, ref.files, contentsOf, waitMs)
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
    .map((file) => ({
      file,
      treePath: relative(boundary, file.realPath).split(sep).join('/'),
    }))
}
