import { shellWord } from '../../shell-word.ts'

export type ManagerName = 'npm' | 'pnpm' | 'yarn-classic' | 'yarn-berry' | 'bun'

/** Who installs the packages of a project. */
export interface PackageManager {
  readonly name: ManagerName
  /** Where it installs: the root of the workspace, or the project itself. Absolute. */
  readonly root: string
  /** True where there is no node_modules: yarn's Plug'n'Play. */
  readonly isPnp: boolean
}

/**
 * Which script of the project's package.json runs when a person installs. yarn berry runs no
 * `prepare` then (4.18), and yarn classic only that of the root (1.22).
 */
export function installScript(
  { name, root }: PackageManager,
  folder: string,
): 'prepare' | 'postinstall' {
  if (name === 'yarn-berry') return 'postinstall'
  return name === 'yarn-classic' && root !== folder ? 'postinstall' : 'prepare'
}

/** The command that installs what package.json lists. */
export function installCommand({ name }: Pick<PackageManager, 'name'>): string {
  return `${programOf(name)} install`
}

/** The command that takes a package out of package.json, and out of where it is installed. */
export function removeCommand({ name }: Pick<PackageManager, 'name'>, what: string): string {
  return `${programOf(name)} ${name === 'npm' ? 'uninstall' : 'remove'} ${what}`
}

/** The command that runs a script of package.json. */
export function scriptCommand({ name }: Pick<PackageManager, 'name'>, script: string): string {
  return isYarn(name) ? `yarn ${script}` : `${name} run ${script}`
}

/** The command that runs a program which an installed package brings. */
export function programCommand(
  { name }: Pick<PackageManager, 'name'>,
  words: readonly string[],
): string {
  const start = { npm: 'npx', pnpm: 'pnpm exec', bun: 'bunx' }
  return [isYarn(name) ? 'yarn' : start[name], ...words.map(shellWord)].join(' ')
}

function isYarn(name: ManagerName): name is 'yarn-classic' | 'yarn-berry' {
  return name === 'yarn-classic' || name === 'yarn-berry'
}

function programOf(name: ManagerName): string {
  return isYarn(name) ? 'yarn' : name
}
