/** Looking at files that need not be there. */
import { isErrno } from '../../errors.ts'
import type { FileSystem } from '../../ports/file-system.ts'

/** Follows links: one that leads nowhere is not there. */
export function isThere(fs: FileSystem, path: string): boolean {
  try {
    fs.facts(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

/** The text of a file, or `otherwise` where there is no file of that name. */
export function readTextOr<T>(fs: FileSystem, path: string, otherwise: T): string | T {
  if (!isThere(fs, path) || fs.facts(path).kind !== 'file') return otherwise
  return fs.readFile(path).toString('utf8')
}
