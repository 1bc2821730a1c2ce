/** File operations that are watched: whoever comes to a folder by way of a planted link is noted. */
import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { FileSystem } from '../../src/ports/file-system.ts'

/** What an operation does to what its path leads to; for each path that it is given. */
interface Habit {
  /** A link at the very end is followed (path_resolution(7)). */
  readonly follows: boolean
  readonly does: 'reads' | 'changes' | 'looks'
  readonly paths: number
}

const HABITS: Record<keyof FileSystem, Habit> = {
  readFile: { follows: true, does: 'reads', paths: 1 },
  list: { follows: true, does: 'reads', paths: 1 },
  facts: { follows: true, does: 'looks', paths: 1 },
  linkFacts: { follows: false, does: 'looks', paths: 1 },
  stamp: { follows: false, does: 'looks', paths: 1 },
  readLink: { follows: false, does: 'looks', paths: 1 },
  realPath: { follows: true, does: 'looks', paths: 1 },
  checkWritable: { follows: true, does: 'looks', paths: 1 },
  syncFolder: { follows: true, does: 'looks', paths: 1 },
  // O_EXCL: open(2) follows no link at the end.
  createFile: { follows: false, does: 'changes', paths: 1 },
  overwriteFile: { follows: true, does: 'changes', paths: 1 },
  rename: { follows: false, does: 'changes', paths: 2 },
  link: { follows: false, does: 'changes', paths: 2 },
  // The first word is no path: what the link says.
  symlink: { follows: false, does: 'changes', paths: 2 },
  unlink: { follows: false, does: 'changes', paths: 1 },
  createFolder: { follows: false, does: 'changes', paths: 1 },
  removeFolder: { follows: false, does: 'changes', paths: 1 },
  setMode: { follows: true, does: 'changes', paths: 1 },
  setOwner: { follows: true, does: 'changes', paths: 1 },
}

export interface Visit {
  readonly operation: string
  readonly does: 'reads' | 'changes'
  readonly path: string
}

/** Tells `onPath` each path as it is given, and `onVisit` each one that leads into `outside`. */
export function watchedFiles(
  fs: FileSystem,
  outside: string,
  onPath: (path: string) => void,
  onVisit: (visit: Visit) => void,
): FileSystem {
  const watched = Object.entries(fs).map(([name, operation]) => {
    const { follows, does, paths } = HABITS[name as keyof FileSystem]
    return [
      name,
      (...args: unknown[]) => {
        for (const path of args.slice(0, paths) as string[]) {
          onPath(path)
          const isOutside = `${whereTo(path, follows)}/`.startsWith(`${outside}/`)
          if (isOutside && does !== 'looks') onVisit({ operation: name, does, path })
        }
        return (operation as (...words: unknown[]) => unknown)(...args)
      },
    ]
  })
  return Object.fromEntries(watched) as FileSystem
}

function whereTo(path: string, follows: boolean): string {
  try {
    return follows ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
  } catch {
    // Nothing is there, so nothing of it can be read or changed.
    return path
  }
}
