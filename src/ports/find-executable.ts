import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

/** What a shell searches where PATH is not set (confstr(3), _CS_PATH). */
const DEFAULT_PATH = '/usr/bin:/bin'

/**
 * Absolute path of the program that a shell in `cwd` would start for `name`, links not resolved;
 * null if there is none. A name with a `/` is a path. An empty entry of `path` means `cwd`.
 */
export function findExecutable(name: string, cwd: string, path: string | undefined): string | null {
  return candidates(name, cwd, path).find((one) => isFile(one, constants.X_OK)) ?? null
}

/** The same for what is there and cannot be executed; a directory counts only by its path. */
export function findUnexecutable(
  name: string,
  cwd: string,
  path: string | undefined,
): string | null {
  const isThere = name.includes('/') ? existsSync : (one: string) => isFile(one, constants.F_OK)
  return candidates(name, cwd, path).find(isThere) ?? null
}

function candidates(name: string, cwd: string, path: string | undefined): string[] {
  if (name === '') return []
  const directories = name.includes('/') ? [''] : (path ?? DEFAULT_PATH).split(':')
  return directories.map((directory) => resolve(cwd, directory, name))
}

function isFile(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return statSync(path).isFile()
  } catch {
    // Absent, not ours to run, or behind a closed directory: the next entry decides, as in execvp(3).
    return false
  }
}
