/** husky: switched on where there are no hooks yet, and off again when nothing but flow uses it. */
import { basename, dirname, join, relative } from 'node:path'
import { explain, FlowError, isErrno } from '../errors.ts'
import { changeConfig, configOf, keepingLastLine, localValues } from '../git/config.ts'
import { HOOK_NAMES, removeHookLines } from '../git/hook-line.ts'
import { type HooksDirectory, isHuskyComplete, KEY } from '../git/hooks-directory.ts'
import type { Repository } from '../git/repository.ts'
import { withoutRepository } from '../git/run-git.ts'
import { treePath } from '../git/tree-path.ts'
import { isDirectory, isFile, namesIn, realPathOf } from '../lib/files.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Ports } from '../ports/ports.ts'
import { resolvePackage } from '../ports/resolve-package.ts'
import { checkChangeable } from './repository-file.ts'
import type { ActionEdit, Edit } from './step.ts'
import { workingTrees } from './working-trees.ts'

/**
 * Plans to run husky: it sets core.hooksPath, which all linked worktrees share, and writes `_`, which git
 * ignores.
 * @param directory of the hooks, absolute
 * @param value of core.hooksPath now; null: not set
 * @throws FlowError E_HUSKY_FOLDER, E_HUSKY_MISSING, E_INIT_FILE
 */
export function switchOn(
  ports: Ports,
  repository: Repository,
  packageDirectory: string,
  directory: string,
  value: string | null,
): ActionEdit {
  const { fs, environment } = ports
  const after = hooksPathOf(repository, directory)
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
  const change = value === after ? [` ${after}`] : [`-${value ?? '(not set)'}`, `+${after}`]
  const title = 'git config core.hooksPath'
  return {
    kind: 'action',
    topic: 'hooks',
    asks: `let git run the hooks in .husky (core.hooksPath = ${after})`,
    order: 0,
    rows: [[`${title} = ${after}`, 'git runs the hooks in .husky']],
    preview: [
      `--- ${title}\n+++ ${title}`,
      ...change,
      `and husky writes ${directory}/_, which git ignores\n`,
    ].join('\n'),
    run() {
      if (value === null) tryToNote(ports, repository, after, directory)
      runHusky(ports, repository, script, directory)
      return []
    },
  }
}

function hooksPathOf({ topLevel }: Repository, directory: string): string {
  return `${treePath(topLevel, directory)}/_`
}

/** Others can see core.hooksPath without `_`. @throws FlowError E_HUSKY with husky's own sentence */
function runHusky(ports: Ports, repository: Repository, script: string, directory: string): void {
  const { commands, environment } = ports
  const { topLevel } = repository
  keepingLastLine(ports, repository, () => {
    // In a process of its own, since husky acts on the current directory.
    const args = [script, treePath(topLevel, directory)]
    const env = withoutRepository(environment.variables)
    const done = commands.run(environment.nodePath, args, { cwd: topLevel, env })
    // husky says what went wrong on stdout and exits 0 (9.1.7).
    const sentence = done.stdout.trim() || (done.status === 0 ? '' : errorLine(done.stderr))
    if (sentence !== '') throw huskyFailed(sentence)
  })
  const path = join(directory, '_')
  if (!isHuskyComplete(ports, { kind: 'husky', path, edited: directory })) {
    throw huskyFailed(`${path} is not complete`)
  }
}

function huskyFailed(why: string): FlowError {
  return new FlowError({
    code: 'E_HUSKY',
    what: 'husky could not set up the git hooks',
    why,
    next: 'git config --show-origin --get-all core.hooksPath',
  })
}

function errorLine(stderr: string): string {
  return /^\w*Error.*$/m.exec(stderr)?.[0] ?? 'it ended without a message'
}

/**
 * The command-line script of the husky that flow depends on, found as node finds packages: not the
 * project's own husky, which may be another version.
 * @throws FlowError E_HUSKY_MISSING
 */
export function findHusky(fs: FileSystem, packageDirectory: string): string {
  const start = fs.realPath(packageDirectory)
  const main = resolvePackage(start, 'husky')
  if (main !== null) return join(dirname(main), 'bin.js')
  if (start.includes('\\')) {
    throw new FlowError({
      code: 'E_HUSKY_MISSING',
      what: 'could not load husky, which flow depends on',
      why: `node loads no module from a path with a backslash in it: ${start}`,
      kept: 'nothing was changed',
      next: 'move the repository to a path without one',
    })
  }
  throw new FlowError({
    code: 'E_HUSKY_MISSING',
    what: 'could not find husky, which flow depends on',
    why: `there is no node_modules/husky in ${start} or above it`,
    kept: 'nothing was changed',
    next: 'npm install --save-dev flow-agent',
  })
}

/** What flow notes in git's configuration when it switches husky on: nothing else can tell it later. */
interface SwitchedOn {
  /** The value of core.hooksPath that flow set. */
  readonly hooksPath: string | null
  /** Hooks that were there, and that git did not run. */
  readonly idleHooks: readonly string[]
}

const SECTION = 'flow'

/** Where git's configuration is locked, husky says so. */
function tryToNote(ports: Ports, repository: Repository, value: string, directory: string): void {
  try {
    noteSwitchedOn(ports, repository, value, directory)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    ports.log('setup', `not noted that husky was off: ${error.message}`)
  }
}

/** The value comes last: with it the note is whole. */
function noteSwitchedOn(
  ports: Ports,
  repository: Repository,
  hooksPath: string,
  directory: string,
): void {
  const noted = readSwitchedOn(ports, repository)
  if (noted.hooksPath !== null) return
  for (const path of hooksIn(ports.fs, directory)) {
    const name = basename(path)
    if (noted.idleHooks.includes(name) || removeHookLines(ports.fs.readFile(path)).isMade) continue
    changeConfig(ports, repository, ['--add', `${SECTION}.idleHook`, name])
  }
  changeConfig(ports, repository, [`${SECTION}.husky`, hooksPath])
}

function readSwitchedOn(ports: Ports, repository: Repository): SwitchedOn {
  const [hooksPath = null] = localValues(ports, repository, `${SECTION}.husky`)
  return { hooksPath, idleHooks: localValues(ports, repository, `${SECTION}.idleHook`) }
}

/** Files that husky would run. */
function hooksIn(fs: FileSystem, directory: string): string[] {
  return namesIn(fs, directory)
    .filter((name) => !name.includes('.') && isFile(fs, join(directory, name)))
    .map((name) => join(directory, name))
}

export interface SwitchOff {
  readonly edits: readonly Edit[]
  readonly notes: readonly string[]
  /** Directories `_` whose files go, absolute. */
  readonly removed: readonly string[]
}

/**
 * Plans to switch husky off where flow has switched it on, or where no hook and no package uses it.
 * @param after the bytes of the hooks as they will be; null: the hook goes
 * @param directories with hooks of husky's, in this working tree
 * @param isNamed a package.json names husky
 */
export function switchOff(
  ports: Ports,
  repository: Repository,
  hooks: HooksDirectory,
  directories: readonly string[],
  after: ReadonlyMap<string, Buffer | null>,
  isNamed: boolean,
): SwitchOff {
  const noted = readSwitchedOn(ports, repository)
  const isNoted = noted.hooksPath !== null || noted.idleHooks.length > 0
  const forget = isNoted ? [forgetSwitchedOn(ports, repository)] : []
  const keep = (note: string) => ({ edits: forget, notes: [note], removed: [] })
  const { edited } = hooks
  const isOn = hooks.kind === 'husky'
  const [value] = isOn ? localValues(ports, repository, KEY) : []
  if (isOn && value === undefined) {
    return keep('core.hooksPath stays: it is not set in the configuration of this repository')
  }
  const users = isOn ? usersOf(ports.fs, repository, edited, after) : []
  const names = [
    ...users.filter((path) => !noted.idleHooks.includes(basename(path))),
    ...(isOn && isNamed ? ['package.json names it'] : []),
  ]
  if (names.length > 0) {
    const why = names.join(', ')
    return keep(`husky stays, since it is used without flow (${why}): npm install --save-dev husky`)
  }
  // Where another working tree has switched it off for all, what husky made here serves nothing.
  const isTouched = (directory: string) =>
    isOn || isNoted || [...after.keys()].some((path) => dirname(path) === directory)
  const isUnused = isOn || hooks.kind === 'default'
  const removed = (isUnused ? directories : [])
    .filter(isTouched)
    .map((directory) => join(directory, '_'))
    .filter((directory) => isDirectory(ports.fs, directory))
  const trees = isOn ? treesWithFlow(ports.fs, repository, edited) : []
  return {
    edits: [
      ...(value === undefined ? [] : [unset(ports, repository, value)]),
      ...removed.map((directory) => removeRunners(ports, directory)),
      ...forget,
    ],
    notes: trees.map(
      (tree) => `${tree} has flow's lines in its hooks still: run \`flow uninstall\` there too`,
    ),
    removed,
  }
}

function unset(ports: Ports, repository: Repository, value: string): ActionEdit {
  const title = 'git config core.hooksPath'
  return {
    kind: 'action',
    topic: 'hooks',
    asks: `let git run the hooks in .husky no longer (core.hooksPath = ${value})`,
    order: 3,
    rows: [[`${title} (unset)`, 'nothing uses husky any more']],
    preview: `--- ${title}\n+++ ${title}\n-${value}\n+(not set)\n`,
    run() {
      changeConfig(ports, repository, ['--unset-all', KEY])
      return []
    },
  }
}

function forgetSwitchedOn(ports: Ports, repository: Repository): ActionEdit {
  return {
    kind: 'action',
    topic: 'hooks',
    asks: '',
    order: 3,
    rows: [],
    preview: `remove the section "${SECTION}" from ${configOf(repository)}\n`,
    run() {
      changeConfig(ports, repository, ['--remove-section', SECTION])
      return []
    },
  }
}

/** What husky 9 writes in `_`. */
const RUNNERS = [
  ...['.gitignore', 'h', 'husky.sh'],
  ...['pre-commit', 'pre-merge-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit'],
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-rebase', 'post-rewrite'],
  ...['post-checkout', 'post-merge', 'pre-push', 'pre-auto-gc'],
]

function removeRunners({ fs, environment }: Ports, directory: string): ActionEdit {
  const name = relative(environment.cwd, directory)
  return {
    kind: 'action',
    topic: 'hooks',
    asks: '',
    order: 3,
    rows: [[`${name} (removed)`, 'husky made it']],
    preview: `remove ${name}, which husky made and git ignores\n`,
    run() {
      for (const one of namesIn(fs, directory).filter((each) => RUNNERS.includes(each))) {
        fs.unlink(join(directory, one))
      }
      removeIfEmpty(fs, directory)
      return []
    },
  }
}

/** Leaves a directory that has something in it, or is gone. */
export function removeIfEmpty(fs: FileSystem, directory: string): void {
  try {
    fs.removeFolder(directory)
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error
  }
}

/** Hooks of any working tree that do something besides what is taken out. */
function usersOf(
  fs: FileSystem,
  repository: Repository,
  directory: string,
  after: ReadonlyMap<string, Buffer | null>,
): string[] {
  return workingTrees(fs, repository).flatMap((tree) => {
    return hooksIn(fs, join(tree, treePath(repository.topLevel, directory))).filter((path) => {
      const planned = after.get(realPathOf(fs, path))
      const rest = planned === undefined ? fs.readFile(path) : planned
      return rest !== null && !removeHookLines(rest).isBare
    })
  })
}

function treesWithFlow(fs: FileSystem, repository: Repository, directory: string): string[] {
  const path = treePath(repository.topLevel, directory)
  const others = workingTrees(fs, repository).filter((tree) => tree !== repository.topLevel)
  return others.filter((tree) =>
    hooksIn(fs, join(tree, path)).some(
      (hook) => removeHookLines(fs.readFile(hook)).removedCount > 0,
    ),
  )
}

/**
 * Gives a linked worktree the directory `_` that core.hooksPath names: git ignores it, so that none is
 * there until packages are installed. Does nothing where no hook of the team's calls flow.
 * @returns why there are no hooks; null: there are
 */
export function completeHusky(
  ports: Ports,
  repository: Repository,
  packageDirectory: string,
  hooks: HooksDirectory,
): string | null {
  if (hooks.kind !== 'husky' || isHuskyComplete(ports, hooks)) return null
  if (ports.environment.variables.HUSKY === '0') return 'HUSKY=0 is set'
  const carries = HOOK_NAMES.some((name) => {
    const path = join(hooks.edited, name)
    return isFile(ports.fs, path) && removeHookLines(ports.fs.readFile(path)).removedCount > 0
  })
  if (!carries) return `none in ${hooks.edited} calls flow`
  try {
    runHusky(ports, repository, findHusky(ports.fs, packageDirectory), hooks.edited)
    return null
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return explain(error)
  }
}
