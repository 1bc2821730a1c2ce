/** flow's line in the hook files: those that the team commits, and those in git's own directory. */
import { basename, dirname, join } from 'node:path'
import { FlowError } from '../errors.ts'
import { isDraft } from '../git/git-file.ts'
import { HOOK_NAMES, type HookName, otherCalls, removeHookLines } from '../git/hook-line.ts'
import {
  carriesEveryLine,
  hooksPathSetting,
  isCommitted,
  isHuskyComplete,
  liveHooks,
  otherHooks,
  readHook,
} from '../git/hooks-directory.ts'
import { foldersUp, isInside, treePath } from '../git/tree-path.ts'
import { isDirectory, isFile, namesIn, realPathOf } from '../lib/files.ts'
import type { Ports } from '../ports/ports.ts'
import type { SetupContext } from './context.ts'
import { inspectHooks } from './hook-findings.ts'
import { byHand, hookLines, readHookFile } from './hook-lines.ts'
import { authorOf, type FoundManager, findHookManagers } from './hook-managers.ts'
import { removeIfEmpty, switchOff, switchOn } from './husky.ts'
import type { PackageJson } from './package-json.ts'
import { installCommand, packageIn } from './package-manager.ts'
import { findProjectDirectories, findUp, packageOf } from './project.ts'
import { readRepositoryFile } from './repository-file.ts'
import { type Edit, type FileEdit, joinPlans, type Part, type Step } from './step.ts'

export const hookFiles: Step = {
  id: 'hooks',
  apply(context) {
    const { ports, hooks, managers, repository, project } = context
    if (hooks.kind === 'default') return inDefaultDirectory(context)
    const unused = managers.map(({ name, path }) => {
      return `core.hooksPath is set, so that git runs no hooks of ${name} (${treePath(project.topLevel, path)})`
    })
    const notes = { notes: unused }
    if (hooks.kind === 'husky') return joinPlans([withHusky(context, hooks.edited), notes])
    if (hooks.kind === 'husky-8' || isCommitted(ports, repository, hooks.path)) {
      return joinPlans([hookLines(context, hooks.path, HOOK_NAMES, true), notes])
    }
    return joinPlans([elsewhere(context), notes])
  },
  revert,
  inspect: inspectHooks,
}

/** Where lefthook, simple-git-hooks, pre-commit and people share git's own directory. */
function inDefaultDirectory(context: SetupContext): Part {
  const { hooks, managers, project } = context
  if (isForHusky(context)) {
    const present = findHuskyDirectory(context)
    const directory = present ?? join(project.directory, '.husky')
    return present !== null && hasOldHusky(context)
      ? waitingForHusky(context, directory)
      : withHusky(context, directory)
  }
  const names = HOOK_NAMES.filter((name) => keeperOf(context, name) === null)
  const plan = hookLines(context, hooks.path, names, true)
  // Without a package, the report ends with what other clones type.
  if (plan.edits.length === 0 || packageOf(project) === null) return plan
  const from = managers.some(({ name }) => name === 'pre-commit')
    ? '`flow prepare`, at their install'
    : 'a `flow init` of their own'
  const note = `git commits no hook files: other clones get these lines from ${from}`
  return joinPlans([plan, { notes: [note] }])
}

/** Nobody keeps hooks in git's own directory, and there is a package that can bring husky. */
function isForHusky(context: SetupContext): boolean {
  const { ports, hooks, managers, project } = context
  return (
    packageOf(project) !== null &&
    otherHooks(ports, hooks.path).length === 0 &&
    (managers.length === 0 || isHuskyMeant(context))
  )
}

/**
 * The manager in whose configuration a hook gets flow's line: the one that wrote the hook, and where there is
 * none yet, the first manager of this repository. Null: the line goes into the file.
 */
export function keeperOf(context: SetupContext, name: HookName): FoundManager | null {
  const { ports, hooks, managers } = context
  if (hooks.kind !== 'default' || isForHusky(context)) return null
  const hook = readHook(ports.fs, join(hooks.path, name))
  // One with flow's line alone is as good as none.
  const isFree = hook === null || removeHookLines(hook).isMade
  const isLive = liveHooks(ports, hooks.path).includes(name)
  const author = isFree ? managers[0]?.name : isLive ? authorOf(hook)?.name : undefined
  const keeper = managers.find((manager) => manager.name === author)
  return keeper?.configuration ? keeper : null
}

/** The nearest `.husky`, which may serve several packages; null: there is none. */
export function findHuskyDirectory({ ports, project }: SetupContext): string | null {
  const home = findUp(ports.fs, project.directory, project.topLevel, '.husky')
  return home === null ? null : join(home, '.husky')
}

/** The team has chosen husky, which only is not installed in this clone. */
function isHuskyMeant(context: SetupContext): boolean {
  const { fs } = context.ports
  const directory = findHuskyDirectory(context)
  if (directory === null) return false
  const carries = HOOK_NAMES.some((name) => readHook(fs, join(directory, name))?.includes('# flow'))
  return carries || /\bhusky\b/.test(JSON.stringify(packageOf(context.project)?.scripts ?? null))
}

function hasOldHusky({ ports, project: { directory, topLevel } }: SetupContext): boolean {
  return foldersUp(directory, topLevel).some((one) => {
    const { devDependencies, dependencies } = packageIn(ports.fs, one)
    const ranges = { ...Object(dependencies), ...Object(devDependencies) }
    return /^[^\d]*[1-8](\D|$)/.test(String(ranges.husky ?? ''))
  })
}

/** A husky older than 9 and not installed in this clone: once it is, git runs the files themselves. */
function waitingForHusky(context: SetupContext, directory: string): Part {
  const install = installCommand(context.project.manager)
  const note = `husky is not installed in this clone: \`${install}\` lets git run the hooks`
  return joinPlans([hookLines(context, directory, HOOK_NAMES, true), { notes: [note] }])
}

function withHusky(context: SetupContext, directory: string): Part {
  const { ports, repository, hooks } = context
  const files = hookLines(context, directory, HOOK_NAMES, false)
  // Behind a link out of the repository: husky would write there, too.
  if (!isInside(repository.topLevel, realPathOf(ports.fs, directory))) return files
  const isOn = hooks.kind === 'husky'
  if (isOn && isHuskyComplete(ports, hooks)) return files
  if (ports.environment.variables.HUSKY === '0') {
    const note = 'HUSKY=0 is set: git hooks stay off until `flow prepare` runs without it'
    return joinPlans([files, { notes: [note] }])
  }
  return joinPlans([{ edits: [switchOn(context, directory)] }, files])
}

/** Hooks that are shared with other repositories, or made by a tool: the user decides. */
function elsewhere({ ports, repository, hooks }: SetupContext): Part {
  const { path } = hooks
  if (carriesEveryLine(ports, path)) {
    return { notes: [`git hooks in ${path}: they call flow already`] }
  }
  const setting = hooksPathSetting(ports, repository)
  const why =
    setting === null
      ? `${join(repository.commonGitFolder, 'hooks')} leads to ${path}`
      : `core.hooksPath is ${JSON.stringify(setting.value)}, set ${setting.file === null ? 'on the command line or in the environment (GIT_CONFIG_…)' : `in ${setting.file}`}`
  const added = HOOK_NAMES.map((name) => byHand(join(path, name), name))
  const note = [
    `the git hooks here are not this repository's (${why}), and flow leaves them as they are.`,
    'Sessions work; a killed one is restored by the next start, or by the prompt with `flow shell`. To have',
    'git restore it too, add these lines, each near the top of its file:',
    ...added,
  ].join('\n')
  return { notes: [note] }
}

function revert(context: SetupContext): Part {
  const { ports, repository } = context
  const projects = findProjectDirectories(context)
  const husky = huskyDirectories(context, projects)
  const directories = ownDirectories(context, husky)
  const parts = directories.flatMap((directory) => {
    const names = namesIn(ports.fs, directory).filter((name) => !isDraft(name))
    return names
      .filter((name) => isFile(ports.fs, join(directory, name)))
      .map((name) => withoutLines(context, directory, name))
  })
  const { edits, notes } = joinPlans(parts)
  const files = edits.filter((edit) => edit.kind === 'file')
  const after = new Map(files.map(({ file, after }) => [file.path, after]))
  const isNamed = projects.some((one) => namesHusky(packageIn(ports.fs, one)))
  const off = switchOff(context, { directories: husky, after, isNamed })
  // What husky wrote goes as a whole.
  const rest = files.filter(({ file }) => !off.removed.includes(dirname(file.path)))
  const drafts = findDrafts(context, [...directories, ...projects, repository.commonGitFolder])
  const going = new Set([...rest, ...drafts].map(({ file }) => dirname(file.path)))
  const places = [...husky, context.hooks.path, join(repository.commonGitFolder, 'hooks')]
  // A link stays, and leads somewhere still.
  const links = places.filter((path) => isLink(ports, path))
  const linked = [...links, ...links.map((path) => realPathOf(ports.fs, path))]
  const emptied = [...new Set(places)].filter((path) => {
    const isHusky = off.removed.includes(join(path, '_'))
    const isEmptied = isHusky || going.has(path) || isEmptyDirectory(ports, path)
    return isEmptied && !linked.includes(path)
  })
  return {
    // Drafts first, or a directory is not empty when it is to go.
    edits: [...drafts, ...off.edits, ...rest, ...emptied.map((one) => emptyDirectory(ports, one))],
    notes: [...notes, ...off.notes],
    next: [],
  }
}

/** Directories of husky's in this working tree. */
function huskyDirectories({ ports, repository, hooks }: SetupContext, projects: readonly string[]) {
  const { fs } = ports
  const nearest = projects.flatMap((one) => findUp(fs, one, repository.topLevel, '.husky') ?? [])
  const isHusky = hooks.kind === 'husky' || hooks.kind === 'husky-8'
  const all = [...nearest.map((one) => join(one, '.husky')), ...(isHusky ? [hooks.edited] : [])]
  return [...new Set(all)].filter((one) => isDirectory(fs, one))
}

/** Directories with hooks in them that are the repository's own. */
function ownDirectories({ ports, repository, hooks }: SetupContext, husky: readonly string[]) {
  const { topLevel, commonGitFolder } = repository
  const all = [
    ...husky.flatMap((one) => [one, join(one, '_')]),
    ...[hooks.path, join(commonGitFolder, 'hooks')],
  ]
  const real = all.map((path) => realPathOf(ports.fs, path))
  const isOwn = (path: string) => isInside(topLevel, path) || isInside(commonGitFolder, path)
  return [...new Set(real)].filter((path) => isOwn(path) && isDirectory(ports.fs, path))
}

function withoutLines(context: SetupContext, directory: string, name: string): Part {
  const file = readHookFile(context.ports, context.repository, join(directory, name))
  if (file instanceof FlowError) {
    const isOut = file.details.leadsTo !== undefined
    return isOut ? {} : { notes: [`${file.what} (${file.why}): what is flow's in it stays`] }
  }
  if (file.bytes === null) return {}
  const notes = otherCalls(file.bytes).map(
    (line) => `${file.name} calls flow in words of your own in line ${line}: take that out by hand`,
  )
  const { bytes, removedCount, isMade } = removeHookLines(file.bytes)
  const idle = idleAuthor(context, directory, name, file.bytes)
  if (removedCount === 0 && idle === null) return { notes }
  const after = isMade || idle !== null ? null : bytes
  const why =
    idle !== null
      ? `${idle} has nothing to run in it`
      : isMade
        ? "it held nothing but flow's line"
        : "flow's line comes out"
  const asks = 'take flow out of %'
  return { edits: [{ kind: 'file', topic: 'hooks', file, after, asks, why }], notes }
}

/** The manager that wrote this hook for flow's entry alone, which goes out of its configuration. */
function idleAuthor(
  { ports, project, repository }: SetupContext,
  directory: string,
  name: string,
  hook: Buffer,
): string | null {
  const isDefault = directory === join(repository.commonGitFolder, 'hooks')
  const author = authorOf(hook)
  const configuration = author?.configuration
  if (!isDefault || !configuration || !HOOK_NAMES.some((one) => one === name)) return null
  const managers = findHookManagers(ports.fs, project.directory, repository.topLevel)
  const path = managers.find((manager) => manager.name === author.name)?.path
  if (path === undefined) return null
  const text = ports.fs.readFile(path).toString('utf8')
  const names = configuration.hookNames(path, configuration.remove(path, text) ?? text)
  return names === null || names.includes(name) ? null : author.name
}

/** What a killed `init` or `uninstall` was about to rename. */
function findDrafts({ ports, repository }: SetupContext, directories: readonly string[]) {
  return [...new Set(directories)].flatMap((directory) =>
    namesIn(ports.fs, directory)
      .filter(isDraft)
      .map((name): FileEdit => {
        const boundaries = [repository.topLevel, repository.commonGitFolder]
        const file = readRepositoryFile(ports, boundaries, join(directory, name))
        const why = 'left by a killed flow'
        return { kind: 'file', topic: 'hooks', file, after: null, asks: 'take flow out of %', why }
      }),
  )
}

function isEmptyDirectory({ fs }: Ports, path: string): boolean {
  return isDirectory(fs, path) && namesIn(fs, path).length === 0
}

function isLink({ fs }: Ports, path: string): boolean {
  return realPathOf(fs, path) !== join(realPathOf(fs, dirname(path)), basename(path))
}

function emptyDirectory({ fs }: Ports, path: string): Edit {
  const common = { kind: 'action', topic: 'hooks', asks: '', order: 3, rows: [] } as const
  return { ...common, preview: '', run: () => removeIfEmpty(fs, path) }
}

function namesHusky(value: PackageJson): boolean {
  const { scripts, dependencies, devDependencies } = value
  const isRun = Object.values(Object(scripts)).some((script) => /\bhusky\b/.test(String(script)))
  return isRun || 'husky' in Object(dependencies) || 'husky' in Object(devDependencies)
}
