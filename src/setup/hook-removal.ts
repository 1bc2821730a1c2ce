/** What `hookFiles` takes back: flow's lines, husky where flow alone uses it, and what a killed set-up left. */
import { basename, dirname, join } from 'node:path'
import { FlowError } from '../errors.ts'
import { isDraft } from '../git/git-file.ts'
import { HOOK_NAMES, otherCalls, removeHookLines } from '../git/hook-line.ts'
import { isInside } from '../git/tree-path.ts'
import { isDirectory, isFile, namesIn, realPathOf } from '../lib/files.ts'
import type { Ports } from '../ports/ports.ts'
import type { SetupContext } from './context.ts'
import { readHookFile } from './hook-lines.ts'
import { authorOf, findHookManagers } from './hook-managers.ts'
import { removeIfEmpty, switchOff } from './husky-switch.ts'
import type { PackageJson } from './package-json.ts'
import { packageIn } from './package-manager.ts'
import { findProjectDirectories, findUp } from './project.ts'
import { readRepositoryFile } from './repository-file.ts'
import { type Edit, type FileEdit, joinPlans, type Part } from './step.ts'

export function removeHooks(context: SetupContext): Part {
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
