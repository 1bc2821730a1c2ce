/** Plans what goes out of the hooks, and whether husky and core.hooksPath go with it. */
import { basename, join } from 'node:path'
import { isDraft } from '../../git/git-file.ts'
import { type HookRemoval, otherCalls, removeHookLines } from '../../git/hook-line.ts'
import { findHooksOwner, type HooksOwner } from '../../git/hooks-owner.ts'
import type { Repository } from '../../git/repository.ts'
import { isInside } from '../../git/tree-path.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Ports } from '../../ports/ports.ts'
import { findUp } from '../init/project.ts'
import { type RepositoryFile, readRepositoryFile } from '../init/repository-file.ts'
import { type Former, formerOf, type SetUpRecord } from '../set-up-record.ts'
import { goneFolders } from './folders.ts'
import { planHusky } from './husky.ts'
import { kindOf, namesIn } from './look.ts'
import { planManagers } from './managers.ts'
import type { PackagesPlan } from './packages.ts'
import type { FileUndo, Undo } from './undo.ts'

export interface HooksPlan {
  readonly undos: readonly Undo[]
  readonly notes: readonly string[]
}

/** @throws FlowError E_GIT, E_INIT_FILE */
export function planHooks(
  ports: Ports,
  repository: Repository,
  folders: readonly string[],
  { values }: PackagesPlan,
  record: SetUpRecord | null,
): HooksPlan {
  const owner = findHooksOwner(ports, repository)
  const files: FileUndo[] = []
  const notes: string[] = []
  const hookFolders = findHookFolders(ports, repository, owner, folders)
  const managers = planManagers(ports, repository, folders, record)
  for (const path of findHookFiles(ports.fs, repository, hookFolders, record)) {
    if (managers.paths.includes(path)) continue
    const boundary = isInside(repository.topLevel, path)
      ? repository.topLevel
      : repository.commonGitFolder
    const plan = planHook(readRepositoryFile(ports, boundary, path), record)
    files.push(...plan.undos)
    notes.push(...plan.notes)
  }
  files.push(...managers.undos)
  files.push(...findDrafts(ports, repository, [...hookFolders, ...folders]))
  const husky = planHusky(ports, repository, owner, hookFolders, files, values, record)
  const going = [...files, ...husky.undos]
  const gone = goneFolders(ports.fs, repository, hookFolders, going, record)
  return {
    undos: [...husky.undos, ...files, ...gone],
    notes: [...notes, ...managers.notes, ...husky.notes],
  }
}

/** Folders with hooks in them that are the repository's own. */
function findHookFolders(
  { fs }: Ports,
  { topLevel, commonGitFolder }: Repository,
  owner: HooksOwner,
  folders: readonly string[],
): string[] {
  const nearest = folders.flatMap((folder) => findUp(fs, folder, topLevel, '.husky') ?? [])
  const found = [
    ...nearest.map((folder) => join(folder, '.husky')),
    ...(owner.kind === 'husky' || owner.kind === 'old-husky' ? [owner.huskyFolder] : []),
    ...(owner.kind === 'other' ? [owner.hookFolder] : []),
  ]
  const isOwn = (path: string) => isInside(topLevel, path) || isInside(commonGitFolder, path)
  return [...new Set(found)].filter((path) => isOwn(path) && kindOf(fs, path) === 'folder')
}

/** What lies in them, and what else the record names, package.json and `.flowrc` aside. */
function findHookFiles(
  fs: FileSystem,
  { topLevel, commonGitFolder }: Repository,
  hookFolders: readonly string[],
  record: SetUpRecord | null,
): string[] {
  const listed = hookFolders.flatMap((folder) => {
    const names = fs.list(folder).filter((name) => !isDraft(name))
    return names.map((name) => join(folder, name))
  })
  const isInTree = (path: string) => isInside(topLevel, path) && !isInside(commonGitFolder, path)
  // lefthook keeps a checksum in `info`.
  const isGits = (path: string) =>
    ['hooks', 'info'].some((folder) => isInside(join(commonGitFolder, folder), path)) &&
    basename(path) !== 'attributes'
  const recorded = (record?.writes ?? [])
    .map(({ path }) => path)
    .filter((path) => isInTree(path) || isGits(path))
    .filter((path) => !['package.json', '.flowrc'].includes(basename(path)))
  return [...new Set([...listed, ...recorded])].filter((path) => kindOf(fs, path) === 'file').sort()
}

/** What a killed `init` or `uninstall` was about to rename. */
function findDrafts(
  ports: Ports,
  { topLevel, commonGitFolder }: Repository,
  folders: readonly string[],
): FileUndo[] {
  const why = 'left by a killed flow'
  return [...new Set([...folders, commonGitFolder])].flatMap((folder) => {
    const boundary = isInside(topLevel, folder) ? topLevel : commonGitFolder
    return namesIn(ports.fs, folder)
      .filter(isDraft)
      .map((name) => readRepositoryFile(ports, boundary, join(folder, name)))
      .map((file): FileUndo => ({ kind: 'file', topic: 'hooks', file, after: null, why }))
  })
}

function planHook(file: RepositoryFile, record: SetUpRecord | null) {
  const none = { undos: [], notes: [] }
  if (file.bytes === null) return none
  const former = formerOf(record, file.path, file.bytes)
  const present = (former.kind === 'edited' && former.present) || file.bytes
  const removal = removeHookLines(present)
  const notes = otherCalls(present).map(
    (line) => `${file.name} calls flow in words of your own in line ${line}: take that out by hand`,
  )
  const after = former.kind === 'exact' ? former.bytes : withoutLines(file, removal, former)
  if (after?.equals(file.bytes)) return { ...none, notes }
  const why = after === null ? "it held nothing but flow's line" : "flow's line comes out"
  const undo: FileUndo = { kind: 'file', topic: 'hooks', file, after, why }
  return { undos: [undo], notes }
}

function withoutLines(
  { bytes }: RepositoryFile,
  { bytes: rest, removedCount, isBare }: HookRemoval,
  former: Former,
): Buffer | null {
  if (removedCount === 0) return bytes
  // A new hook begins like this; one that was there before began as its author liked.
  const isInitsOwn =
    former.kind === 'edited' ? former.first === null : rest.toString() === '#!/bin/sh\n'
  return isBare && isInitsOwn ? null : rest
}
