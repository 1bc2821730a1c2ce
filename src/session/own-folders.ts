/** The state home holds folders and files of flow's own, and no links: nothing is followed out of it. */
import { dirname, join, relative } from 'node:path'
import { FlowError, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { isSessionId, type ProjectPaths, snapshotFolder } from './layout.ts'
import { listState } from './state-file.ts'

type Ports = Pick<ProtocolPorts, 'fs'>

/**
 * Refuses a project for which a link stands where flow keeps a folder: what it leads to is not
 * flow's to write in or to tidy up. The state home itself may be one, by the person's choice.
 * @throws FlowError E_STATE_LINK, E_STATE_READ
 */
export function refuseLinks(ports: Ports, paths: ProjectPaths): void {
  const { home, gateFolder, pidsFolder, historyFolder, corruptFolder } = paths
  const above = [gateFolder, pidsFolder, historyFolder, corruptFolder, paths.projectSnapshotsFolder]
  refuseLinkedFolders(ports, home, above)
  for (const name of listState(ports, paths.projectSnapshotsFolder).filter(isSessionId)) {
    const folder = snapshotFolder(paths, name)
    const target = ifLooked(() => linkTarget(ports, folder))
    if (target !== null) throw behindLink(folder, target)
  }
}

/** The same for these folders; one that is absent is refused where a folder above it is a link. */
export function refuseLinkedFolders(ports: Ports, home: string, folders: readonly string[]): void {
  const realHome = ifLooked(() => ports.fs.realPath(home))
  if (realHome === null) return
  for (const folder of folders) {
    // The innermost part of it that is there tells of all that are above.
    for (let part = folder; part !== home; part = dirname(part)) {
      const real = ifLooked(() => ports.fs.realPath(part))
      if (real === null) continue
      if (real !== join(realHome, relative(home, part))) throw behindLink(part, real)
      break
    }
  }
}

function linkTarget({ fs }: Ports, path: string): string | null {
  return fs.linkFacts(path).kind === 'link' ? fs.readLink(path) : null
}

/** Null also where nothing is there, or it cannot be looked at; then whatever uses it says so. */
function ifLooked(look: () => string | null): string | null {
  try {
    return look()
  } catch (error) {
    if (!isSystemError(error)) throw error
    return null
  }
}

function behindLink(path: string, real: string): FlowError {
  return new FlowError({
    code: 'E_STATE_LINK',
    what: `${path} is behind a link`,
    why: `it leads to ${real}, and flow keeps its state in directories of its own`,
    kept: 'nothing was changed',
    next: `look where the link is (\`ls -ld ${path}\` and the directories above it) and remove it; \`FLOW_HOME\` names another state directory`,
    details: { path },
  })
}
