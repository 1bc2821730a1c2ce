/** Which session a hook was called in: what `FLOW_RUN_ID` says, as far as an open session bears it out. */
import { FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import {
  homePaths,
  isOwnSessionId,
  isProjectHash,
  type ProjectPaths,
  projectPaths,
} from './layout.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import { listState, readBytes } from './state-file.ts'

export interface OwnSession {
  readonly paths: ProjectPaths
  readonly sessionId: string
  /** Of the wrapper that started this agent; not checked. */
  readonly stem: string
}

/**
 * `runId` is `<sessionId>.<stem>`, from the environment: it becomes no part of a path. Null when no
 * open session has that id.
 * @throws FlowError E_STATE_LINK, E_STATE_READ
 */
export function ownSession(
  ports: Pick<ProtocolPorts, 'fs'>,
  stateHome: string,
  runId: string,
): OwnSession | null {
  const at = Math.max(0, runId.lastIndexOf('.'))
  const sessionId = runId.slice(0, at)
  if (!isOwnSessionId(sessionId)) return null
  const { sessionsFolder } = homePaths(stateHome)
  refuseLinkedFolders(ports, stateHome, [sessionsFolder])
  const paths = listState(ports, sessionsFolder)
    .filter(isProjectHash)
    .map((hash) => projectPaths(stateHome, hash))
    .find((candidate) => isOpenIn(ports, candidate, sessionId))
  return paths === undefined ? null : { paths, sessionId, stem: runId.slice(at + 1) }
}

/** By its bytes: every start of an agent waits for this, and a parse with all its checks takes longer. */
function isOpenIn(
  ports: Pick<ProtocolPorts, 'fs'>,
  { backupRefPath }: ProjectPaths,
  sessionId: string,
): boolean {
  try {
    return readBytes(ports, backupRefPath)?.includes(`"sessionId": "${sessionId}"`) ?? false
  } catch (error) {
    // Another project's state, unreadable or no file at all, must not hide this one's.
    if (!(error instanceof FlowError)) throw error
    return false
  }
}
