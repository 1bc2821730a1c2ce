import { join } from 'node:path'
import { FlowError } from '../../errors.ts'
import { foldersUp, treePath } from '../../git/tree-path.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Ports } from '../../ports/ports.ts'
import { findPackageManager } from './find-package-manager.ts'
import { isThere } from './look.ts'
import { isOwnProgram } from './own-program.ts'
import { dependsOnOtherFlow, OWN_NAME, type PackageJson, readPackageJson } from './package-json.ts'
import type { PackageManager } from './package-manager.ts'
import { type RepositoryFile, readRepositoryFile } from './repository-file.ts'

/** The package in whose package.json flow's scripts stand. */
export interface Project {
  /** Absolute, real. */
  readonly folder: string
  readonly topLevel: string
  readonly file: RepositoryFile
  readonly text: string
  readonly value: PackageJson
  readonly manager: PackageManager
}

/**
 * Reads the nearest package.json from the current folder up to the top of the working tree.
 * @throws FlowError E_NO_PACKAGE, E_PACKAGE_JSON, E_INIT_FILE
 */
export function readProject(ports: Pick<Ports, 'fs' | 'environment'>, topLevel: string): Project {
  const { fs, environment } = ports
  const cwd = fs.realPath(environment.cwd)
  const folder = findUp(fs, cwd, topLevel, 'package.json')
  if (folder === null) {
    throw new FlowError({
      code: 'E_NO_PACKAGE',
      what: 'found no package.json',
      why: `there is none in ${cwd}${cwd === topLevel ? '' : `, nor above it up to ${topLevel}`}`,
      kept: 'nothing was changed',
      next: 'npm init -y && flow init',
    })
  }
  const file = readRepositoryFile(ports, topLevel, join(folder, 'package.json'))
  const text = decode(file)
  const read = readPackageJson(text)
  if (read.kind === 'invalid') throw invalid(file, read.why)
  const userAgent = environment.variables.npm_config_user_agent
  const manager = findPackageManager(fs, folder, topLevel, userAgent)
  return { folder, topLevel, file, text, value: read.value, manager }
}

/** Nearest folder from `start` up to `topLevel` that has an entry of this name; null: none has. */
export function findUp(
  fs: FileSystem,
  start: string,
  topLevel: string,
  name: string,
): string | null {
  return foldersUp(start, topLevel).find((folder) => isThere(fs, join(folder, name))) ?? null
}

/** `flow`, or `flow-agent` where `flow` in a script would start another package's program. */
export function commandName(fs: FileSystem, { folder, topLevel, value }: Project): string {
  if (dependsOnOtherFlow(value)) return 'flow-agent'
  // npm puts every node_modules/.bin from the package upwards on the PATH of a script.
  const owner = findUp(fs, folder, topLevel, 'node_modules/.bin/flow')
  if (owner === null) return 'flow'
  return isOwnProgram(fs, join(owner, 'node_modules/.bin/flow')) ? 'flow' : 'flow-agent'
}

/** Path of flow's package relative to the top of the tree, installed yet or not. */
export function packagePath(fs: FileSystem, project: Project): string {
  const { folder, topLevel, value, manager } = project
  if (value.name === OWN_NAME) return treePath(topLevel, folder)
  if (manager.isPnp) {
    // No node_modules: yarn unpacks flow here, as `preferUnplugged` asks for: sh runs scripts of the
    // package. The name changes with flow's version.
    return treePath(topLevel, join(manager.root, `.yarn/unplugged/${OWN_NAME}-*`, MODULE))
  }
  const installed = findUp(fs, folder, topLevel, MODULE)
  // What a member of a workspace needs pnpm and bun put into the member, the others into the root.
  const isOwn = manager.name === 'pnpm' || manager.name === 'bun'
  return treePath(topLevel, join(installed ?? (isOwn ? folder : manager.root), MODULE))
}

const MODULE = `node_modules/${OWN_NAME}`

function decode(file: RepositoryFile): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      file.bytes ?? undefined,
    )
  } catch (error) {
    if (error instanceof TypeError) throw invalid(file, 'it is not UTF-8 text')
    throw error
  }
}

function invalid({ name }: RepositoryFile, why: string): FlowError {
  return new FlowError({
    code: 'E_PACKAGE_JSON',
    what: `${name} cannot be read as a package.json`,
    why,
    kept: 'nothing was changed',
    next: `correct ${name}, try \`npm pkg get name\`, then run \`flow init\` again`,
  })
}
