import { join } from 'node:path'
import { parse, YAMLError } from 'yaml'
import { foldersUp } from '../../git/tree-path.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import { isThere, readTextOr } from './look.ts'
import { managerName, packageIn, valueAt } from './manager-name.ts'
import type { ManagerName, PackageManager } from './package-manager.ts'

/** By what `managerName` goes by. Looks from `folder` up to `topLevel`; reads only. */
export function findPackageManager(
  fs: FileSystem,
  folder: string,
  topLevel: string,
  userAgent = '',
): PackageManager {
  const folders = foldersUp(folder, topLevel)
  const name = managerName(fs, folders, userAgent)
  const root = workspaceRoot(fs, folders, name) ?? folder
  return { name, root, isPnp: name === 'yarn-berry' && isPnp(fs, root) }
}

/** The nearest folder above the project that makes a workspace of what lies in it. */
function workspaceRoot(fs: FileSystem, folders: readonly string[], name: ManagerName) {
  return folders.slice(1).find((folder) => {
    if (name === 'pnpm') return isThere(fs, join(folder, 'pnpm-workspace.yaml'))
    return 'workspaces' in packageIn(fs, folder)
  })
}

function isPnp(fs: FileSystem, root: string): boolean {
  const linker = nodeLinker(readTextOr(fs, join(root, '.yarnrc.yml'), ''))
  if (linker !== null) return linker === 'pnp'
  // The account's own settings may name another linker, whose traces these are.
  const traces = ['.yarn-state.yml', '.pnpm', '.store'].map((name) => `node_modules/${name}`)
  return !traces.some((trace) => isThere(fs, join(root, trace)))
}

function nodeLinker(text: string): string | null {
  try {
    const linker = valueAt(parse(text), 'nodeLinker')
    return typeof linker === 'string' ? linker : null
  } catch (error) {
    // yarn itself will complain.
    if (error instanceof YAMLError) return null
    throw error
  }
}
