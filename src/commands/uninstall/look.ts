import { isErrno } from '../../errors.ts'
import type { FileSystem } from '../../ports/file-system.ts'

/** Names in a folder; none where there is no such folder. */
export function namesIn(fs: FileSystem, folder: string): string[] {
  return kindOf(fs, folder) === 'folder' ? fs.list(folder) : []
}

/** Links followed; null: nothing is there. */
export function kindOf(fs: FileSystem, path: string): string | null {
  try {
    return fs.facts(path).kind
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null
    throw error
  }
}
