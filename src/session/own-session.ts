/** Which session a hook was called in: what `FLOW_RUN_ID` says, as far as an open session bears it out. */
import type { ProtocolPorts } from '../ports/ports.ts'
import { isOwnSessionId, isProjectHash, type ProjectPaths, projectPaths } from './layout.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import type { Session } from './session.ts'
import { readBytes } from './state-file.ts'

export interface OwnSession {
  readonly paths: ProjectPaths
  readonly sessionId: string
  /** Of the wrapper that started this agent; not checked. */
  readonly stem: string
}

/** What `FLOW_RUN_ID` is set to for an agent: project hash, session id and stem. */
export function runIdOf({
  paths,
  sessionId,
  stem,
}: Pick<Session, 'paths' | 'sessionId' | 'stem'>): string {
  return [paths.hash, sessionId, stem].join('.')
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
  const [hash = '', sessionId = '', stem = ''] = runId.split('.')
  if (!isProjectHash(hash) || !isOwnSessionId(sessionId) || stem === '') return null
  const paths = projectPaths(stateHome, hash)
  refuseLinkedFolders(ports, stateHome, [paths.sessionFolder])
  // By its bytes: every start of an agent waits for this, and a parse with all its checks takes longer.
  const isOpen = readBytes(ports, paths.backupRefPath)?.includes(`"sessionId": "${sessionId}"`)
  return isOpen ? { paths, sessionId, stem } : null
}
