import { basename, join } from 'node:path'
import type { Repository } from '../../git/repository.ts'
import { isInside } from '../../git/tree-path.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { SetUpRecord } from '../set-up-record.ts'
import { kindOf, namesIn } from './look.ts'
import type { FolderUndo, Undo } from './undo.ts'

/**
 * The folders that these steps leave empty and that `init` made, as far as is known: one in which it
 * wrote, and which it did not make, was there before. Innermost first.
 */
export function goneFolders(
  fs: FileSystem,
  { commonGitFolder }: Repository,
  hookFolders: readonly string[],
  undos: readonly Undo[],
  record: SetUpRecord | null,
): FolderUndo[] {
  const made = record?.madeFolders ?? []
  const isMade = (path: string) => {
    if (made.includes(path)) return true
    if (isInside(commonGitFolder, path)) return false
    return !record?.writes.some((write) => isInside(path, write.path))
  }
  const candidates = [...new Set([...hookFolders, ...made])]
    .filter((path) => kindOf(fs, path) === 'folder' && basename(path) !== '_' && isMade(path))
    .sort((a, b) => b.length - a.length)
  const gone: string[] = []
  const goes = (path: string) =>
    gone.includes(path) ||
    undos.some((undo) => {
      if (undo.kind === 'file') return undo.file.path === path && undo.after === null
      if (undo.kind !== 'runner' || undo.folder !== path) return false
      return namesIn(fs, path).every((name) => undo.names.includes(name))
    })
  for (const path of candidates) {
    if (namesIn(fs, path).every((name) => goes(join(path, name)))) gone.push(path)
  }
  return gone.map((path) => ({ kind: 'folder', topic: 'hooks', path }))
}
