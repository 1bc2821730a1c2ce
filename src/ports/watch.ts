import { watch } from 'node:fs'
import { explain } from '../errors.ts'
import type { Log } from './log.ts'

/**
 * Calls `onChange` after each change of an entry of a directory; some changes are reported together.
 * Keeps no process alive. A directory that cannot be watched (EMFILE, ENOSPC: inotify(7)) is logged.
 * @returns ends it
 */
export function watchDirectory(log: Log, directory: string, onChange: () => void): () => void {
  try {
    const watcher = watch(directory, { persistent: false }, onChange)
    watcher.on('error', (error) => log('run', `${directory} is not watched: ${explain(error)}`))
    return () => watcher.close()
  } catch (error) {
    log('run', `${directory} is not watched: ${explain(error)}`)
    return () => undefined
  }
}
