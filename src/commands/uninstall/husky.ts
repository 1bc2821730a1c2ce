/** Plans whether husky's folder `_` and core.hooksPath go. */
import { basename, join } from 'node:path'
import { withoutSection } from '../../git/clean-filter.ts'
import { removeHookLines } from '../../git/hook-line.ts'
import type { HooksOwner } from '../../git/hooks-owner.ts'
import { localHooksPath } from '../../git/hooks-path.ts'
import type { Repository } from '../../git/repository.ts'
import { isInside, treePath } from '../../git/tree-path.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Ports } from '../../ports/ports.ts'
import { readRepositoryFile } from '../init/repository-file.ts'
import { formerOf, type SetUpRecord } from '../set-up-record.ts'
import { kindOf, namesIn } from './look.ts'
import type { PackagesPlan } from './packages.ts'
import { workingTrees } from './share.ts'
import type { FileUndo, HooksPathUndo, RunnerUndo } from './undo.ts'

export interface HuskyPlan {
  readonly undos: readonly (RunnerUndo | HooksPathUndo)[]
  readonly notes: readonly string[]
}

/**
 * They go when nothing but flow uses husky by now. `files`: what the same plan takes out of hooks;
 * `values`: the packages as they will be.
 * @throws FlowError E_GIT, E_INIT_FILE
 */
export function planHusky(
  ports: Ports,
  repository: Repository,
  owner: HooksOwner,
  hookFolders: readonly string[],
  files: readonly FileUndo[],
  values: PackagesPlan['values'],
  record: SetUpRecord | null,
): HuskyPlan {
  const { fs } = ports
  if (owner.kind === 'nobody') {
    // Another working tree has switched it off for all: what husky made here serves nobody.
    const left = hookFolders.filter((folder) => isTouched(folder, files, record))
    return { undos: left.flatMap((folder) => planRunner(fs, folder, record)), notes: [] }
  }
  // `init` found it switched on.
  if (owner.kind !== 'husky' || record?.hadHooksPath === true) return { undos: [], notes: [] }
  const value = localHooksPath(ports, repository)
  if (value === null) {
    const note = 'core.hooksPath stays: it is not set in the configuration of this repository'
    return { undos: [], notes: [note] }
  }
  const users = usersOfHusky(fs, repository, owner.huskyFolder, files, values, record)
  if (users.length > 0) {
    const why = users.join(', ')
    const note = `husky stays, since it is used without flow (${why}): npm install --save-dev husky`
    return { undos: [], notes: [note] }
  }
  const { commonGitFolder } = repository
  const found = readRepositoryFile(ports, commonGitFolder, join(commonGitFolder, 'config'))
  // The clean filter is removed first.
  const config = { ...found, bytes: found.bytes === null ? null : withoutSection(found.bytes) }
  const exact = exactConfig(record, config)
  const hooksPath: HooksPathUndo = { kind: 'hooks-path', topic: 'hooks', value, config, exact }
  return {
    undos: [...planRunner(fs, owner.huskyFolder, record), hooksPath],
    notes: treesWithFlow(fs, repository, owner.huskyFolder).map(
      (tree) => `${tree} has flow's lines in its hooks still: run \`flow uninstall\` there too`,
    ),
  }
}

/** git ended the last line, if it had to, when it appended the filter. */
function exactConfig(
  record: SetUpRecord | null,
  { path, bytes }: Pick<FileUndo['file'], 'path' | 'bytes'>,
): Buffer | null {
  const unended = bytes?.at(-1) === NEWLINE ? bytes.subarray(0, -1) : bytes
  for (const asHuskyLeftIt of [bytes, unended]) {
    const former = formerOf(record, path, asHuskyLeftIt)
    if (former.kind === 'exact') return former.bytes
  }
  return null
}

const NEWLINE = 0x0a

/** Also what this plan does not see any more, since it was killed the first time. */
function isTouched(
  folder: string,
  files: readonly FileUndo[],
  record: SetUpRecord | null,
): boolean {
  const isHere = ({ file }: FileUndo) => isInside(folder, file.path)
  return files.some(isHere) || (record?.madeFolders.includes(join(folder, '_')) ?? false)
}

function planRunner(fs: FileSystem, huskyFolder: string, record: SetUpRecord | null): RunnerUndo[] {
  const folder = join(huskyFolder, '_')
  // Where `init` wrote hooks, the record tells whether husky had been there before.
  const isKnown = record?.writes.some(({ path }) => isInside(huskyFolder, path)) ?? false
  const isMade = !isKnown || (record?.madeFolders.includes(folder) ?? false)
  if (!isMade || kindOf(fs, folder) !== 'folder') return []
  const names = namesIn(fs, folder).filter((name) => RUNNERS.includes(name))
  return [{ kind: 'runner', topic: 'hooks', folder, names }]
}

function treesWithFlow(fs: FileSystem, repository: Repository, huskyFolder: string): string[] {
  const way = treePath(repository.topLevel, huskyFolder)
  return workingTrees(fs, repository).filter((tree) => {
    if (tree === repository.topLevel) return false
    const files = namesIn(fs, join(tree, way)).map((name) => join(tree, way, name))
    return files.some(
      (path) => kindOf(fs, path) === 'file' && removeHookLines(fs.readFile(path)).removedCount > 0,
    )
  })
}

/** What husky 9 writes in `_`. */
const RUNNERS = [
  '.gitignore',
  'h',
  'husky.sh',
  ...['pre-commit', 'pre-merge-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit'],
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-rebase', 'post-rewrite'],
  ...['post-checkout', 'post-merge', 'pre-push', 'pre-auto-gc'],
]

/** Who uses it without flow, and did not before `init` switched it on. */
function usersOfHusky(
  fs: FileSystem,
  repository: Repository,
  huskyFolder: string,
  files: readonly FileUndo[],
  values: PackagesPlan['values'],
  record: SetUpRecord | null,
): string[] {
  const before = new Set(record?.hooksBefore.map((path) => basename(path)))
  const hooks = workingTrees(fs, repository).flatMap((tree) => {
    const folder = join(tree, treePath(repository.topLevel, huskyFolder))
    return ownHooks(fs, folder, files).filter((path) => !before.has(basename(path)))
  })
  const isNamed = values.some(({ after, first }) => {
    return namesHusky(after) && !(first !== null && namesHusky(first))
  })
  return [...hooks, ...(isNamed ? ['package.json names it'] : [])]
}

/** Hooks in the folder that do something besides what this plan takes out. */
function ownHooks(fs: FileSystem, folder: string, files: readonly FileUndo[]): string[] {
  return namesIn(fs, folder)
    .map((name) => join(folder, name))
    .filter((path) => !basename(path).includes('.') && kindOf(fs, path) === 'file')
    .filter((path) => {
      const undo = files.find(({ file }) => file.path === path)
      const bytes = undo === undefined ? fs.readFile(path) : undo.after
      return bytes !== null && !removeHookLines(bytes).isBare
    })
}

function namesHusky(value: object): boolean {
  const { scripts, dependencies, devDependencies } = value as Record<string, object | undefined>
  const isRun = Object.values(scripts ?? {}).some((script) => /\bhusky\b/.test(String(script)))
  return isRun || 'husky' in (dependencies ?? {}) || 'husky' in (devDependencies ?? {})
}
