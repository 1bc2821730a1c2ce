import { dirname } from 'node:path'
import type { FileSystem } from '../../ports/file-system.ts'
import { packageIn } from './manager-name.ts'
import { OWN_NAME } from './package-json.ts'

/** True when the program at `path`, by whatever name, is one of flow's own package. */
export function isOwnProgram(fs: FileSystem, path: string): boolean {
  const program = fs.realPath(path)
  // Elsewhere than npm on POSIX it is no link but a small script, which names its target.
  return /[\\/]\.bin[\\/]/.test(program)
    ? fs.readFile(program).toString('latin1').includes(OWN_NAME)
    : nameOfPackage(fs, program) === OWN_NAME
}

function nameOfPackage(fs: FileSystem, path: string): unknown {
  const folder = dirname(path)
  if (folder === path) return undefined
  return packageIn(fs, folder).name ?? nameOfPackage(fs, folder)
}
