/**
 * Where everything lies. All state is under one folder, the state home:
 *
 *     <home>/sessions/<project-hash>/
 *       backup.json              BackupRef: exists = the workspace is modified, or may be
 *       project                  one line: the project root    \
 *       node                     one line: path of node         |
 *       settings                 one line: the settings file     > for the shell entries
 *       resident                 one line: path of runtime.cjs/
 *       pids/<stem>.json         PidLock of one live wrapper; the stem is its pid
 *       pids/<stem>.proc         one line: `<pid> <startTime> <bootId> <pidNamespace> <machineId>`
 *       pids/<stem>.<pid>.agent  the same of the agent that this wrapper started
 *     <home>/sessions/history/<sessionId>.json
 *     <home>/gates/<project-hash>/<n>, <n>.released; also of a repository: the hash of git's `info`
 *     <home>/snapshots/<project-hash>/<sessionId>/
 *       manifest.json            the same as backup.json
 *       <name>                   original bytes, which are what git is given
 *       <name>.merged            what flow wrote in their place
 *       <name>.absent[.merged]   the same of a file that was absent
 *       closed                   exists = restored; only then may the folder be pruned
 *       left-…, killed-…, given-up-…  locks of those who were in it, for the history
 *     <home>/empty.git/          with which git is asked for attributes without flow's own line
 *     <home>/runtime/<version>/  the self-contained copy that hooks and recovery run from
 *       cache/                   what Node compiled of flow, where Node has a compile cache
 *     <home>/hooks/              the scripts that git hooks and prompts source, whoever wrote them last:
 *       post-checkout, post-merge, pre-commit, pending.sh, clean.sh, …
 *       version                  one line: the flow that wrote them; an older one leaves them
 *       node                     one line: path of a node, where a session's own line is lost
 *     <home>/shell/flow.<shell>  what `flow shell` writes: sourced by an rc file
 *     <home>/fired/<project-hash>/<event>.json
 *                              when a merged hook fired last, and by which session
 *       shown.<key>.<n>        when a notification was shown last, by its time of change
 *     <home>/corrupt/            state files that could not be read, moved aside
 */

import { join } from 'node:path'
import { sha256 } from '../sha256.ts'

export interface HomePaths {
  readonly home: string
  readonly sessionsFolder: string
  readonly historyFolder: string
  readonly gatesFolder: string
  readonly snapshotsFolder: string
  readonly corruptFolder: string
  readonly shellFolder: string
  readonly hooksFolder: string
}

/** Where a gate is; `gate.ts` knows no more of it. */
export interface GatePaths {
  readonly gatesFolder: string
  readonly gateFolder: string
}

export interface ProjectPaths extends HomePaths, GatePaths {
  readonly hash: string
  readonly sessionFolder: string
  readonly backupRefPath: string
  readonly pidsFolder: string
  readonly projectLinePath: string
  readonly nodeLinePath: string
  readonly residentLinePath: string
  readonly settingsLinePath: string
  readonly firedFolder: string
  readonly projectSnapshotsFolder: string
}

/** The first 16 hex digits of SHA-256 over the real absolute path of the project root. */
export function projectHash(projectPath: string): string {
  return sha256(projectPath).slice(0, 16)
}

/** True for a folder name that `projectHash` could have made. */
export function isProjectHash(name: string): boolean {
  return /^[0-9a-f]{16}$/.test(name)
}

/** True for a name that may stand in a path below the state home. */
export function isSessionId(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)
}

/** True for an id that `newSessionId` could have made: others may keep their own beside it. */
export function isOwnSessionId(name: string): boolean {
  return /^session-[0-9]{8}T[0-9]{9}Z-[0-9a-f]+$/.test(name)
}

/** What `FLOW_RUN_ID` says in an agent. */
export interface RunId {
  readonly hash: string
  readonly sessionId: string
  /** Of the wrapper that started the agent. */
  readonly stem: string
}

export function printRunId({ hash, sessionId, stem }: RunId): string {
  return [hash, sessionId, stem].join('.')
}

/** Null for a text that `printRunId` could not have made. */
export function parseRunId(text: string): RunId | null {
  const [hash = '', sessionId = '', stem = ''] = text.split('.')
  return isProjectHash(hash) && isOwnSessionId(sessionId) && stem !== ''
    ? { hash, sessionId, stem }
    : null
}

export function homePaths(home: string): HomePaths {
  const sessionsFolder = join(home, 'sessions')
  return {
    home,
    sessionsFolder,
    historyFolder: join(sessionsFolder, 'history'),
    gatesFolder: join(home, 'gates'),
    snapshotsFolder: join(home, 'snapshots'),
    corruptFolder: join(home, 'corrupt'),
    shellFolder: join(home, 'shell'),
    hooksFolder: join(home, 'hooks'),
  }
}

export function projectPaths(home: string, hash: string): ProjectPaths {
  const paths = homePaths(home)
  const sessionFolder = join(paths.sessionsFolder, hash)
  return {
    ...paths,
    hash,
    sessionFolder,
    backupRefPath: join(sessionFolder, 'backup.json'),
    pidsFolder: join(sessionFolder, 'pids'),
    projectLinePath: join(sessionFolder, 'project'),
    nodeLinePath: join(sessionFolder, 'node'),
    residentLinePath: join(sessionFolder, 'resident'),
    settingsLinePath: join(sessionFolder, 'settings'),
    gateFolder: join(paths.gatesFolder, hash),
    firedFolder: join(home, 'fired', hash),
    projectSnapshotsFolder: join(paths.snapshotsFolder, hash),
  }
}

export function snapshotFolder(paths: ProjectPaths, sessionId: string): string {
  return join(paths.projectSnapshotsFolder, sessionId)
}

/** The state directory that a snapshot directory is in. */
export function homeOf(snapshotDirectory: string): string {
  return join(snapshotDirectory, '../../..')
}

/** `session-20261122T101530123Z-9f2c1a`: sorts by its start. */
export function newSessionId(start: Date, randomHex: string): string {
  return `session-${start.toISOString().replace(/[-:.]/g, '')}-${randomHex}`
}
