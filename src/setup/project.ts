/** The directory that flow is set up for, and what package managers know of it. */
import { dirname, join } from 'node:path'
import { parse, YAMLError } from 'yaml'
import { findConfig } from '../config/find.ts'
import type { Repository } from '../git/repository.ts'
import { runGit } from '../git/run-git.ts'
import { foldersUp, isInside } from '../git/tree-path.ts'
import { isJsonObject } from '../json.ts'
import { factsOf, readIfFile } from '../lib/files.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Ports } from '../ports/ports.ts'
import type { SetupContext } from './context.ts'
import {
  callsFlow,
  dependsOnOtherFlow,
  OWN_NAME,
  type PackageJson,
  readPackageJson,
} from './package-json.ts'
import {
  isOwnProgram,
  type ManagerName,
  managerName,
  type PackageManager,
  packageIn,
  programCommand,
} from './package-manager.ts'
import { type RepositoryFile, readRepositoryFile } from './repository-file.ts'

export interface Project {
  /** Absolute, links resolved. */
  readonly directory: string
  readonly topLevel: string
  /** The package.json in that directory; null: there is none, and flow does without. */
  readonly package: ProjectPackage | null
  readonly manager: PackageManager
}

export interface ProjectPackage {
  readonly file: RepositoryFile
  readonly text: string
  /** A sentence where it is not a valid package.json. */
  readonly value: PackageJson | string
}

/**
 * The project around the current directory: that of the nearest package.json, else of the nearest
 * configuration, else the worktree's top level. A member of a workspace whose root is set up belongs to the root.
 * Reads only, and runs no configuration.
 * @throws FlowError E_INIT_FILE, E_CONFIG
 */
export function findProject(ports: Ports, { topLevel }: Repository): Project {
  const { fs, environment } = ports
  const cwd = fs.realPath(environment.cwd)
  const nearest = findUp(fs, cwd, topLevel, 'package.json')
  const configured = () => findConfig(ports, cwd, topLevel)?.projectRoot ?? topLevel
  if (nearest === null) return projectIn(ports, topLevel, configured())
  const project = projectIn(ports, topLevel, nearest)
  const { root } = project.manager
  const isServed = root !== nearest && callsFlow(packageIn(fs, root))
  // One with a configuration of its own is a project of its own.
  return isServed && isInside(configured(), root) ? projectIn(ports, topLevel, root) : project
}

/** The project of this very directory. @throws FlowError E_INIT_FILE */
export function projectIn(ports: Ports, topLevel: string, directory: string): Project {
  const file = readRepositoryFile(ports, [topLevel], join(directory, 'package.json'))
  const userAgent = ports.environment.variables.npm_config_user_agent
  const manager = findPackageManager(ports.fs, directory, topLevel, userAgent)
  return { directory, topLevel, package: file.bytes === null ? null : readPackage(file), manager }
}

function readPackage(file: RepositoryFile): ProjectPackage {
  const text = file.bytes?.toString('utf8') ?? ''
  if (!file.bytes?.equals(Buffer.from(text))) return { file, text, value: 'it is not UTF-8 text' }
  const read = readPackageJson(text)
  return { file, text, value: read.kind === 'invalid' ? read.why : read.value }
}

/**
 * Directories that may be set up, real paths: that of the project here, and those of packages that name
 * flow-agent, ignored ones aside.
 */
export function findProjectDirectories({
  ports,
  repository: { topLevel },
  project,
}: Pick<SetupContext, 'ports' | 'repository' | 'project'>): string[] {
  const patterns = ['package.json', '*/package.json']
  const args = ['grep', '--untracked', '-l', '-z', '-F', '-e', OWN_NAME, '--', ...patterns]
  const { stdout } = runGit(ports, topLevel, args)
  const found = stdout.split('\0').filter((path) => path !== '')
  return [...new Set([project.directory, ...found.map((path) => dirname(join(topLevel, path)))])]
}

/** The nearest directory from `start` up to `topLevel` that has an entry of this name; null: none. */
export function findUp(
  fs: FileSystem,
  start: string,
  topLevel: string,
  name: string,
): string | null {
  const isThere = (directory: string) => factsOf(fs, join(directory, name)) !== null
  return foldersUp(start, topLevel).find(isThere) ?? null
}

/** The value of the project's package.json; null: there is none, or it is invalid. */
export function packageOf(project: Project): PackageJson | null {
  const value = project.package?.value
  return typeof value === 'object' ? value : null
}

/** `flow`, or `flow-agent` where `flow` in a script would start another package's program. */
export function commandName(fs: FileSystem, project: Project): string {
  const value = packageOf(project)
  if (value !== null && dependsOnOtherFlow(value)) return OWN_NAME
  // npm puts every node_modules/.bin from the package upwards on the PATH of a script.
  const owner = findUp(fs, project.directory, project.topLevel, 'node_modules/.bin/flow')
  if (owner === null) return 'flow'
  return isOwnProgram(fs, join(owner, 'node_modules/.bin/flow')) ? 'flow' : OWN_NAME
}

/** How a command of flow's is typed where the project has a package.json. */
export function flowInProject(fs: FileSystem, project: Project, words: readonly string[]): string {
  return programCommand(project.manager, [commandName(fs, project), ...words])
}

/** The directory of flow's package in the project, installed or not; null: not known before the install. */
export function packageDirectoryIn(fs: FileSystem, project: Project): string | null {
  const { directory, topLevel, manager } = project
  const value = packageOf(project)
  // Under Plug'n'Play it has a name that changes with flow's version.
  if (value === null || manager.isPnp) return null
  if (value.name === OWN_NAME) return directory
  const installed = findUp(fs, directory, topLevel, MODULE)
  // pnpm and bun put what a member of a workspace needs into the member, the others into the root.
  const isOwn = manager.name === 'pnpm' || manager.name === 'bun'
  return join(installed ?? (isOwn ? directory : manager.root), MODULE)
}

const MODULE = `node_modules/${OWN_NAME}`

/** Looks from `directory` up to `topLevel`; reads only. */
export function findPackageManager(
  fs: FileSystem,
  directory: string,
  topLevel: string,
  userAgent = '',
): PackageManager {
  const directories = foldersUp(directory, topLevel)
  const name = managerName(fs, directories, userAgent)
  const root = workspaceRoot(fs, directories, name) ?? directory
  return { name, root, isPnp: name === 'yarn-berry' && isPnp(fs, root) }
}

/** The nearest directory above the project that makes a workspace of what is in it. */
function workspaceRoot(fs: FileSystem, directories: readonly string[], name: ManagerName) {
  return directories.slice(1).find((directory) => {
    if (name === 'pnpm') return factsOf(fs, join(directory, 'pnpm-workspace.yaml')) !== null
    return 'workspaces' in packageIn(fs, directory)
  })
}

function isPnp(fs: FileSystem, root: string): boolean {
  const linker = nodeLinker(readIfFile(fs, join(root, '.yarnrc.yml'))?.toString('utf8') ?? '')
  if (linker !== null) return linker === 'pnp'
  // The user's own settings may name another linker, which leaves one of these.
  const traces = ['.yarn-state.yml', '.pnpm', '.store'].map((name) => `node_modules/${name}`)
  return !traces.some((trace) => factsOf(fs, join(root, trace)) !== null)
}

function nodeLinker(text: string): string | null {
  try {
    const settings: unknown = parse(text)
    const linker = isJsonObject(settings) ? settings.nodeLinker : undefined
    return typeof linker === 'string' ? linker : null
  } catch (error) {
    // yarn itself will complain.
    if (error instanceof YAMLError) return null
    throw error
  }
}
