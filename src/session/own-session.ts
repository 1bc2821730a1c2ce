/** Which session a hook was called in: what `FLOW_RUN_ID` says, as far as an open session bears it out. */
import type { ProtocolPorts } from '../ports/ports.ts'
import { type ProjectPaths, parseRunId, projectPaths } from './layout.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import { readBytes } from './state-file.ts'

export interface OwnSession {
  readonly paths: ProjectPaths
  readonly sessionId: string
  /** Of the wrapper that started this agent; not checked. */
  readonly stem: string
}

/**
 * Null when no open session has that id.
 * @param runId from the environment
 * @throws FlowError E_STATE_LINK, E_STATE_READ
 */
export function ownSession(
  ports: Pick<ProtocolPorts, 'fs'>,
  stateHome: string,
  runId: string,
): OwnSession | null {
  const run = parseRunId(runId)
  if (run === null) return null
  const { hash, sessionId, stem } = run
  const paths = projectPaths(stateHome, hash)
  refuseLinkedFolders(ports, stateHome, [paths.sessionFolder])
  // By its bytes: every start of an agent waits for this, and a parse with all its checks takes longer.
  const isOpen = readBytes(ports, paths.backupRefPath)?.includes(`"sessionId": "${sessionId}"`)
  return isOpen ? { paths, sessionId, stem } : null
}
