import { accessSync, constants, statSync } from 'node:fs'
import { resolve } from 'node:path'

/** What a shell searches where PATH is not set (confstr(3), _CS_PATH). */
const DEFAULT_PATH = '/usr/bin:/bin'

/**
 * Absolute path of the program that a shell in `cwd` would start for `name`, links not resolved;
 * null if there is none. A name with a `/` is a path. An empty entry of `path` means `cwd`.
 */
export function findExecutable(name: string, cwd: string, path: string | undefined): string | null {
  if (name === '') return null
  const folders = name.includes('/') ? [''] : (path ?? DEFAULT_PATH).split(':')
  const candidates = folders.map((folder) => resolve(cwd, folder, name))
  return candidates.find(isExecutableFile) ?? null
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Absent, not ours to run, or behind a closed folder: the next entry decides, as in execvp(3).
    return false
  }
}
