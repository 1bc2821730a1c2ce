/** Opening a session, inside the gate: the first one starts it, the others join. */
import { join } from 'node:path'
import { FlowError, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import type { BackupRef, Keep, Purpose } from './backup-ref.ts'
import { undoSession } from './close.ts'
import { unexpectedFailure } from './failure.ts'
import { newSessionId, type ProjectPaths, snapshotFolder } from './layout.ts'
import { type FilePlan, type PreparedFile, saveOriginal } from './merge-file.ts'
import { dropOwn, freeStem, writeLock } from './participants.ts'
import type { PidLock, ProcessRecord } from './pid-lock.ts'
import {
  noteSettings,
  prepareOne,
  putBackEntries,
  recordFiles,
  writeFiles,
} from './session-files.ts'
import { ensureFolder, printState, writeNote, writeState } from './state-file.ts'

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
  /** Called once this process is recorded, before the files change: others see the session from here on. */
  readonly onRecorded?: () => void
  /** Absent: for an agent. */
  readonly purpose?: Purpose
  /** The caller makes git look at the merged files (`refreshIndexBy`). */
  readonly defersIndex?: boolean
}

export interface OpenedSession {
  readonly sessionId: string
  readonly projectPath: string
  readonly backupPath: string
  /** True when others were in it already. */
  readonly joined: boolean
  /** As it stood when this process came in; the truth is on disk as long as it is there. */
  readonly ref: BackupRef
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
  return startWith(ports, paths, self, request, (session) =>
    request.files.map((plan) => prepareOne(ports, paths, request, plan, session)),
  )
}

/** The same with files that the caller prepares. */
export function startWith(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  self: ProcessRecord,
  request: AcquireRequest,
  prepare: (session: { readonly id: string; readonly snapshotFolder: string }) => PreparedFile[],
): OpenedSession {
  const now = ports.clock.now()
  const sessionId = newSessionId(now, ports.clock.randomHex(3))
  const backupPath = snapshotFolder(paths, sessionId)
  const prepared = prepare({ id: sessionId, snapshotFolder: backupPath })
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
    ...(request.purpose !== undefined && { purpose: request.purpose }),
  }
  const lock = newLock(ports, self, request, sessionId)
  const stem = freeStem(ports, paths, lock)
  const takeBack = () => undoSession(ports, paths, ref, stem)
  return undoOnFailure(takeBack, () => {
    ensureFolder(ports, backupPath)
    for (const file of prepared) saveOriginal(ports, backupPath, file)
    writeState(ports, join(backupPath, 'manifest.json'), printState(ref))
    ensureFolder(ports, paths.sessionFolder)
    writeLock(ports, paths, stem, lock)
    request.onRecorded?.()
    writeLinesForShells(ports, paths, request, ref)
    writeState(ports, paths.backupRefPath, printState(ref))
    const present = writeFiles(ports, paths, ref, prepared, request)
    const warnings = prepared.flatMap((file) => file.warnings)
    const { projectPath } = request
    return { sessionId, projectPath, backupPath, joined: false, ref: present, lock, stem, warnings }
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
      request.onRecorded?.()
      const known = new Set(ref.files.map(({ path }) => path))
      const added = request.files.filter(({ path }) => !known.has(path))
      const prepared = added.map((plan) =>
        prepareOne(ports, paths, request, plan, { id: sessionId, snapshotFolder: backupPath }),
      )
      const refreshed = putBackEntries(ports, paths, ref, { automatic: false })
      const recorded = recordFiles(ports, paths, refreshed, prepared)
      const present = writeFiles(ports, paths, recorded, prepared)
      const warnings = prepared.flatMap((file) => file.warnings)
      return {
        sessionId,
        projectPath,
        backupPath,
        joined: true,
        ref: present,
        lock,
        stem,
        warnings,
      }
    },
  )
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
    tty: ports.processes.tty ?? null,
  }
}

function writeLinesForShells(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { projectPath, nodePath, residentPath }: AcquireRequest,
  { files }: BackupRef,
): void {
  writeNote(ports, paths.projectLinePath, `${projectPath}\n`)
  writeNote(ports, paths.nodeLinePath, `${nodePath}\n`)
  writeNote(ports, paths.residentLinePath, `${residentPath}\n`)
  noteSettings(ports, paths, files, ports.clock.now())
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
    throw error instanceof FlowError ? takenBack(error) : error
  }
}

/** The backup that the error may speak of is gone again, and there is nothing to recover. */
function takenBack(error: FlowError): FlowError {
  const { code, what, why, next, exitCode } = error
  return new FlowError({
    code,
    what,
    ...(why !== undefined && { why }),
    kept: 'nothing was changed: what was begun is rolled back',
    next: (next ?? 'fix that').replace(/run `flow recover`$/, 'try again'),
    exitCode,
    cause: error,
  })
}

function undoFailed(error: unknown, undoError: unknown): unknown {
  if (!isSystemError(error) && !(error instanceof FlowError)) {
    return new AggregateError([error, undoError], 'starting failed, and rolling it back failed too')
  }
  const first = error instanceof FlowError ? error : unexpectedFailure('acquire', error)
  const second =
    undoError instanceof FlowError ? undoError : unexpectedFailure('roll back', undoError)
  return new FlowError({
    code: first.code,
    what: first.what,
    why: `${first.why}; rolling it back failed too: ${second.message}`,
    kept: second.kept ?? 'the backup and backup.json',
    next: first.next ?? 'fix that, then run `flow recover`',
    cause: error,
  })
}
