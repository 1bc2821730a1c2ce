/** Past sessions: `sessions/history/<sessionId>.json`, and the snapshots that they leave. */

import { join } from 'node:path'
import { isJsonObject } from '../json.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { isKeptCopy } from './aside.ts'
import { type BackupRef, type Purpose, parsePurpose } from './backup-ref.ts'
import { homePaths, isOwnSessionId, type ProjectPaths, snapshotFolder } from './layout.ts'
import { type Exit, pastParticipants } from './participants.ts'
import type { Presence } from './presence.ts'
import type { FileOutcome } from './restore-file.ts'
import { openSnapshots } from './state.ts'
import {
  ensureFolder,
  listState,
  printState,
  readState,
  removeIfEmpty,
  removeState,
  writeNote,
} from './state-file.ts'

/** Who closed it: the last one out, somebody who came by, or the next session's start. */
export type ClosedBy = 'release' | 'recover' | 'acquire'

/** What brought a recovery about: a person typed it, a git hook or a prompt of a shell did. */
export type RecoveredFor = 'command' | 'git-hook' | 'prompt'

export interface PastAgent {
  /** As it was started: `claude`. */
  readonly agent: string
  /** Of the wrapper. */
  readonly pid: number
  /** ISO 8601 */
  readonly startedAt: string
  /** `pts/3`; null: none, or not known. */
  readonly tty: string | null
  readonly exit: Exit
}

export interface PastSession {
  readonly version: 1
  readonly sessionId: string
  readonly projectPath: string
  readonly target: string
  /** ISO 8601 */
  readonly createdAt: string
  /** ISO 8601 */
  readonly closedAt: string
  readonly closedBy: ClosedBy
  /** Pid of the process that closed it. */
  readonly closedByPid: number
  /** The snapshot; it may have been pruned since. */
  readonly backupPath: string
  readonly files: readonly FileOutcome[]
  /** Everybody who was in it, by the time of their start. Others are absent in older records. */
  readonly agents: readonly PastAgent[]
  /** Null: nobody recovered it, or the record does not say. */
  readonly recoveredFor: RecoveredFor | null
  /** Null: for an agent. */
  readonly purpose: Purpose | null
}

export interface Closed {
  readonly by: ClosedBy
  readonly recoveredFor?: RecoveredFor | undefined
  /** Absent: it is there. */
  readonly project?: Presence
  readonly files: readonly FileOutcome[]
}

/** @throws FlowError E_STATE_WRITE */
export function archiveSession(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  ref: BackupRef,
  closed: Closed,
): void {
  const { sessionId, projectPath, target, createdAt, backupPath, purpose } = ref
  const past: PastSession = {
    version: 1,
    sessionId,
    projectPath,
    target,
    createdAt,
    closedAt: ports.clock.now().toISOString(),
    closedBy: closed.by,
    closedByPid: ports.processes.pid,
    backupPath,
    files: closed.files,
    agents: pastAgents(ports, backupPath),
    recoveredFor: closed.recoveredFor ?? null,
    purpose: purpose ?? null,
  }
  ensureFolder(ports, paths.historyFolder)
  writeNote(ports, join(paths.historyFolder, `${sessionId}.json`), printState(past))
}

/** Everybody who left word in this snapshot, by the time of their start. */
export function pastAgents(ports: ProtocolPorts, snapshot: string): PastAgent[] {
  return pastParticipants(ports, snapshot).map(({ lock, exit }) => {
    const { agent, pid, startedAt, tty = null } = lock
    return { agent, pid, startedAt, tty, exit }
  })
}

/** Latest first. A file that is not a past session is passed over. @throws FlowError E_STATE_READ */
export function listHistory(ports: ProtocolPorts, stateHome: string): PastSession[] {
  const { historyFolder } = homePaths(stateHome)
  return historyNames(ports, historyFolder)
    .reverse()
    .flatMap((name) => {
      const reading = readState(ports, join(historyFolder, name), parsePastSession)
      return reading.kind === 'ok' ? [reading.value] : []
    })
}

/**
 * Keeps the latest `keep` archived sessions of the state home and removes the older ones. Their
 * names sort by the time of their start.
 * @throws FlowError E_STATE_WRITE
 */
export function cleanupSessionHistory(ports: ProtocolPorts, stateHome: string, keep = 50): void {
  const { historyFolder } = homePaths(stateHome)
  const names = historyNames(ports, historyFolder)
  for (const name of names.slice(0, Math.max(0, names.length - keep))) {
    removeState(ports, join(historyFolder, name))
    ports.log('history', `${name}: forgotten, since the latest ${keep} are kept`)
  }
}

/** Keeps the latest `keep` closed snapshots of a project. One that was never closed always stays. */
export function cleanupSnapshots(ports: ProtocolPorts, paths: ProjectPaths, keep = 5): void {
  const open = new Set(openSnapshots(ports, paths))
  const closed = listState(ports, paths.projectSnapshotsFolder).filter(
    (name) => isOwnSessionId(name) && !open.has(name),
  )
  for (const name of closed.slice(0, Math.max(0, closed.length - keep))) {
    const folder = snapshotFolder(paths, name)
    // `closed` goes last, so that a snapshot which is pruned in part is not taken for an open one.
    const files = listState(ports, folder).filter((file) => file !== 'closed')
    // Somebody's bytes that may stand nowhere else: never pruned.
    if (files.some(isKeptCopy)) {
      ports.log('history', `${folder}: kept, since it has a copy of what somebody saved`)
      continue
    }
    for (const file of [...files, 'closed']) removeState(ports, join(folder, file))
    removeIfEmpty(ports, folder)
    ports.log('history', `${folder}: removed, since the latest ${keep} are kept`)
  }
}

function historyNames(ports: ProtocolPorts, folder: string): string[] {
  const isOwn = (name: string) => name.endsWith('.json') && isOwnSessionId(name.slice(0, -5))
  return listState(ports, folder).filter(isOwn)
}

const TEXT_FIELDS = ['sessionId', 'projectPath', 'target', 'createdAt', 'closedAt', 'closedBy']

function parsePastSession(value: unknown): PastSession | string {
  const isPast =
    isJsonObject(value) &&
    value.version === 1 &&
    TEXT_FIELDS.every((name) => typeof value[name] === 'string')
  if (!isPast) return 'it is not a past session'
  const past = value as unknown as PastSession
  const objects = <T>(list: unknown) =>
    (Array.isArray(list) ? list.filter(isJsonObject) : []) as T[]
  return {
    ...past,
    files: objects<FileOutcome>(past.files),
    agents: objects<PastAgent>(past.agents),
    recoveredFor: past.recoveredFor ?? null,
    purpose: parsePurpose(past.purpose) ?? null,
  }
}
