/**
 * Files in memory over a disk that keeps what is not synced only by luck. As POSIX has it: a file's
 * bytes are safe once they are synced, a name once its folder is, each folder on its own; of one
 * folder's changes a later one is never safe before an earlier one.
 */
import { dirname } from 'node:path'
import type { FileSystem } from '../../src/ports/file-system.ts'
import { memoryFiles, type Tree } from './memory-files.ts'

interface Change {
  readonly name: keyof FileSystem
  readonly args: readonly unknown[]
  /** Those whose names it changes; none: it changes the bytes of a file, and syncs them. */
  readonly folders: readonly string[]
  isSafe: boolean
}

/** What a power cut leaves of that which is not safe. */
export interface Loss {
  readonly name: string
  readonly tree: Tree
}

export interface CachedFiles {
  readonly fs: FileSystem
  /** Rises with each change and each sync. */
  moment(): number
  /** Every way in which it can look after a power cut now, as far as they are tried. */
  losses(): Loss[]
}

export function cachedFiles(initial: Tree): CachedFiles {
  const files = memoryFiles(initial)
  const changes: Change[] = []
  let moment = 0
  /** A folder that was renamed is the same folder still: its first path stands for it. */
  const firstPaths = new Map<string, string>()
  const identify = (folder: string) => firstPaths.get(folder) ?? folder
  const operations = Object.entries(files.fs).map(([name, operation]) => [
    name,
    (...args: unknown[]) => {
      const result = (operation as Operation)(...args)
      const [path, to] = args as [string, string]
      if (name === 'syncFolder') {
        for (const one of changes) if (one.folders.includes(identify(path))) one.isSafe = true
      }
      const folders = FOLDERS[name]?.(path, to).map(identify)
      if (folders !== undefined || name === 'syncFolder') moment += 1
      if (folders === undefined) return result
      const isSafe = folders.length === 0
      changes.push({ name: name as keyof FileSystem, args, folders, isSafe })
      if (name === 'rename') firstPaths.set(to, identify(path))
      return result
    },
  ])
  return {
    fs: Object.fromEntries(operations) as FileSystem,
    moment: () => moment,
    losses: () => losses(initial, changes),
  }
}

type Operation = (...args: unknown[]) => unknown

const FOLDERS: Record<string, (path: string, to: string) => string[]> = {
  createFile: (path) => [dirname(path)],
  createFolder: (path) => [dirname(path)],
  removeFolder: (path) => [dirname(path)],
  unlink: (path) => [dirname(path)],
  link: (_, to) => [dirname(to)],
  symlink: (_, to) => [dirname(to)],
  rename: (from, to) => [dirname(from), dirname(to)],
  overwriteFile: () => [],
}

/** All or nothing, the last change alone, and one folder that is ahead of all others or behind them. */
function losses(initial: Tree, changes: readonly Change[]): Loss[] {
  const open = changes.filter(({ isSafe }) => !isSafe)
  const last = open.at(-1)
  const folders = [...new Set(open.flatMap(({ folders }) => folders))]
  const isIn = (folder: string) => (one: Change) => one.folders.includes(folder)
  const lost: [string, (change: Change) => boolean][] = [
    ['nothing but bytes', () => false],
    ['everything', () => true],
    ['the last change', (one) => one === last],
    ...folders.flatMap((folder): [string, (change: Change) => boolean][] => [
      [`what is in ${folder}`, isIn(folder)],
      [`all but what is in ${folder}`, (one) => !isIn(folder)(one)],
    ]),
  ]
  return lost.flatMap(([name, isLost]) =>
    [true, false].map((keepsBytes) => ({
      name: `${name}${keepsBytes ? '' : ', and bytes'}`,
      tree: after(
        initial,
        changes.filter((one) => one.isSafe || !isLost(one)),
        keepsBytes,
      ),
    })),
  )
}

function after(initial: Tree, kept: readonly Change[], keepsBytes: boolean): Tree {
  const files = memoryFiles(initial)
  for (const { name, args } of kept) {
    const [path, bytes, mode, options] = args as [string, Buffer, number, { sync: boolean }?]
    const isCut = name === 'createFile' && options?.sync === false && !keepsBytes
    try {
      if (isCut) files.fs.createFile(path, Buffer.alloc(0), mode)
      else (files.fs[name] as Operation)(path, bytes, mode, options)
    } catch (error) {
      // What it was done to is lost.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error
    }
  }
  return files.tree()
}
