import { join } from 'node:path'
import type { Exclusively } from '../git/info-lines.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { type GateOptions, withGate } from './gate.ts'
import { homePaths, projectHash } from './layout.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import { ownRecord } from './participants.ts'

export type LockOptions = Pick<GateOptions, 'force'>

/**
 * The lock on what the projects of a repository share: flow's lines in `info`. Whoever holds a project's
 * lock may wait for it, and nobody waits the other way round.
 * @param home the state directory
 * @returns what throws FlowError E_GATE_BUSY, E_STATE_*
 */
export function repositoryLock(
  ports: ProtocolPorts,
  home: string,
  commonGitDirectory: string,
  { force = false }: LockOptions = {},
): Exclusively {
  const { gatesFolder } = homePaths(home)
  const gateFolder = join(gatesFolder, projectHash(commonGitDirectory))
  return (edit) => {
    refuseLinkedFolders(ports, home, [gateFolder])
    const options = { purpose: 'update', force }
    withGate(ports, { gatesFolder, gateFolder }, ownRecord(ports), options, edit)
  }
}
