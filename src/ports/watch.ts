import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { explain, isSystemError } from '../errors.ts'
import type { Log } from './log.ts'

/**
 * Calls `onChange` after each change of an entry of a directory; some changes are reported together. The
 * directories above it are watched up to `top`, since another one may take its place.
 * Keeps no process alive. A directory that cannot be watched (EMFILE, ENOSPC: inotify(7)) is logged.
 * @returns ends it
 */
export function watchDirectory(
  log: Log,
  directory: string,
  top: string,
  onChange: () => void,
): () => void {
  let inode: number | undefined
  let watcher: FSWatcher | undefined
  const reopen = () => {
    watcher?.close()
    watcher = undefined
    if (inode === undefined) return
    try {
      watcher = watch(directory, { persistent: false }, onChange)
      watcher.on('error', (error) => log('run', `${directory} is not watched: ${explain(error)}`))
    } catch (error) {
      log('run', `${directory} is not watched: ${explain(error)}`)
    }
  }
  const look = () => {
    const before = inode
    inode = inodeOf(directory)
    if (inode !== before) reopen()
    return inode !== before
  }
  look()
  const stopAbove =
    directory === top
      ? () => undefined
      : watchDirectory(log, dirname(directory), top, () => look() && onChange())
  return () => {
    watcher?.close()
    stopAbove()
  }
}

/** Undefined when there is none, or it cannot be looked at. */
function inodeOf(directory: string): number | undefined {
  try {
    return statSync(directory).ino
  } catch (error) {
    if (!isSystemError(error)) throw error
    return undefined
  }
}
