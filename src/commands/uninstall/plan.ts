import { basename, dirname, join } from 'node:path'
import { FlowError } from '../../errors.ts'
import type { Repository } from '../../git/repository.ts'
import { foldersUp, isInside } from '../../git/tree-path.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Ports } from '../../ports/ports.ts'
import { isKeptCopy } from '../../session/aside.ts'
import { homePaths, type ProjectPaths, snapshotFolder } from '../../session/layout.ts'
import { detectOrphanedSessions, type ProjectState } from '../../session/projects.ts'
import { readParticipants } from '../../session/state.ts'
import { listState } from '../../session/state-file.ts'
import { stateHome } from '../../state-home.ts'
import { asTyped } from '../as-typed.ts'
import { findPackageManager } from '../init/find-package-manager.ts'
import type { PackageManager } from '../init/package-manager.ts'
import { checkChangeable } from '../init/repository-file.ts'
import { describeParticipants } from '../participants.ts'
import { requireRepository } from '../require-repository.ts'
import {
  readSetUpRecord,
  type SetUpRecord,
  setUpRecordPath,
  setUpRecordPaths,
} from '../set-up-record.ts'
import { planFilter } from './filter.ts'
import { holdsNothingElse, isAbandoned } from './home-use.ts'
import { planHooks } from './hooks.ts'
import { kindOf } from './look.ts'
import { findPackageFolders, planPackages } from './packages.ts'
import { findShare } from './share.ts'
import type { StateUndo, Undo } from './undo.ts'

export interface UndoPlan {
  readonly repository: Repository
  readonly home: string
  readonly record: SetUpRecord | null
  /** There is a record, damaged or of a newer flow: it is kept. */
  readonly isRecordUnreadable: boolean
  /** In the order in which they are made. */
  readonly undos: readonly Undo[]
  /** What is kept, and what that means. */
  readonly notes: readonly string[]
  /** Sessions of this repository that were killed: they are put right first. */
  readonly orphans: readonly ProjectState[]
  /** No other project is left in the state home then: what prompts read of it goes, too. */
  readonly isLast: boolean
  /** A package.json names flow-agent still, in words that are not `init`'s. */
  readonly isStillListed: boolean
  /** Who installs the packages. */
  readonly manager: PackageManager
}

/**
 * Everything of flow's in the repository round the current folder and in the state home. Reads only.
 * @throws FlowError E_SESSION_OPEN naming who is in one; E_STATE_*, E_GIT, E_INIT_FILE
 */
export function planUninstall(ports: Ports, packageFolder: string): UndoPlan {
  const { fs } = ports
  const repository = requireRepository(ports)
  const home = stateHome(ports.environment)
  const record = readSetUpRecord(ports, home, repository.commonGitFolder)
  const folders = findPackageFolders(ports, repository, record)
  const share = findShare(ports, home, repository, folders)
  refuseOpen(ports, share)
  const example = fs.readFile(join(packageFolder, '.flowrc.example'))
  const packages = planPackages(ports, repository, folders, record, example)
  const hooks = planHooks(ports, repository, folders, packages, record)
  const undos = [...planFilter(ports, repository), ...hooks.undos, ...packages.undos]
  for (const undo of undos) if (undo.kind === 'file') checkChangeable(fs, undo.file)
  const recordPath = setUpRecordPath(home, repository.commonGitFolder)
  const isRecordUnreadable = record === null && kindOf(fs, recordPath) !== null
  const unreadable = isRecordUnreadable ? [`${recordPath} stays: it cannot be read`] : []
  const userAgent = ports.environment.variables.npm_config_user_agent
  const hashes = share.map(({ hash }) => hash)
  const rest = record === null ? null : restOfRecord(fs, record, repository, [])
  const own = new Set(hashes)
  const isLast =
    rest === null &&
    !isRecordUnreadable &&
    !share.some((paths) => keptIn(ports, paths).length > 0) &&
    holdsNothingElse(ports, home, own)
  return {
    repository,
    home,
    record,
    isRecordUnreadable,
    undos: [...undos, ...planState(ports, home, share, repository, record, isLast)],
    notes: [...hooks.notes, ...packages.notes, ...unreadable].map((note) => asTyped(ports, note)),
    orphans: detectOrphanedSessions(ports, home).filter(({ hash }) => hashes.includes(hash)),
    isLast,
    isStillListed: packages.isStillListed,
    manager: findPackageManager(
      fs,
      folders[0] ?? repository.topLevel,
      repository.topLevel,
      userAgent,
    ),
  }
}

/**
 * What of the record other working trees will go by, and who declined a change here; null: nothing,
 * and the same record where nothing of it is over.
 */
export function restOfRecord(
  fs: FileSystem,
  record: SetUpRecord,
  { topLevel, commonGitFolder }: Repository,
  declined: readonly string[],
): SetUpRecord | null {
  const isOver = (path: string) => {
    if (declined.includes(path)) return false
    if (isInside(commonGitFolder, path)) return true
    const folders = isInside(topLevel, path) ? foldersUp(dirname(path), topLevel) : []
    return folders.find((folder) => kindOf(fs, join(folder, '.git')) !== null) === topLevel
  }
  const writes = record.writes.filter(({ path }) => !isOver(path))
  if (writes.length === record.writes.length && writes.length > 0) return record
  return writes.length === 0 ? null : { ...record, writes }
}

function refuseOpen(ports: Ports, share: readonly ProjectPaths[]): void {
  const here = share.flatMap((paths) => readParticipants(ports, paths))
  const alive = here.filter(({ verdict }) => verdict.kind !== 'dead')
  if (alive.length === 0) return
  const isForeign = alive.every(({ verdict }) => verdict.kind === 'foreign')
  throw new FlowError({
    code: 'E_SESSION_OPEN',
    what: 'a session is open in this repository',
    why: describeParticipants(alive, ports.clock.now()).join('\n'),
    kept: 'nothing was changed',
    next: isForeign
      ? 'end it where it runs; if it is over, run `flow recover --force`; then run `flow uninstall` again'
      : 'end it, then run `flow uninstall` again',
  })
}

function planState(
  ports: Ports,
  home: string,
  share: readonly ProjectPaths[],
  repository: Repository,
  record: SetUpRecord | null,
  isLast: boolean,
): StateUndo[] {
  const recordPaths = setUpRecordPaths(ports, home, repository.commonGitFolder)
  const isRecordOver = record !== null && restOfRecord(ports.fs, record, repository, []) !== record
  const isRecordTorn = record === null && recordPaths.some((path) => basename(path).startsWith('.'))
  const { shellFolder } = homePaths(home)
  const takesPrompt = isLast && kindOf(ports.fs, shellFolder) !== null
  const lines = [
    ...share.flatMap((paths) => describeShare(ports, paths)),
    ...(isRecordOver || isRecordTorn ? recordPaths : []),
    ...(isAbandoned(ports, home) ? [`${home}: nothing of any project is left in it`] : []),
    ...(takesPrompt ? [`${shellFolder}: what your prompt reads`] : []),
  ]
  if (lines.length === 0) return []
  return [{ kind: 'state', topic: 'state', projects: share, takesPrompt, lines }]
}

function describeShare(ports: Ports, paths: ProjectPaths): string[] {
  const { projectSnapshotsFolder, sessionFolder, gateFolder, firedFolder } = paths
  const snapshots = listState(ports, projectSnapshotsFolder)
  const count = snapshots.length - keptIn(ports, paths).length
  const backups = count === 1 ? 'the backup of 1 session' : `the backups of ${count} sessions`
  return [
    ...(count === 0 ? [] : [`${projectSnapshotsFolder}: ${backups}`]),
    ...[sessionFolder, gateFolder, firedFolder].filter((path) => kindOf(ports.fs, path) !== null),
  ]
}

/** Snapshots with somebody's only copy in them: they stay. */
function keptIn(ports: Ports, paths: ProjectPaths): string[] {
  return listState(ports, paths.projectSnapshotsFolder).filter((name) =>
    listState(ports, snapshotFolder(paths, name)).some(isKeptCopy),
  )
}
