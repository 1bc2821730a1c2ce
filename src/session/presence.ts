/** Whether the project of a session is there, and what proves that it was removed. */
import { join } from 'node:path'
import { isErrno, isSystemError } from '../errors.ts'
import { exists } from '../git/git-file.ts'
import { isDirectory } from '../lib/files.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import type { BackupRef } from './backup-ref.ts'

export type Presence =
  | 'there'
  /** Not there, and its repository no longer has its working tree: there is nothing to restore. */
  | 'removed'
  /** Not there: moved, deleted, on a disk that is not mounted, or not on this branch. */
  | 'missing'

type Place = Pick<BackupRef, 'projectPath' | 'boundary' | 'gitFolder'>

/** Changes nothing. @throws a system error where that cannot be seen, as of a network disk that fails */
export function projectPresence(ports: Pick<ProtocolPorts, 'fs'>, place: Place): Presence {
  if (isThere(ports, place)) return 'there'
  const { gitFolder } = place
  return gitFolder !== null && isRemovedWorktree(ports, gitFolder) ? 'removed' : 'missing'
}

/** For people: false also where that cannot be seen. */
export function isMissing(ports: Pick<ProtocolPorts, 'fs'>, place: Place): boolean {
  try {
    return projectPresence(ports, place) === 'missing'
  } catch (error) {
    if (!isSystemError(error)) throw error
    return false
  }
}

function isThere({ fs }: Pick<ProtocolPorts, 'fs'>, place: Place): boolean {
  const { projectPath, boundary, gitFolder } = place
  if (!isDirectory(fs, projectPath)) return false
  // A working tree is never empty; the mount point of a disk that is not mounted is.
  return gitFolder === null || projectPath !== boundary || !isEmpty(fs, projectPath)
}

function isEmpty(fs: Pick<FileSystem, 'list'>, directory: string): boolean {
  try {
    return fs.list(directory).length === 0
  } catch (error) {
    // What is in a directory that may not be listed can be restored all the same.
    if (isErrno(error, 'EACCES')) return false
    throw error
  }
}

/**
 * True when the repository is there, and has no record of the linked worktree (or submodule within it) any more:
 * `git worktree remove` and `git worktree prune` take it. One that was moved or deleted by other means
 * still has its record.
 */
function isRemovedWorktree(ports: Pick<ProtocolPorts, 'fs'>, gitDirectory: string): boolean {
  const [record, repository] = LINKED.exec(gitDirectory) ?? []
  if (record === undefined || repository === undefined) return false
  return !exists(ports, record) && exists(ports, join(repository, 'HEAD'))
}

/** gitrepository-layout(5): the repository, and its record of a linked worktree. */
const LINKED = /^(.+)\/worktrees\/[^/]+/

/** What all working trees share, by the path alone: it may be gone. */
export function repositoryOf(gitDirectory: string | null): string | null {
  return LINKED.exec(gitDirectory ?? '')?.[1] ?? gitDirectory
}
