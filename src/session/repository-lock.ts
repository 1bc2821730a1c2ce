import { join } from 'node:path'
import { FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { withGate } from './gate.ts'
import { type ProjectPaths, projectHash, projectPaths } from './layout.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import { ownRecord } from './participants.ts'

/** Of the lock on `info`, as if that were a project. */
export function repositoryPaths(home: string, commonGitDirectory: string): ProjectPaths {
  return projectPaths(home, projectHash(join(commonGitDirectory, 'info')))
}

/** Without a change of holder. An edit of a session's takes milliseconds. */
const WAIT_MS = 1_000

/** The same for set-up, which runs husky or another hook manager in it. */
export const SETUP_WAIT_MS = 10_000

/**
 * The lock on what the projects of a repository share: flow's lines in `info`. Whoever holds a project's
 * lock may wait for it, and nobody waits the other way round. A holder that cannot be judged from here is
 * passed over after the wait. Where a stopped process holds the lock, or there can be none, the edit is made
 * all the same: a line that is lost to another edit of that moment does less harm than a file that git sees.
 * @param home the state directory
 * @throws what the edit throws
 */
export function withRepositoryLock(
  ports: ProtocolPorts,
  home: string,
  commonGitDirectory: string,
  edit: () => void,
  waitMs = WAIT_MS,
): void {
  const paths = repositoryPaths(home, commonGitDirectory)
  for (const options of [{ waitMs }, { waitMs: 0, force: true }]) {
    let isInside = false
    const onEntered = () => {
      isInside = true
    }
    try {
      refuseLinkedFolders(ports, home, [paths.gateFolder])
      const gate = { ...options, purpose: 'update', onEntered }
      withGate(ports, paths, ownRecord(ports), gate, edit)
      return
    } catch (error) {
      if (isInside || !(error instanceof FlowError)) throw error
      ports.log('gate', `the lock of the repository: ${error.message}`)
    }
  }
  edit()
}
