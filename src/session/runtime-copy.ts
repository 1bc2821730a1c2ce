/**
 * The self-contained copy of flow in the state directory. Hooks, git's filter and recovery run from it:
 * an `npm ci` during a session removes the package, not the copy.
 */
import { basename, dirname, join } from 'node:path'
import { explain, FlowError, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import {
  absentAs,
  ensureFolder,
  listState,
  readBytes,
  removeIfEmpty,
  removeState,
  writeState,
} from './state-file.ts'

/**
 * Files of the package in the copy. `runtime.cjs`, which git, shells and hooks look for and start, is
 * written last: a kill in between leaves no copy that starts and fails.
 */
export const RUNTIME_FILES = ['templates/notify.ps1', 'dist/runtime.hook.cjs', 'dist/runtime.cjs']

/** Node adds a file for each module of each installed flow and removes none: beyond these, start over. */
const MAX_CACHED_MODULES = 200

/**
 * Brings `<home>/runtime/<version>/` up to date; a file that is right already is not written. Makes the
 * directory of Node's compile cache in it.
 * @returns absolute path of its `runtime.cjs`
 * @throws FlowError E_PACKAGE, E_STATE_LINK, E_STATE_READ, E_STATE_WRITE
 */
export function ensureRuntime(
  ports: ProtocolPorts,
  stateHome: string,
  packageFolder: string,
  version: string,
): string {
  const folder = join(stateHome, 'runtime', version)
  const cacheFolder = join(folder, 'cache')
  refuseLinkedFolders(ports, stateHome, [cacheFolder])
  for (const file of RUNTIME_FILES) {
    const wanted = readOwnFile(ports, join(packageFolder, file))
    const path = join(folder, basename(file))
    if (readBytes(ports, path)?.equals(wanted)) continue
    ensureFolder(ports, folder)
    writeState(ports, path, wanted)
    ports.log('state', `${path}: brought up to date`)
  }
  if (cachedModules(ports, cacheFolder).length > MAX_CACHED_MODULES) {
    removeCompileCache(ports, folder)
  }
  ensureFolder(ports, cacheFolder, { sync: false })
  return runtimePath(stateHome, version)
}

/**
 * Removes Node's compile cache from the copy in `folder`. Processes that use it compile again.
 * @throws FlowError E_STATE_READ, E_STATE_WRITE
 */
export function removeCompileCache(ports: ProtocolPorts, folder: string): void {
  const cacheFolder = join(folder, 'cache')
  for (const path of cachedModules(ports, cacheFolder)) removeState(ports, path)
  for (const one of foldersIn(ports, cacheFolder)) removeIfEmpty(ports, one)
  removeIfEmpty(ports, cacheFolder)
}

/** `cache/<Node version, architecture and user>/<hash of the module's path>` */
function cachedModules(ports: ProtocolPorts, cacheFolder: string): string[] {
  return foldersIn(ports, cacheFolder).flatMap((folder) =>
    listState(ports, folder).map((name) => join(folder, name)),
  )
}

/** No links: what they lead to is not flow's. */
function foldersIn(ports: ProtocolPorts, folder: string): string[] {
  const isFolder = (path: string) =>
    absentAs('absent', () => ports.fs.linkFacts(path).kind) === 'folder'
  if (!isFolder(folder)) return []
  return listState(ports, folder)
    .map((name) => join(folder, name))
    .filter(isFolder)
}

/** Where the copy of this version starts, if there is one. */
export function runtimePath(stateHome: string, version: string): string {
  return join(stateHome, 'runtime', version, 'runtime.cjs')
}

/** The file of the copy that merged hooks start, beside its `runtime.cjs`. */
export function hookPath(runtime: string): string {
  return join(dirname(runtime), 'runtime.hook.cjs')
}

/** A file of the package. @throws FlowError E_PACKAGE */
export function readOwnFile(ports: ProtocolPorts, path: string): Buffer {
  try {
    return ports.fs.readFile(path)
  } catch (error) {
    if (!isSystemError(error)) throw error
    throw new FlowError({
      code: 'E_PACKAGE',
      what: `could not read flow's own file ${path}`,
      why: explain(error),
      kept: 'nothing was changed, and nothing was started',
      next: 'install the packages again (`npm ci`; wait for one that is under way), then try again',
      cause: error,
    })
  }
}
