/** The package manager of a project: which one it is, and how its commands are typed. */
import { dirname, join } from 'node:path'
import { foldersUp } from '../git/tree-path.ts'
import { isJsonObject } from '../json.ts'
import { factsOf, readIfFile } from '../lib/files.ts'
import type { FileSystem } from '../ports/file-system.ts'
import { shellWord } from '../shell-word.ts'
import { OWN_NAME, type PackageJson, readPackageJson } from './package-json.ts'

export type ManagerName = 'npm' | 'pnpm' | 'yarn-classic' | 'yarn-berry' | 'bun'

export interface PackageManager {
  readonly name: ManagerName
  /** Where it installs: the root of the workspace, or the project itself. Absolute. */
  readonly root: string
  /** True where there is no node_modules: yarn's Plug'n'Play. */
  readonly isPnp: boolean
}

type Named = Pick<PackageManager, 'name'>

/** The command that installs what package.json lists. */
export function installCommand({ name }: Named): string {
  return `${programOf(name)} install`
}

/** The command that takes a package out of package.json and of what is installed. */
export function removeCommand({ name }: Named, what: string): string {
  return `${programOf(name)} ${name === 'npm' ? 'uninstall' : 'remove'} ${what}`
}

/** The command that runs a script of package.json. */
export function scriptCommand({ name }: Named, script: string): string {
  return isYarn(name) ? `yarn ${script}` : `${name} run ${script}`
}

/** The command that runs a program of an installed package. */
export function programCommand({ name }: Named, words: readonly string[]): string {
  const start = { npm: 'npx', pnpm: 'pnpm exec', bun: 'bunx' }
  return [isYarn(name) ? 'yarn' : start[name], ...words.map(shellWord)].join(' ')
}

function isYarn(name: ManagerName): name is 'yarn-classic' | 'yarn-berry' {
  return name === 'yarn-classic' || name === 'yarn-berry'
}

function programOf(name: ManagerName): string {
  return isYarn(name) ? 'yarn' : name
}

/**
 * The script that runs when packages are installed. yarn berry runs no `prepare` then (4.18), and yarn
 * classic only that of the root (1.22).
 */
export function installScript(
  { name, root }: PackageManager,
  directory: string,
): 'prepare' | 'postinstall' {
  if (name === 'yarn-berry') return 'postinstall'
  return name === 'yarn-classic' && root !== directory ? 'postinstall' : 'prepare'
}

/**
 * By `packageManager` (or `devEngines`) of the nearest package.json that has one, else by the nearest lock
 * file, else by the manager that runs this process (`npm_config_user_agent`, as in `pnpm dlx`), else npm.
 * @param directories the nearest first
 */
export function managerName(
  fs: FileSystem,
  directories: readonly string[],
  userAgent: string,
): ManagerName {
  const named = directories.map((one) => namedIn(packageIn(fs, one))).find((name) => name !== null)
  const locked = directories.map((one) => lockedIn(fs, one)).find((name) => name !== null)
  return named ?? locked ?? nameOf(userAgent.replace('/', '@')) ?? 'npm'
}

/** A package.json that is not the project's own: an invalid one counts as absent. */
export function packageIn(fs: FileSystem, directory: string): PackageJson {
  const read = readPackageJson(textOf(fs, join(directory, 'package.json')))
  return read.kind === 'object' ? read.value : {}
}

function namedIn({ packageManager, devEngines }: PackageJson): ManagerName | null {
  const field = typeof packageManager === 'string' ? nameOf(packageManager) : null
  if (field !== null) return field
  const wanted = valueAt(devEngines, 'packageManager')
  const first = Array.isArray(wanted) ? wanted[0] : wanted
  return nameOf(`${valueAt(first, 'name')}@${valueAt(first, 'version') ?? ''}`)
}

/** `yarn@4.1.0+sha224.…`; a version may be a range. */
function nameOf(specifier: string): ManagerName | null {
  const [, name, major] = /^(npm|pnpm|yarn|bun)(?:@[^\d]*(\d*)|$)/.exec(specifier) ?? []
  if (name === undefined) return null
  if (name !== 'yarn') return name as ManagerName
  return major === '' || major === '0' || major === '1' ? 'yarn-classic' : 'yarn-berry'
}

const LOCK_FILES: readonly (readonly [string, ManagerName])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['pnpm-workspace.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn-classic'],
  ['.yarnrc.yml', 'yarn-berry'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
]

function lockedIn(fs: FileSystem, directory: string): ManagerName | null {
  const isThere = (name: string) => factsOf(fs, join(directory, name)) !== null
  const [, name] = LOCK_FILES.find(([file]) => isThere(file)) ?? []
  if (name !== 'yarn-classic') return name ?? null
  // Both yarns write a yarn.lock; an empty one marks a project's root for berry.
  const isBerry =
    isThere('.yarnrc.yml') || /^__metadata:/m.test(textOf(fs, join(directory, 'yarn.lock')))
  return isBerry ? 'yarn-berry' : name
}

function valueAt(value: unknown, key: string): unknown {
  return isJsonObject(value) ? value[key] : undefined
}

function textOf(fs: FileSystem, path: string): string {
  return readIfFile(fs, path)?.toString('utf8') ?? ''
}

const MAX_SCRIPT_BYTES = 10_000

/** True when the program at `path`, by whatever name, is of flow's own package. */
export function isOwnProgram(fs: FileSystem, path: string): boolean {
  const program = fs.realPath(path)
  if (!/[\\/]\.bin[\\/]/.test(program)) {
    const directories = foldersUp(dirname(program), '/')
    const name = directories.map((one) => packageIn(fs, one).name).find((one) => one !== undefined)
    if (name === OWN_NAME) return true
  }
  // Elsewhere than npm on POSIX it is no link but a small script, which names its target.
  const isSmall = fs.facts(program).size < MAX_SCRIPT_BYTES
  return isSmall && (readIfFile(fs, program)?.includes(OWN_NAME) ?? false)
}
