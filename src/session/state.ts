/** Reads what stands in a project's state folder; mends what is corrupt from its twin. */
import { join } from 'node:path'
import type { ProtocolPorts } from '../ports/ports.ts'
import { type BackupRef, parseBackupRef } from './backup-ref.ts'
import type { FolderSnapshot } from './decide.ts'
import { isSessionId, type ProjectPaths, snapshotFolder } from './layout.ts'
import {
  isSameProcess,
  judge,
  type PidLock,
  type ProcessRecord,
  parsePidFileName,
  parsePidLock,
  parseProcessLine,
  type Verdict,
} from './pid-lock.ts'
import {
  absentAs,
  ensureFolder,
  listState,
  moveAside,
  printState,
  type Reading,
  readState,
  readText,
  writeState,
} from './state-file.ts'

/** One process that stands, or stood, in a session. */
export interface Participant {
  readonly role: 'wrapper' | 'agent'
  readonly stem: string
  readonly record: ProcessRecord
  /** The whole lock; undefined for an agent and for a lock that could not be read. */
  readonly lock: PidLock | undefined
  readonly verdict: Verdict
}

/** A corrupt file that was moved aside, for the person to be told. */
export interface Mended {
  readonly path: string
  readonly why: string
  readonly aside: string
}

export interface FolderState {
  readonly ref: BackupRef | null
  readonly participants: readonly Participant[]
  readonly mended: readonly Mended[]
}

/**
 * Only inside the gate: moves corrupt files aside. A corrupt or lost backup.json is written anew from
 * the manifest of the snapshot that was never closed; for a corrupt lock its one-line twin stands in.
 * @throws FlowError E_STATE_READ, E_STATE_WRITE
 */
export function readFolder(ports: ProtocolPorts, paths: ProjectPaths): FolderState {
  const mended: Mended[] = []
  const setAside = (path: string, why: string) => {
    mended.push({ path, why, aside: moveAside(ports, paths, path) })
  }
  const backup = getBackupRef(ports, paths)
  if (backup.kind === 'corrupt') setAside(paths.backupRefPath, backup.why)
  const ref = backup.kind === 'ok' ? backup.value : openManifest(ports, paths, setAside)
  if (backup.kind !== 'ok' && ref !== null) {
    ensureFolder(ports, paths.sessionFolder)
    writeState(ports, paths.backupRefPath, printState(ref))
  }
  return { ref, participants: readParticipants(ports, paths, setAside), mended }
}

/**
 * The project's backup record: absent = the workspace is untouched. Changes nothing.
 * @throws FlowError E_STATE_READ
 */
export function getBackupRef(
  ports: Pick<ProtocolPorts, 'fs'>,
  paths: ProjectPaths,
): Reading<BackupRef> {
  return readState(ports, paths.backupRefPath, (value) => parseBackupRef(value, paths))
}

/** Who stands in the session now. Changes nothing, so it may be used outside the gate. */
export function readParticipants(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  onCorrupt: (path: string, why: string) => void = () => undefined,
): Participant[] {
  const participants: Participant[] = []
  const names = listState(ports, paths.pidsFolder)
  const stems = new Set<string>()
  for (const name of names) {
    const parsed = parsePidFileName(name)
    if (parsed === undefined) continue
    if (parsed.kind !== 'agent') stems.add(parsed.stem)
    else participants.push(readAgent(ports, paths, name, parsed.stem, parsed.pid))
  }
  for (const stem of stems) participants.push(readWrapper(ports, paths, stem, onCorrupt))
  return participants
}

/** What `decide.ts` looks at, from the seat of `self`. */
export function toSnapshot(state: FolderState, self: ProcessRecord): FolderSnapshot {
  const others = state.participants.filter(({ record }) => !isSameProcess(record, self))
  return {
    ref: state.ref,
    others: others.map(({ verdict }) => verdict),
    selfIsIn: others.length < state.participants.length,
  }
}

/** Sessions of this project whose snapshot was never closed, latest first. */
export function openSnapshots(ports: ProtocolPorts, paths: ProjectPaths): string[] {
  const isClosed = (name: string) =>
    absentAs(
      false,
      () => ports.fs.linkFacts(join(snapshotFolder(paths, name), 'closed')) !== undefined,
    )
  return listState(ports, paths.projectSnapshotsFolder)
    .filter((name) => isSessionId(name) && !isClosed(name))
    .reverse()
}

function openManifest(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  setAside: (path: string, why: string) => void,
): BackupRef | null {
  for (const sessionId of openSnapshots(ports, paths)) {
    const path = join(snapshotFolder(paths, sessionId), 'manifest.json')
    const manifest = readState(ports, path, (value) => parseBackupRef(value, paths))
    if (manifest.kind === 'ok') {
      ports.log(
        'state',
        `no backup.json, but ${sessionId} was never closed: its manifest stands in`,
      )
      return manifest.value
    }
    if (manifest.kind === 'corrupt') setAside(path, manifest.why)
  }
  return null
}

function readWrapper(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  stem: string,
  onCorrupt: (path: string, why: string) => void,
): Participant {
  const path = join(paths.pidsFolder, `${stem}.json`)
  const reading = readState(ports, path, (value) => parsePidLock(value) ?? 'it is not a pid lock')
  if (reading.kind === 'corrupt') onCorrupt(path, reading.why)
  const lock = reading.kind === 'ok' ? reading.value : undefined
  const record =
    lock ?? lineRecord(ports, join(paths.pidsFolder, `${stem}.proc`), Number.parseInt(stem, 10))
  return { role: 'wrapper', stem, lock, record, verdict: verdictOf(ports, record) }
}

function readAgent(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  name: string,
  stem: string,
  pid: number,
): Participant {
  const record = lineRecord(ports, join(paths.pidsFolder, name), pid)
  return { role: 'agent', stem, lock: undefined, record, verdict: verdictOf(ports, record) }
}

/** A line that is not whole still has the pid in its name: alive as long as that pid is. */
function lineRecord(ports: ProtocolPorts, path: string, pid: number): ProcessRecord {
  const line = parseProcessLine(readText(ports, path) ?? '')
  if (line?.pid === pid) return line
  return { pid, startTime: null, bootId: '', pidNamespace: '', machineId: '' }
}

function verdictOf(ports: ProtocolPorts, record: ProcessRecord): Verdict {
  return judge(record, ports.processes.habitat, ports.processes.look)
}
