/**
 * The self-contained copy of flow in the state home. Hooks, filter and recovery run from it, so that
 * an `npm ci` in the middle of a session takes nothing away from under them.
 */
import { basename, join } from 'node:path'
import type { ProtocolPorts } from '../ports/ports.ts'
import { ensureFolder, readBytes, writeState } from './state-file.ts'

/** Files of the package that the copy consists of; each stands alone. */
const FILES = ['dist/resident.mjs', 'templates/notify.ps1']

/**
 * Brings `<home>/bin/<version>/` up to date; a file that is right already is not written.
 * @returns absolute path of its `resident.mjs`
 * @throws FlowError E_STATE_READ, E_STATE_WRITE
 */
export function ensureResident(
  ports: ProtocolPorts,
  stateHome: string,
  packageFolder: string,
  version: string,
): string {
  const folder = join(stateHome, 'bin', version)
  for (const file of FILES) {
    const wanted = ports.fs.readFile(join(packageFolder, file))
    const path = join(folder, basename(file))
    if (readBytes(ports, path)?.equals(wanted)) continue
    ensureFolder(ports, folder)
    writeState(ports, path, wanted)
  }
  return join(folder, 'resident.mjs')
}
