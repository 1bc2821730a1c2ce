/** Opening a session, inside the gate: the first one starts it, the others join. */
import { join } from 'node:path'
import { FlowError, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { missingEntries } from '../settings/detach.ts'
import { type BackupRef, type FileBackup, type Keep, parseBackupRef } from './backup-ref.ts'
import { undoSession } from './close.ts'
import {
  isProjectHash,
  isSessionId,
  newSessionId,
  type ProjectPaths,
  projectPaths,
  snapshotFolder,
} from './layout.ts'
import { dropOwn, freeStem, writeLock } from './participants.ts'
import type { PidLock, ProcessRecord } from './pid-lock.ts'
import { readPresent } from './settings-file.ts'
import { getBackupRef } from './state.ts'
import {
  ensureFolder,
  listState,
  printState,
  readState,
  writeNote,
  writeState,
} from './state-file.ts'
import {
  type FilePlan,
  type MarkOwner,
  type PreparedFile,
  prepareFile,
  saveOriginal,
  writeMerged,
} from './workspace.ts'

export interface AcquireRequest {
  /** Real path of the project root. */
  readonly projectPath: string
  /** Real path of the worktree's top level: links must not lead out of it. */
  readonly boundary: string
  /** The worktree's own git folder; null outside git. */
  readonly gitFolder: string | null
  readonly followSymlinks: boolean
  /** Name of the agent family, e.g. `claude`. */
  readonly target: string
  /** For people: what is started, and where. */
  readonly agent: string
  readonly cwd: string
  readonly files: readonly FilePlan[]
  readonly keep: Keep
  /** What the shell entries start when something is pending. */
  readonly nodePath: string
  readonly residentPath: string
  /** Called inside the gate, before anything is changed. */
  readonly onEntered?: () => void
}

export interface OpenedSession {
  readonly sessionId: string
  readonly projectPath: string
  readonly backupPath: string
  /** True when others were in it already. */
  readonly joined: boolean
  readonly lock: PidLock
  /** Name of the lock's files without their endings. */
  readonly stem: string
  readonly warnings: readonly string[]
}

/** Snapshot, lock, backup.json, and only then the workspace; taken back when a step fails. */
export function startSession(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  self: ProcessRecord,
  request: AcquireRequest,
): OpenedSession {
  const now = ports.clock.now()
  const sessionId = newSessionId(now, ports.clock.randomHex(3))
  const backupPath = snapshotFolder(paths, sessionId)
  const prepared = request.files.map((plan) =>
    prepareOne(ports, paths, request, plan, { id: sessionId, snapshotFolder: backupPath }),
  )
  const ref: BackupRef = {
    version: 1,
    sessionId,
    backupPath,
    projectPath: request.projectPath,
    target: request.target,
    createdAt: now.toISOString(),
    createdByPid: self.pid,
    gitFolder: request.gitFolder,
    boundary: request.boundary,
    followSymlinks: request.followSymlinks,
    keep: request.keep,
    files: prepared.map(({ backup }) => backup),
  }
  const lock = newLock(ports, self, request, sessionId)
  const stem = freeStem(ports, paths, lock)
  const takeBack = () => undoSession(ports, paths, ref, stem)
  return undoOnFailure(takeBack, () => {
    ensureFolder(ports, backupPath)
    for (const file of prepared) saveOriginal(ports, backupPath, file)
    writeState(ports, join(backupPath, 'manifest.json'), printState(ref))
    writeLock(ports, paths, stem, lock)
    writeLinesForShells(ports, paths, request)
    writeState(ports, paths.backupRefPath, printState(ref))
    writeFiles(ports, paths, ref, prepared)
    const warnings = prepared.flatMap((file) => file.warnings)
    const { projectPath } = request
    return { sessionId, projectPath, backupPath, joined: false, lock, stem, warnings }
  })
}

/** Own lock first; then files of another target, and entries that a checkout or an edit took out. */
export function joinSession(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  self: ProcessRecord,
  request: AcquireRequest,
  ref: BackupRef,
): OpenedSession {
  const { sessionId, backupPath, projectPath } = ref
  const lock = newLock(ports, self, request, sessionId)
  const stem = freeStem(ports, paths, lock)
  return undoOnFailure(
    () => dropOwn(ports, paths, stem),
    () => {
      writeLock(ports, paths, stem, lock)
      const known = new Set(ref.files.map(({ path }) => path))
      const added = request.files.filter(({ path }) => !known.has(path))
      const prepared = added.map((plan) =>
        prepareOne(ports, paths, request, plan, { id: sessionId, snapshotFolder: backupPath }),
      )
      const refreshed = putBackEntries(ports, paths, ref)
      writeFiles(ports, paths, recordFiles(ports, paths, refreshed, prepared), prepared)
      const warnings = prepared.flatMap((file) => file.warnings)
      return { sessionId, projectPath, backupPath, joined: true, lock, stem, warnings }
    },
  )
}

/**
 * Puts recorded entries back that somebody took out (a branch switch, a stash, an edit). What the
 * file holds now becomes the original: new snapshot, then backup.json, then the write.
 * @returns the ref as it stands on disk afterwards
 */
export function putBackEntries(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  ref: BackupRef,
): BackupRef {
  const session = { id: ref.sessionId, snapshotFolder: ref.backupPath }
  const prepared = ref.files
    .filter((file) => lacksEntries(ports, file))
    .map((file) => prepareOne(ports, paths, ref, planOf(file), session, file))
  if (prepared.length === 0) return ref
  ports.log('session', `putting entries back into ${prepared.map((p) => p.backup.path).join(', ')}`)
  return writeFiles(ports, paths, recordFiles(ports, paths, ref, prepared), prepared)
}

function lacksEntries(ports: ProtocolPorts, file: FileBackup): boolean {
  const present = readPresent(ports, file.realPath, file.path)
  if (present === null) return file.record.added.length > 0
  return missingEntries(file.record, present.bytes, file.path).length > 0
}

function planOf(file: FileBackup): FilePlan {
  return { path: file.path, entries: file.record.added }
}

function prepareOne(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  place: Pick<AcquireRequest, 'projectPath' | 'boundary' | 'followSymlinks'>,
  plan: FilePlan,
  session: { readonly id: string; readonly snapshotFolder: string },
  earlier?: FileBackup,
): PreparedFile {
  const ownerOf = (sessionId: string) => ownerOfMark(ports, paths, sessionId, plan.path)
  return prepareFile(ports, place, plan, session, ownerOf, earlier)
}

/** A session of any project that is open keeps its groups; of a closed one the record may be left. */
function ownerOfMark(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  sessionId: string,
  path: string,
): MarkOwner {
  const isOpen = listState(ports, paths.sessionsFolder)
    .filter(isProjectHash)
    .some((hash) => {
      const backup = getBackupRef(ports, projectPaths(paths.home, hash))
      return backup.kind === 'ok' && backup.value.sessionId === sessionId
    })
  if (isOpen) return { kind: 'open' }
  if (!isSessionId(sessionId)) return { kind: 'closed', record: undefined }
  const manifestPath = join(snapshotFolder(paths, sessionId), 'manifest.json')
  const manifest = readState(ports, manifestPath, (value) => parseBackupRef(value, paths))
  const files = manifest.kind === 'ok' ? manifest.value.files : []
  return { kind: 'closed', record: files.find((file) => file.path === path)?.record }
}

/** Snapshot, manifest, backup.json: in this order, so that the ref never names what is not there. */
function recordFiles(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  ref: BackupRef,
  prepared: readonly PreparedFile[],
): BackupRef {
  if (prepared.length === 0) return ref
  for (const file of prepared) saveOriginal(ports, ref.backupPath, file)
  const fresh = new Map(prepared.map(({ backup }) => [backup.path, backup]))
  const kept = ref.files.filter(({ path }) => !fresh.has(path))
  const next = { ...ref, files: [...kept, ...fresh.values()] }
  writeState(ports, join(ref.backupPath, 'manifest.json'), printState(next))
  writeState(ports, paths.backupRefPath, printState(next))
  return next
}

function writeFiles(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  recorded: BackupRef,
  prepared: readonly PreparedFile[],
): BackupRef {
  let ref = recorded
  for (const first of prepared) {
    let file = first
    for (let attempt = 0; !writeMerged(ports, ref, file); attempt += 1) {
      if (attempt === 20) throw keepsChanging(file.backup)
      const session = { id: ref.sessionId, snapshotFolder: ref.backupPath }
      file = prepareOne(ports, paths, ref, planOf(file.backup), session, file.backup)
      ref = recordFiles(ports, paths, ref, [file])
    }
  }
  return ref
}

function newLock(
  ports: ProtocolPorts,
  self: ProcessRecord,
  request: AcquireRequest,
  sessionId: string,
): PidLock {
  return {
    version: 1,
    ...self,
    sessionId,
    target: request.target,
    projectPath: request.projectPath,
    agent: request.agent,
    cwd: request.cwd,
    startedAt: ports.clock.now().toISOString(),
    hostName: ports.processes.habitat.hostName,
  }
}

function writeLinesForShells(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { projectPath, nodePath, residentPath }: AcquireRequest,
): void {
  writeNote(ports, paths.projectLinePath, `${projectPath}\n`)
  writeNote(ports, paths.nodeLinePath, `${nodePath}\n`)
  writeNote(ports, paths.residentLinePath, `${residentPath}\n`)
}

/** Runs `body`; when it fails, takes back what it did. If that fails too, both are reported. */
function undoOnFailure<T>(undo: () => void, body: () => T): T {
  try {
    return body()
  } catch (error) {
    try {
      undo()
    } catch (undoError) {
      if (!isSystemError(undoError) && !(undoError instanceof FlowError)) throw undoError
      throw undoFailed(error, undoError)
    }
    throw error
  }
}

function undoFailed(error: unknown, undoError: unknown): unknown {
  if (!(error instanceof FlowError) || !(undoError instanceof FlowError)) {
    return new AggregateError([error, undoError], 'starting failed, and taking it back failed too')
  }
  return new FlowError({
    code: error.code,
    what: error.what,
    why: `${error.why}; taking it back failed too: ${undoError.message}`,
    kept: undoError.kept ?? 'the backup and backup.json',
    next: error.next ?? 'mend that, then run `flow recover`',
    cause: error,
  })
}

function keepsChanging({ path }: FileBackup): FlowError {
  return new FlowError({
    code: 'E_FILE_BUSY',
    what: `could not merge into ${path}`,
    why: 'another program writes it again and again',
    kept: 'the file as that program left it',
    next: 'stop that program, then try again',
  })
}
