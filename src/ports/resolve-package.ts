import { join } from 'node:path'
import { isErrno } from '../errors.ts'

/**
 * The main file of the package `name`, absolute, as node finds it for a module in `folder`; null if
 * there is none. Under Plug'n'Play it can lie in an archive that only this node, and those that it
 * starts, can read.
 */
export function resolvePackage(folder: string, name: string): string | null {
  try {
    const { createRequire } = process.getBuiltinModule('node:module')
    return createRequire(join(folder, 'package.json')).resolve(name)
  } catch (error) {
    // The second: node finds none below a folder with a backslash in its name.
    if (isErrno(error, 'MODULE_NOT_FOUND', 'ERR_INVALID_MODULE_SPECIFIER')) return null
    throw error
  }
}
