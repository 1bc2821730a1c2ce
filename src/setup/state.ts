/** What the state directory holds of one repository: of all its working trees, whose projects each have their own. */
import { dirname, join } from 'node:path'
import { FlowError } from '../errors.ts'
import type { Repository } from '../git/repository.ts'
import { foldersUp, isInside } from '../git/tree-path.ts'
import { factsOf } from '../lib/files.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Ports } from '../ports/ports.ts'
import { isKeptCopy } from '../session/aside.ts'
import type { BackupRef } from '../session/backup-ref.ts'
import { forgetProject, tidyHome } from '../session/forget.ts'
import { listHistory } from '../session/history.ts'
import {
  homePaths,
  type ProjectPaths,
  projectHash,
  projectPaths,
  snapshotFolder,
} from '../session/layout.ts'
import { projectsOf } from '../session/projects.ts'
import { repositoryPaths } from '../session/repository-lock.ts'
import { latestRecord } from '../session/residue.ts'
import { getBackupRef } from '../session/state.ts'
import { listState } from '../session/state-file.ts'
import type { ActionEdit } from './step.ts'
import { workingTrees } from './working-trees.ts'

export interface Purge {
  /** Null: nothing of this repository is there. */
  readonly edit: ActionEdit | null
  /** No other project is left in the state directory then: what prompts read of it goes, too. */
  readonly isLast: boolean
}

/**
 * Plans to remove what the state directory holds of these projects. It comes last: a second `uninstall` goes by
 * what is there.
 * @throws FlowError E_STATE_READ
 */
export function planPurge(
  ports: Ports,
  home: string,
  repository: Repository,
  projects: readonly ProjectPaths[],
): Purge {
  const { fs } = ports
  const { shellFolder } = homePaths(home)
  const isLast =
    projects.every((paths) => keptIn(ports, paths).length === 0) &&
    holdsNothingElse(ports, home, new Set(projects.map(({ hash }) => hash)))
  const takesPrompt = isLast && isThere(fs, shellFolder)
  const lines = [
    ...projects.flatMap((paths) => describe(ports, paths)),
    ...(isAbandoned(ports, home) ? [`${home}: nothing of any project is left in it`] : []),
    ...(takesPrompt ? [`${shellFolder}: what your prompt reads`] : []),
  ]
  if (lines.length === 0) return { edit: null, isLast }
  const prompt = takesPrompt ? ' and what your prompt reads' : ''
  const edit: ActionEdit = {
    kind: 'action',
    topic: 'state',
    asks: `remove what the state home has of this repository, backups of past sessions${prompt} included`,
    order: 3,
    rows: [['state home', 'what it had of this repository']],
    preview: ['remove from the state home:', ...lines.map((line) => `  ${line}`), ''].join('\n'),
    run(keep) {
      const shared = repositoryPaths(home, repository.commonGitFolder)
      const kept = projects.flatMap((paths) =>
        forgetProject(ports, paths, { force: paths.hash === shared.hash }),
      )
      for (const note of [...kept, ...tidyHome(ports, home)]) keep(note)
    },
  }
  return { edit, isLast }
}

function describe(ports: Ports, paths: ProjectPaths): string[] {
  const { projectSnapshotsFolder, sessionFolder, gateFolder, firedFolder } = paths
  const snapshots = listState(ports, projectSnapshotsFolder)
  const count = snapshots.length - keptIn(ports, paths).length
  const backups = count === 1 ? 'the backup of 1 session' : `the backups of ${count} sessions`
  return [
    ...(count === 0 ? [] : [`${projectSnapshotsFolder}: ${backups}`]),
    ...[sessionFolder, gateFolder, firedFolder].filter((path) => isThere(ports.fs, path)),
  ]
}

/** Snapshots that hold the only copy of something: they stay. */
function keptIn(ports: Ports, paths: ProjectPaths): string[] {
  return listState(ports, paths.projectSnapshotsFolder).filter((name) =>
    listState(ports, snapshotFolder(paths, name)).some(isKeptCopy),
  )
}

/** True when all of it belongs to the projects and repositories of these hashes. @throws FlowError E_STATE_READ */
function holdsNothingElse(ports: Ports, home: string, own: ReadonlySet<string>): boolean {
  // A draft in `gates` is what a killed process left; `tidyHome` removes it, and no live one's.
  const isOurs = (name: string) =>
    name.startsWith('.draft-') || own.has(/[0-9a-f]{16}/.exec(name)?.[0] ?? '')
  const past = listHistory(ports, home).filter((one) => own.has(projectHash(one.projectPath)))
  const known = new Set(past.map(({ sessionId }) => `${sessionId}.json`))
  const names = projectFolders(home).flatMap((folder) => listState(ports, folder))
  return (
    names.every((name) => name === 'history' || isOurs(name)) &&
    listState(ports, homePaths(home).historyFolder).every((name) => known.has(name))
  )
}

/** What a kill at the very end leaves: directories, and nothing of a project in them. */
function isAbandoned(ports: Ports, home: string): boolean {
  const { shellFolder, hooksFolder } = homePaths(home)
  const folders = [...projectFolders(home), join(home, 'runtime'), shellFolder, hooksFolder]
  return folders.some((path) => isThere(ports.fs, path)) && holdsNothingElse(ports, home, new Set())
}

function projectFolders(home: string): string[] {
  const { sessionsFolder, snapshotsFolder, gatesFolder } = homePaths(home)
  return [sessionsFolder, snapshotsFolder, gatesFolder, join(home, 'fired')]
}

function isThere(fs: FileSystem, path: string): boolean {
  return factsOf(fs, path) !== null
}

/**
 * Every project of the repository that has a session, a snapshot, a gate, or a past in the history.
 * @param directories that may be set up, real paths
 * @throws FlowError E_STATE_*
 */
export function findProjectState(
  ports: Ports,
  home: string,
  repository: Repository,
  directories: readonly string[],
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
    ...[...trees, ...directories, ...past].map((path) => projectPaths(home, projectHash(path))),
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
