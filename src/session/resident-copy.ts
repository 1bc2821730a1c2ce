/**
 * The self-contained copy of flow in the state home. Hooks, filter and recovery run from it, so that
 * an `npm ci` in the middle of a session takes nothing away from under them.
 */
import { basename, join } from 'node:path'
import { explain, FlowError, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import { ensureFolder, readBytes, writeState } from './state-file.ts'

/**
 * Files of the package that the copy consists of: they find each other by their own place. What git, shells
 * and hooks look for and start comes last, so that a kill leaves none that starts in vain.
 */
export const RESIDENT_FILES = [
  'dist/resident.main.cjs',
  'dist/resident.hook.cjs',
  'templates/notify.ps1',
  'templates/hooks/with-node.sh',
  'dist/resident.cjs',
]

/** Names of what `ports/compiled.ts` keeps beside them, and of its drafts. */
export const COMPILED = /\.code(\.\d+)?$/

/**
 * Brings `<home>/bin/<version>/` up to date; a file that is right already is not written.
 * @returns absolute path of its `resident.cjs`
 * @throws FlowError E_PACKAGE, E_STATE_LINK, E_STATE_READ, E_STATE_WRITE
 */
export function ensureResident(
  ports: ProtocolPorts,
  stateHome: string,
  packageFolder: string,
  version: string,
): string {
  const folder = join(stateHome, 'bin', version)
  refuseLinkedFolders(ports, stateHome, [folder])
  for (const file of RESIDENT_FILES) {
    const wanted = readOwnFile(ports, join(packageFolder, file))
    const path = join(folder, basename(file))
    if (readBytes(ports, path)?.equals(wanted)) continue
    ensureFolder(ports, folder)
    writeState(ports, path, wanted)
    ports.log('state', `${path}: brought up to date`)
  }
  const filter = readOwnFile(ports, join(packageFolder, 'templates/clean.sh'))
  const filterPath = join(stateHome, 'hooks/clean.sh')
  if (!readBytes(ports, filterPath)?.equals(filter)) {
    ensureFolder(ports, join(stateHome, 'hooks'))
    writeState(ports, filterPath, filter)
  }
  return residentPath(stateHome, version)
}

/** Where the copy of this version starts, if there is one. */
export function residentPath(stateHome: string, version: string): string {
  return join(stateHome, 'bin', version, 'resident.cjs')
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
