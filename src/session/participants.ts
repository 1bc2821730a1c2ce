/** The locks in `pids/`: writing one's own, taking away what is dead. */
import { join } from 'node:path'
import type { ProtocolPorts } from '../ports/ports.ts'
import type { ProjectPaths } from './layout.ts'
import { type PidLock, type ProcessRecord, parsePidFileName, printProcessLine } from './pid-lock.ts'
import type { FolderState, Participant } from './state.ts'
import { ensureFolder, listState, printState, removeState, writeNote } from './state-file.ts'

/** This process, as its lock and its gate claims name it. */
export function ownRecord(ports: ProtocolPorts): ProcessRecord {
  const { pid, habitat } = ports.processes
  const sight = ports.processes.look(pid)
  const { bootId, pidNamespace, machineId } = habitat
  const startTime = sight.kind === 'running' ? sight.startTime : null
  return { pid, startTime, bootId, pidNamespace, machineId }
}

/**
 * The name for a new lock: its pid, with the pid namespace behind it where another namespace's
 * process of the same pid stands already.
 */
export function freeStem(ports: ProtocolPorts, paths: ProjectPaths, lock: PidLock): string {
  const names = listState(ports, paths.pidsFolder)
  const isTaken = (stem: string) => names.some((name) => parsePidFileName(name)?.stem === stem)
  const plain = String(lock.pid)
  if (!isTaken(plain)) return plain
  let suffix = Number(lock.pidNamespace || '1')
  while (isTaken(`${plain}-${suffix}`)) suffix += 1
  return `${plain}-${suffix}`
}

/**
 * Writes the line that shells read, then the lock. Neither is synced: after a power cut nobody of that
 * time lives. @throws FlowError E_STATE_WRITE
 */
export function writeLock(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  stem: string,
  lock: PidLock,
): void {
  ensureFolder(ports, paths.pidsFolder, { sync: false })
  writeNote(ports, join(paths.pidsFolder, `${stem}.proc`), printProcessLine(lock))
  writeNote(ports, join(paths.pidsFolder, `${stem}.json`), printState(lock))
}

/** Takes a wrapper's lock and the record of the agent that it started away. */
export function dropOwn(ports: ProtocolPorts, paths: ProjectPaths, stem: string): void {
  for (const name of listState(ports, paths.pidsFolder)) {
    if (parsePidFileName(name)?.stem === stem) removeState(ports, join(paths.pidsFolder, name))
  }
}

/** Takes away whoever is proved dead; returns the state without them. */
export function dropDead(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  state: FolderState,
): FolderState {
  const isDead = ({ verdict }: Participant) => verdict.kind === 'dead'
  for (const participant of state.participants.filter(isDead)) {
    ports.log('session', `${participant.stem}: dropped (${participant.verdict.reason})`)
    dropParticipant(ports, paths, participant)
  }
  return { ...state, participants: state.participants.filter((one) => !isDead(one)) }
}

/** Takes away everybody, whatever is known of them. Only for `--force`. */
export function dropAll(ports: ProtocolPorts, paths: ProjectPaths, state: FolderState): void {
  for (const participant of state.participants) dropParticipant(ports, paths, participant)
}

function dropParticipant(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { role, stem, record }: Participant,
): void {
  const names =
    role === 'agent' ? [`${stem}.${record.pid}.agent`] : [`${stem}.json`, `${stem}.proc`]
  for (const name of names) removeState(ports, join(paths.pidsFolder, name))
}
