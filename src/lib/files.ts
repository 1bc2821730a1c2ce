/** Looking at files that need not be there. Any other failure is thrown as Node's own error. */
import { basename, dirname, join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { FileFacts, FileSystem } from '../ports/file-system.ts'

type Files = Pick<FileSystem, 'facts' | 'list' | 'readFile'>

/** What is at `path`, links followed; null: nothing, or a link that leads nowhere. */
export function factsOf(fs: Pick<FileSystem, 'facts'>, path: string): FileFacts | null {
  return absentAsNull(() => fs.facts(path))
}

export function isFile(fs: Pick<FileSystem, 'facts'>, path: string): boolean {
  return factsOf(fs, path)?.kind === 'file'
}

export function isDirectory(fs: Pick<FileSystem, 'facts'>, path: string): boolean {
  return factsOf(fs, path)?.kind === 'folder'
}

/** The bytes of a file; null: there is no file of that name. */
export function readIfFile(fs: Files, path: string): Buffer | null {
  return isFile(fs, path) ? fs.readFile(path) : null
}

/** The names in a directory, sorted; none where there is no such directory. */
export function namesIn(fs: Files, directory: string): string[] {
  return isDirectory(fs, directory) ? fs.list(directory).sort() : []
}

/** `path` with links resolved as far as it exists. */
export function realPathOf(fs: Pick<FileSystem, 'realPath'>, path: string): string {
  const real = absentAsNull(() => fs.realPath(path))
  if (real !== null) return real
  const above = dirname(path)
  return above === path ? path : join(realPathOf(fs, above), basename(path))
}

function absentAsNull<T>(look: () => T): T | null {
  try {
    return look()
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null
    throw error
  }
}
