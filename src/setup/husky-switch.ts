/** husky is switched on where there are no hooks yet, and off again when nothing but flow uses it. */
import { basename, dirname, join, relative } from 'node:path'
import { FlowError, isErrno } from '../errors.ts'
import { changeConfig, configOf, localValues } from '../git/config.ts'
import { removeHookLines } from '../git/hook-line.ts'
import { KEY, readHook } from '../git/hooks-directory.ts'
import type { Repository } from '../git/repository.ts'
import { treePath } from '../git/tree-path.ts'
import { isDirectory, isFile, namesIn, realPathOf } from '../lib/files.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Ports } from '../ports/ports.ts'
import type { HookPlace } from './context.ts'
import { carriesFlow, findHusky, runHusky } from './husky.ts'
import { checkChangeable } from './repository-file.ts'
import type { ActionEdit, Plan } from './step.ts'
import { workingTrees } from './working-trees.ts'

/**
 * Plans to run husky: it sets core.hooksPath, which all linked worktrees share, and writes `_`, which git
 * ignores.
 * @param directory of the hooks, absolute
 * @throws FlowError E_HUSKY_FOLDER, E_HUSKY_MISSING, E_INIT_FILE
 */
export function switchOn(place: HookPlace, directory: string): ActionEdit {
  const { ports, repository, packageDirectory, hooks } = place
  const { fs, environment } = ports
  const { topLevel } = repository
  const before = hooks.kind === 'husky' ? treePath(topLevel, hooks.path) : null
  const after = `${treePath(topLevel, directory)}/_`
  const name = (path: string) => relative(environment.cwd, path)
  // husky 9.1.7 refuses two dots wherever they are; its hooks take the dash for an option of sh.
  if (after.includes('..') || after.startsWith('-')) {
    throw new FlowError({
      code: 'E_HUSKY_FOLDER',
      what: `husky cannot keep its hooks in ${name(directory)}`,
      why: 'it takes no path with two dots in it or a dash in front',
      kept: 'nothing was changed',
      next: 'rename the directory, or run `flow init` at the top of the repository',
    })
  }
  // git writes a new file beside its configuration, husky the directory `_`.
  for (const path of [configOf(repository), join(directory, '_')]) {
    checkChangeable(fs, { path, name: name(path), facts: null })
  }
  const script = findHusky(fs, packageDirectory)
  const change = before === after ? [` ${after}`] : [`-${before ?? '(not set)'}`, `+${after}`]
  return {
    kind: 'action',
    topic: 'hooks',
    asks: `let git run the hooks in .husky (core.hooksPath = ${after})`,
    order: 0,
    rows: [[`${TITLE} = ${after}`, 'git runs the hooks in .husky']],
    preview: [
      `--- ${TITLE}\n+++ ${TITLE}`,
      ...change,
      `and husky writes ${directory}/_, which git ignores, and flow its line into the hooks there\n`,
    ].join('\n'),
    run() {
      if (before === null) tryToNote(place, after, directory)
      runHusky(place, script, directory)
    },
  }
}

const TITLE = 'git config core.hooksPath'

/** What flow notes in git's configuration when it switches husky on: nothing else can tell it later. */
interface SwitchedOn {
  /** The value of core.hooksPath that flow set. */
  readonly hooksPath: string | null
  /** Hooks that were there, and that git did not run. */
  readonly idleHooks: readonly string[]
}

const NOTED = { hooksPath: 'flow.husky', idleHooks: 'flow.idleHook' } as const

/** Where git's configuration is locked, husky says so. */
function tryToNote(place: HookPlace, hooksPath: string, directory: string): void {
  try {
    noteSwitchedOn(place, hooksPath, directory)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    place.ports.log('setup', `not noted that husky was off: ${error.message}`)
  }
}

/** The value comes last: with it the note is whole. */
function noteSwitchedOn({ ports, repository }: HookPlace, hooksPath: string, directory: string) {
  const noted = readSwitchedOn(ports, repository)
  if (noted.hooksPath !== null) return
  for (const path of hooksIn(ports.fs, directory)) {
    const name = basename(path)
    if (
      noted.idleHooks.includes(name) ||
      removeHookLines(readHook(ports.fs, path) ?? Buffer.alloc(0)).isMade
    )
      continue
    changeConfig(ports, repository, ['--add', NOTED.idleHooks, name])
  }
  changeConfig(ports, repository, [NOTED.hooksPath, hooksPath])
}

function readSwitchedOn(ports: Ports, repository: Repository): SwitchedOn {
  const [hooksPath = null] = localValues(ports, repository, NOTED.hooksPath)
  return { hooksPath, idleHooks: localValues(ports, repository, NOTED.idleHooks) }
}

/** Files that husky would run. */
function hooksIn(fs: FileSystem, directory: string): string[] {
  return namesIn(fs, directory)
    .filter((name) => !name.includes('.') && isFile(fs, join(directory, name)))
    .map((name) => join(directory, name))
}

/** What is left of husky once flow's lines are out. */
export interface HuskyUse {
  /** Directories with hooks of husky's, in this working tree. */
  readonly directories: readonly string[]
  /** The bytes of the hooks as they will be, by path; null: the hook goes. */
  readonly after: ReadonlyMap<string, Buffer | null>
  /** A package.json names husky. */
  readonly isNamed: boolean
}

/**
 * Plans to switch husky off where flow has switched it on, or where no hook and no package uses it.
 * @returns also the directories `_` whose files go, absolute
 */
export function switchOff(
  { ports, repository, hooks }: HookPlace,
  { directories, after, isNamed }: HuskyUse,
): Plan & { readonly removed: readonly string[] } {
  const { fs } = ports
  const noted = readSwitchedOn(ports, repository)
  const forgotten = [
    ...(noted.hooksPath === null ? [] : [NOTED.hooksPath]),
    ...(noted.idleHooks.length === 0 ? [] : [NOTED.idleHooks]),
  ]
  const isOn = hooks.kind === 'husky'
  const [value] = isOn ? localValues(ports, repository, KEY) : []
  const present = isOn ? hooksOfTrees(fs, repository, hooks.edited) : []
  const users = present.filter(({ path }) => {
    const planned = after.get(realPathOf(fs, path))
    const rest = planned === undefined ? readHook(fs, path) : planned
    const isUsed = rest !== null && !removeHookLines(rest).isBare
    return isUsed && !noted.idleHooks.includes(basename(path))
  })
  const reasons = [
    ...users.map(({ path }) => path),
    ...(isOn && isNamed ? ['package.json names it'] : []),
  ]
  const kept =
    isOn && value === undefined
      ? 'core.hooksPath stays: it is not set in the configuration of this repository'
      : reasons.length > 0
        ? `husky stays, since it is used without flow (${reasons.join(', ')})${isNamed ? '' : ': npm install --save-dev husky'}`
        : null
  // Where another working tree has switched it off for all, what husky made here serves nothing.
  const isTouched = (directory: string) =>
    isOn || forgotten.length > 0 || [...after.keys()].some((path) => dirname(path) === directory)
  const isUnused = kept === null && (isOn || hooks.kind === 'default')
  const removed = (isUnused ? directories : [])
    .filter(isTouched)
    .map((directory) => join(directory, '_'))
    .filter((directory) => isDirectory(fs, directory))
  const others = present.filter(({ tree, path }) => {
    return tree !== repository.topLevel && carriesFlow(fs, path)
  })
  const trees = kept === null ? new Set(others.map(({ tree }) => tree)) : []
  const unset = kept === null ? value : undefined
  return {
    edits: switchOffEdits({ ports, repository }, { value: unset, removed, forgotten }),
    notes: [
      ...(kept === null ? [] : [kept]),
      ...[...trees].map(
        (tree) => `${tree} has flow's lines in its hooks still: run \`flow uninstall\` there too`,
      ),
    ],
    next: [],
    removed,
  }
}

/** @param change value: of core.hooksPath, which is unset; forgotten: keys that `switchOn` has set */
function switchOffEdits(
  { ports, repository }: Pick<HookPlace, 'ports' | 'repository'>,
  change: { value: string | undefined; removed: readonly string[]; forgotten: readonly string[] },
): ActionEdit[] {
  const { value, removed, forgotten } = change
  if (value === undefined && removed.length === 0 && forgotten.length === 0) return []
  const names = removed.map((directory) => relative(ports.environment.cwd, directory))
  const preview = [
    ...(value === undefined ? [] : [`--- ${TITLE}\n+++ ${TITLE}\n-${value}\n+(not set)\n`]),
    ...names.map((name) => `remove ${name}, which husky made and git ignores\n`),
    ...forgotten.map((key) => `remove ${key} from ${configOf(repository)}\n`),
  ]
  const edit: ActionEdit = {
    kind: 'action',
    topic: 'hooks',
    asks:
      value === undefined
        ? ''
        : `let git run the hooks in .husky no longer (core.hooksPath = ${value})`,
    order: 3,
    rows: [
      ...(value === undefined
        ? []
        : [[`${TITLE} (unset)`, 'nothing uses husky any more'] as const]),
      ...names.map((name) => [`${name} (removed)`, 'husky made it'] as const),
    ],
    preview: preview.join('\n'),
    run() {
      if (value !== undefined) changeConfig(ports, repository, ['--unset-all', KEY])
      for (const directory of removed) removeRunners(ports.fs, directory)
      for (const key of forgotten) changeConfig(ports, repository, ['--unset-all', key])
    },
  }
  return [edit]
}

/** What husky 9 writes in `_`. */
const RUNNERS = [
  ...['.gitignore', 'h', 'husky.sh'],
  ...['pre-commit', 'pre-merge-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit'],
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-rebase', 'post-rewrite'],
  ...['post-checkout', 'post-merge', 'pre-push', 'pre-auto-gc'],
]

function removeRunners(fs: FileSystem, directory: string): void {
  for (const name of namesIn(fs, directory).filter((one) => RUNNERS.includes(one))) {
    fs.unlink(join(directory, name))
  }
  removeIfEmpty(fs, directory)
}

/** Leaves a directory that has something in it, is gone, or is a link. */
export function removeIfEmpty(fs: FileSystem, directory: string): void {
  try {
    fs.removeFolder(directory)
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR')) throw error
  }
}

/** Hooks of every working tree in the directory that core.hooksPath names for all of them. */
function hooksOfTrees(fs: FileSystem, repository: Repository, directory: string) {
  const inTree = treePath(repository.topLevel, directory)
  return workingTrees(fs, repository).flatMap((tree) =>
    hooksIn(fs, join(tree, inTree)).map((path) => ({ tree, path })),
  )
}
