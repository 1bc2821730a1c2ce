/** Reads what stands in a project's state folder; mends what is corrupt from its twin. */
import { join } from 'node:path'
import { FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { type BackupRef, parseBackupRef } from './backup-ref.ts'
import type { FolderSnapshot } from './decide.ts'
import { forceRecovery } from './failure.ts'
import { isOwnSessionId, type ProjectPaths, projectHash, snapshotFolder } from './layout.ts'
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

interface Damaged {
  readonly path: string
  readonly why: string
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
export function readFolder(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { force = false }: { readonly force?: boolean } = {},
): FolderState {
  const mended: Mended[] = []
  const setAside = (path: string, why: string) => {
    mended.push({ path, why, aside: moveAside(ports, paths, path) })
  }
  const backup = getBackupRef(ports, paths)
  const damaged: Damaged[] = []
  if (backup.kind === 'corrupt') damaged.push({ path: paths.backupRefPath, why: backup.why })
  const ref = backup.kind === 'ok' ? backup.value : openManifest(ports, paths, damaged)
  if (ref === null && damaged.length > 0 && !force) throw nothingToGoBy(ports, paths, damaged)
  for (const { path, why } of damaged) setAside(path, why)
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
  for (;;) {
    const names = listState(ports, paths.pidsFolder)
    const participants = participantsIn(ports, paths, names, onCorrupt)
    // An agent records itself outside the gate while its wrapper lives: by the time that a wrapper is
    // found dead, one may stand there that the listing came too early for.
    const isSettled =
      participants.every(({ verdict }) => verdict.kind !== 'dead') ||
      listState(ports, paths.pidsFolder).every((name) => names.includes(name))
    if (isSettled) return participants
  }
}

function participantsIn(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  names: readonly string[],
  onCorrupt: (path: string, why: string) => void,
): Participant[] {
  const stems = new Set<string>()
  for (const name of names) {
    const parsed = parsePidFileName(name)
    if (parsed === undefined) continue
    if (parsed.kind !== 'agent') stems.add(parsed.stem)
  }
  const wrappers = [...stems].map((stem) => readWrapper(ports, paths, stem, onCorrupt))
  const agents = names.flatMap((name) => {
    const parsed = parsePidFileName(name)
    if (parsed?.kind !== 'agent') return []
    const wrapper = wrappers.find(({ stem }) => stem === parsed.stem)
    return [readAgent(ports, paths, name, parsed, wrapper?.record)]
  })
  return [...agents, ...wrappers]
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

/**
 * Sessions of this project whose snapshot was never closed, latest first. One without a manifest was
 * killed before it changed anything.
 */
export function openSnapshots(ports: ProtocolPorts, paths: ProjectPaths): string[] {
  const isOpen = (folder: string) =>
    exists(ports, join(folder, 'manifest.json')) && !isClosed(ports, folder)
  return listState(ports, paths.projectSnapshotsFolder)
    .filter((name) => isOwnSessionId(name) && isOpen(snapshotFolder(paths, name)))
    .reverse()
}

/** True once the session of this snapshot folder was restored. */
export function isClosed(ports: ProtocolPorts, folder: string): boolean {
  return exists(ports, join(folder, 'closed'))
}

function exists(ports: ProtocolPorts, path: string): boolean {
  return absentAs(false, () => ports.fs.linkFacts(path) !== undefined)
}

/** Left where they are, so that every attempt says so again, until somebody forces it. */
function nothingToGoBy(ports: ProtocolPorts, paths: ProjectPaths, damaged: Damaged[]): FlowError {
  const projectPath = notedProject(ports, paths) ?? paths.sessionFolder
  const [latest] = openSnapshots(ports, paths)
  const folder = latest === undefined ? paths.projectSnapshotsFolder : snapshotFolder(paths, latest)
  return new FlowError({
    code: 'E_STATE_DAMAGED',
    what: `could not determine what the session in ${projectPath} has changed`,
    why: damaged.map(({ path, why }) => `${path} is damaged: ${why}`).join('\n'),
    kept: `the settings as they are; as they were: ${folder}`,
    next: `put them back by hand from there, then run \`${forceRecovery(projectPath)}\`, which moves the damaged files aside`,
  })
}

/** The project as the line for shells names it; null: that is lost, or not whole. Changes nothing. */
export function notedProject(ports: Pick<ProtocolPorts, 'fs'>, paths: ProjectPaths): string | null {
  const path = readText(ports, paths.projectLinePath)?.replace(/\n$/, '') ?? ''
  return projectHash(path) === paths.hash ? path : null
}

/** The record of the session that was never closed, from its snapshot. Changes nothing. */
export function openManifest(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  damaged: Damaged[] = [],
): BackupRef | null {
  for (const sessionId of openSnapshots(ports, paths)) {
    const path = join(snapshotFolder(paths, sessionId), 'manifest.json')
    const manifest = readState(ports, path, (value) => parseBackupRef(value, paths))
    if (manifest.kind === 'ok') {
      ports.log('state', `no backup.json, but ${sessionId} was never closed: its manifest is used`)
      return manifest.value
    }
    if (manifest.kind === 'corrupt') damaged.push({ path, why: manifest.why })
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
  { stem, pid }: { readonly stem: string; readonly pid: number },
  wrapper: ProcessRecord | undefined,
): Participant {
  const record = lineRecord(ports, join(paths.pidsFolder, name), pid, wrapper)
  return { role: 'agent', stem, lock: undefined, record, verdict: verdictOf(ports, record) }
}

/**
 * A line that is not whole still has the pid in its name: alive as long as that pid is, in the boot
 * and place of its wrapper. (A shell writes an agent's line, and a power cut can leave it empty.)
 */
function lineRecord(
  ports: ProtocolPorts,
  path: string,
  pid: number,
  wrapper?: ProcessRecord,
): ProcessRecord {
  const line = parseProcessLine(readText(ports, path) ?? '')
  if (line?.pid === pid) return line
  const { bootId = '', pidNamespace = '', machineId = '' } = wrapper ?? {}
  return { pid, startTime: null, bootId, pidNamespace, machineId }
}

function verdictOf(ports: ProtocolPorts, record: ProcessRecord): Verdict {
  return judge(record, ports.processes.habitat, ports.processes.look)
}
