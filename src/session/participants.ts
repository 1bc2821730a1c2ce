/** The locks in `pids/`: writing one's own, taking away what is dead. */
import { join } from 'node:path'
import { isErrno, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { isSessionId, type ProjectPaths, snapshotFolder } from './layout.ts'
import {
  type PidLock,
  type ProcessRecord,
  parsePidFileName,
  parsePidLock,
  printProcessLine,
} from './pid-lock.ts'
import type { FolderState, Participant } from './state.ts'
import {
  ensureFolder,
  listState,
  printState,
  readState,
  removeState,
  writeNote,
} from './state-file.ts'

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

/** How somebody came out of a session: by himself, or found dead, or taken for dead by `--force`. */
export type Exit = 'left' | 'killed' | 'given-up'
const EXITS: readonly Exit[] = ['left', 'killed', 'given-up']

/** Somebody who was in a session that is over, or that others are still in. */
export interface PastParticipant {
  readonly lock: PidLock
  readonly exit: Exit
}

/** Takes one's own lock and the record of one's agent away, and leaves word in the snapshot. */
export function leaveSession(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { stem, sessionId }: { readonly stem: string; readonly sessionId: string },
): void {
  moveToSnapshot(ports, paths, stem, sessionId, 'left')
  dropOwn(ports, paths, stem)
}

/** Who was in the session, by the time of their start; those that are in it now are not among them. */
export function pastParticipants(ports: ProtocolPorts, folder: string): PastParticipant[] {
  const found = listState(ports, folder).flatMap((name) => {
    const exit = EXITS.find((one) => name.startsWith(`${one}-`) && name.endsWith('.json'))
    if (exit === undefined) return []
    const reading = readState(ports, join(folder, name), (value) => parsePidLock(value) ?? '')
    return reading.kind === 'ok' ? [{ lock: reading.value, exit }] : []
  })
  return found.sort((a, b) => (a.lock.startedAt < b.lock.startedAt ? -1 : 1))
}

/** In one step and without a write: the lock that goes is the word that stays. */
function moveToSnapshot(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  stem: string,
  sessionId: string,
  exit: Exit,
): void {
  // Read from a file, and to become a part of a path.
  if (!isSessionId(sessionId)) return
  const name = `${exit}-${stem}-${ports.clock.randomHex(2)}.json`
  try {
    ports.fs.rename(
      join(paths.pidsFolder, `${stem}.json`),
      join(snapshotFolder(paths, sessionId), name),
    )
  } catch (error) {
    if (!isSystemError(error)) throw error
    // For the history only: the lock is gone, or the snapshot, or the disk takes no name more.
    if (!isErrno(error, 'ENOENT')) ports.log('history', `${stem}: no word left: ${error}`)
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
    dropParticipant(ports, paths, participant, 'killed')
  }
  return { ...state, participants: state.participants.filter((one) => !isDead(one)) }
}

/** Takes away everybody, whatever is known of them. Only for `--force`. */
export function dropAll(ports: ProtocolPorts, paths: ProjectPaths, state: FolderState): void {
  for (const participant of state.participants) {
    dropParticipant(ports, paths, participant, 'given-up')
  }
}

function dropParticipant(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { role, stem, record, lock }: Participant,
  exit: Exit,
): void {
  if (lock !== undefined) moveToSnapshot(ports, paths, stem, lock.sessionId, exit)
  const names =
    role === 'agent' ? [`${stem}.${record.pid}.agent`] : [`${stem}.json`, `${stem}.proc`]
  for (const name of names) removeState(ports, join(paths.pidsFolder, name))
}
