/** What the state home holds of one repository: of all its working trees, whose projects each have their own. */
import { basename, dirname, join } from 'node:path'
import { FlowError } from '../../errors.ts'
import type { Repository } from '../../git/repository.ts'
import { foldersUp, isInside } from '../../git/tree-path.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Ports } from '../../ports/ports.ts'
import type { BackupRef } from '../../session/backup-ref.ts'
import { listHistory } from '../../session/history.ts'
import { type ProjectPaths, projectHash, projectPaths } from '../../session/layout.ts'
import { projectsOf } from '../../session/projects.ts'
import { repositoryPaths } from '../../session/repository-lock.ts'
import { latestRecord } from '../../session/residue.ts'
import { getBackupRef } from '../../session/state.ts'
import { kindOf, namesIn } from './look.ts'

/**
 * Every project of the repository that has a session, a snapshot, a gate, or a past in the history.
 * `folders`: where its packages are known to be, real paths. Reads only.
 * @throws FlowError E_STATE_*
 */
export function findShare(
  ports: Ports,
  home: string,
  repository: Repository,
  folders: readonly string[],
): ProjectPaths[] {
  const { fs } = ports
  const trees = workingTrees(fs, repository)
  const known = projectsOf(ports, home).filter((paths) => {
    const ref = recordOf(ports, paths)
    return ref !== null && isOfRepository(ref, repository, trees)
  })
  const past = listHistory(ports, home)
    .map(({ projectPath }) => projectPath)
    .filter((path) => trees.some((tree) => isOfTree(fs, tree, path)))
  const candidates = [
    repositoryPaths(home, repository.commonGitFolder),
    ...[...trees, ...folders, ...past].map((path) => projectPaths(home, projectHash(path))),
  ]
  const withState = candidates.filter((paths) => {
    const { sessionFolder, projectSnapshotsFolder, gateFolder, firedFolder, hash } = paths
    return (
      [sessionFolder, projectSnapshotsFolder, gateFolder, firedFolder].some((path) =>
        isThere(fs, path),
      ) || past.some((path) => projectHash(path) === hash)
    )
  })
  const all = [...known, ...withState]
  return all.filter(({ hash }, at) => all.findIndex((other) => other.hash === hash) === at)
}

/** Tops of all working trees that there are, real paths: the main one's, unless it is bare, and linked ones. */
export function workingTrees(
  fs: FileSystem,
  { topLevel, commonGitFolder }: Repository,
): readonly string[] {
  const linked = namesIn(fs, join(commonGitFolder, 'worktrees')).flatMap((name) => {
    // gitrepository-layout(5): the path of that tree's `.git`.
    const path = join(commonGitFolder, 'worktrees', name, 'gitdir')
    return isThere(fs, path) ? [dirname(fs.readFile(path).toString('utf8').replace(/\n$/, ''))] : []
  })
  const main = basename(commonGitFolder) === '.git' ? [dirname(commonGitFolder)] : []
  const trees = [topLevel, ...main, ...linked].filter((path) => isThere(fs, path))
  return [...new Set(trees.map((path) => fs.realPath(path)))]
}

function isOfRepository(
  { gitFolder, boundary }: BackupRef,
  { commonGitFolder }: Repository,
  trees: readonly string[],
): boolean {
  if (gitFolder === null) return trees.includes(boundary)
  return gitFolder === commonGitFolder || dirname(gitFolder) === join(commonGitFolder, 'worktrees')
}

/** In the tree itself, not in a submodule or another repository within it. */
function isOfTree(fs: FileSystem, tree: string, path: string): boolean {
  if (!isInside(tree, path)) return false
  return foldersUp(path, tree).find((folder) => isThere(fs, join(folder, '.git'))) === tree
}

function recordOf(ports: Ports, paths: ProjectPaths): BackupRef | null {
  try {
    const backup = getBackupRef(ports, paths)
    return backup.kind === 'ok' ? backup.value : latestRecord(ports, paths)
  } catch (error) {
    // Another tool's, or of a newer flow: whose it is cannot be read, so it stays.
    if (!(error instanceof FlowError)) throw error
    ports.log('uninstall', `${paths.hash}: ${error.message}`)
    return null
  }
}

function isThere(fs: FileSystem, path: string): boolean {
  return kindOf(fs, path) !== null
}
