import { join } from 'node:path'
import type { FileSystem } from '../../ports/file-system.ts'
import { isThere, readTextOr } from './look.ts'
import { type PackageJson, readPackageJson } from './package-json.ts'
import type { ManagerName } from './package-manager.ts'

/**
 * Told by `packageManager` (or `devEngines`) of the nearest package.json that has one, else by the
 * nearest lock file, else by the one that runs this very process (`userAgent`, as in `pnpm dlx`),
 * else npm. `folders`: the nearest first. Reads only.
 */
export function managerName(
  fs: FileSystem,
  folders: readonly string[],
  userAgent: string,
): ManagerName {
  const named = folders.map((one) => namedIn(packageIn(fs, one))).find((name) => name !== null)
  const locked = folders.map((one) => lockedIn(fs, one)).find((name) => name !== null)
  return named ?? locked ?? nameOf(userAgent.replace('/', '@')) ?? 'npm'
}

/** A package.json that is not the project's own: anything wrong with it counts as absent. */
export function packageIn(fs: FileSystem, folder: string): PackageJson {
  const text = readTextOr(fs, join(folder, 'package.json'), '')
  const read = readPackageJson(text)
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

function lockedIn(fs: FileSystem, folder: string): ManagerName | null {
  const found = LOCK_FILES.find(([file]) => isThere(fs, join(folder, file)))
  if (found === undefined) return null
  if (found[1] !== 'yarn-classic') return found[1]
  // Both yarns write a yarn.lock; an empty one marks a project's root for berry.
  const isBerry =
    isThere(fs, join(folder, '.yarnrc.yml')) ||
    /^__metadata:/m.test(readTextOr(fs, join(folder, 'yarn.lock'), ''))
  return isBerry ? 'yarn-berry' : 'yarn-classic'
}

export function valueAt(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Record<string, unknown>)[key]
}
