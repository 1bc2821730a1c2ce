/** Forgetting a project: all that the state home holds of it goes, but what may be somebody's only copy. */
import { basename, join } from 'node:path'
import { explain, FlowError, isSystemError } from '../errors.ts'
import { EMPTY_GIT_DIRECTORY } from '../git/clean-filter.ts'
import { exists } from '../git/git-file.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { isKeptCopy } from './aside.ts'
import { parseBackupRef } from './backup-ref.ts'
import { sweepGates } from './claim.ts'
import { sweepSessionFolder } from './close.ts'
import { retireGate } from './gate.ts'
import { listHistory } from './history.ts'
import { HOOK_FILES, SNIPPET_NAMES } from './hook-scripts.ts'
import {
  homePaths,
  isOwnSessionId,
  type ProjectPaths,
  projectHash,
  snapshotFolder,
} from './layout.ts'
import { refuseLinks } from './own-folders.ts'
import { dropDead, ownRecord } from './participants.ts'
import { projectPresence, repositoryOf } from './presence.ts'
import { projectsOf } from './projects.ts'
import { repositoryPaths } from './repository-lock.ts'
import { latestRecord } from './residue.ts'
import { RUNTIME_FILES, removeCompileCache } from './runtime-copy.ts'
import { isClosed, readFolder } from './state.ts'
import {
  absentAs,
  listState,
  readState,
  readText,
  removeIfEmpty,
  removeState,
} from './state-file.ts'

interface Forgetting {
  /** A holder of its gate that cannot be judged from here counts as dead. */
  readonly force?: boolean
  /** For the gate; absent: as long as any command. */
  readonly waitMs?: number
  /** Asked inside the gate; false: nothing is removed. Absent: true. */
  readonly isWanted?: () => boolean
}

/**
 * Removes the snapshots, history, notes, session folder and gate of a project in which no session is open;
 * does nothing where one is, or is just starting. A second call after a kill at any step does what the
 * first one left undone.
 * @returns what stays, for a person to be told: absolute paths with the reason
 * @throws FlowError E_GATE_BUSY, E_STATE_*
 */
export function forgetProject(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { force = false, waitMs, isWanted = () => true }: Forgetting = {},
): string[] {
  refuseLinks(ports, paths)
  const kept: string[] = []
  const self = ownRecord(ports)
  const gate = { purpose: 'uninstall', force, ...(waitMs !== undefined && { waitMs }) }
  const isGone = retireGate(ports, paths, self, gate, () => {
    if (!isWanted()) return false
    const { ref, participants } = dropDead(ports, paths, readFolder(ports, paths))
    if (ref !== null || participants.length > 0) {
      kept.push(`${paths.sessionFolder}: a session is open`)
      return false
    }
    sweepSessionFolder(ports, paths)
    for (const name of listState(ports, paths.projectSnapshotsFolder)) {
      kept.push(...forgetSnapshot(ports, paths, name))
    }
    removeIfEmpty(ports, paths.projectSnapshotsFolder)
    for (const name of listState(ports, paths.firedFolder)) {
      removeState(ports, join(paths.firedFolder, name))
    }
    removeIfEmpty(ports, paths.firedFolder)
    for (const past of listHistory(ports, paths.home)) {
      if (projectHash(past.projectPath) !== paths.hash) continue
      removeState(ports, join(paths.historyFolder, `${past.sessionId}.json`))
    }
    return true
  })
  if (!isGone && kept.length === 0) kept.push(`${paths.gateFolder}: somebody waits there`)
  return kept
}

function forgetSnapshot(ports: ProtocolPorts, paths: ProjectPaths, name: string): string[] {
  const folder = snapshotFolder(paths, name)
  if (!isOwnSessionId(name)) return [`${folder}: it is not flow's`]
  const names = listState(ports, folder)
  const copies = names.filter(isKeptCopy)
  if (copies.length > 0) {
    return copies.map((copy) => `${join(folder, copy)}: somebody saved it while flow wrote`)
  }
  // One without a manifest was killed before it changed anything.
  if (names.includes('manifest.json') && !isClosed(ports, folder)) {
    return [`${folder}: it was never put back`]
  }
  // `closed` goes last, so that a snapshot which is removed in part is not taken for an open one.
  for (const file of [...names.filter((one) => one !== 'closed'), 'closed']) {
    removeState(ports, join(folder, file))
  }
  removeIfEmpty(ports, folder)
  return []
}

/** State of a project that is gone is kept for so long after its last session. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000

/**
 * Forgets the projects whose directory is gone, 30 days after their last session; not one with a snapshot
 * that was never closed, or that has somebody's only copy. What cannot be removed now is tried next time.
 */
export function purgeGone(ports: ProtocolPorts, stateHome: string): void {
  const before = ports.clock.now().getTime() - KEPT_MS
  skipOnError(ports, () => {
    for (const paths of projectsOf(ports, stateHome)) {
      skipOnError(ports, () => purgeIfGone(ports, paths, before))
    }
  })
}

function purgeIfGone(ports: ProtocolPorts, paths: ProjectPaths, before: number): void {
  // A new snapshot changes its directory: most projects need no further look.
  const { kind, modifiedMs } = ports.fs.linkFacts(paths.projectSnapshotsFolder)
  if (kind !== 'folder' || modifiedMs > before) return
  const ref = latestRecord(ports, paths)
  const isWanted = () => {
    // Without a record a purge was killed: what is left has no manifest either.
    if (ref !== null && projectPresence(ports, ref) === 'there') return false
    const names = listState(ports, paths.projectSnapshotsFolder)
    return names.every((name) => isOwnSessionId(name) && isOver(ports, paths, name, before))
  }
  if (!isWanted()) return
  ports.log('history', `${paths.hash}: forgotten, since the project is gone for 30 days`)
  forgetProject(ports, paths, { waitMs: 0, isWanted })
  const repository = repositoryOf(ref?.gitFolder ?? null)
  if (repository === null || exists(ports, repository)) return
  forgetProject(ports, repositoryPaths(paths.home, repository), { waitMs: 0 })
}

/** True of a snapshot that was closed before then, and that nobody needs. */
function isOver(ports: ProtocolPorts, paths: ProjectPaths, name: string, before: number): boolean {
  const folder = snapshotFolder(paths, name)
  if (listState(ports, folder).some(isKeptCopy)) return false
  const manifest = readState(ports, join(folder, 'manifest.json'), (value) =>
    parseBackupRef(value, paths),
  )
  if (manifest.kind !== 'ok') return manifest.kind === 'absent'
  return Date.parse(readText(ports, join(folder, 'closed'))?.trimEnd() ?? '') < before
}

function skipOnError(ports: ProtocolPorts, action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof FlowError) && !isSystemError(error)) throw error
    ports.log('history', `not forgotten: ${explain(error)}`)
  }
}

/**
 * Removes the folders of the state home that are empty by now; where no project is left in it, what
 * prompts and git hooks read of flow and the copies of flow in `runtime/` too, and the state home itself.
 * @returns damaged state files that stay, absolute
 * @throws FlowError E_STATE_*
 */
export function tidyHome(ports: ProtocolPorts, home: string): string[] {
  const paths = homePaths(home)
  const { corruptFolder } = paths
  sweepGates(ports, paths, ownRecord(ports))
  // With nobody's session left, what is half written in the history is a killed process's.
  if (listState(ports, paths.sessionsFolder).every((name) => name === 'history')) {
    for (const name of listState(ports, paths.historyFolder)) {
      if (name.startsWith('.session-')) removeState(ports, join(paths.historyFolder, name))
    }
  }
  const folders = [
    paths.historyFolder,
    paths.sessionsFolder,
    paths.snapshotsFolder,
    paths.gatesFolder,
    join(home, 'fired'),
  ]
  const isLeft = folders.filter((folder) => !removeIfEmpty(ports, folder)).length > 0
  const damaged = listState(ports, corruptFolder).map((name) => join(corruptFolder, name))
  if (damaged.length === 0) removeIfEmpty(ports, corruptFolder)
  if (!isLeft) {
    ports.log('uninstall', `${home}: no project is left in it`)
    removeFiles(ports, paths.shellFolder, SNIPPET_NAMES)
    removeFiles(ports, paths.hooksFolder, HOOK_FILES)
    removeEmptyGitDirectory(ports, join(home, EMPTY_GIT_DIRECTORY))
    removeCopies(ports, join(home, 'runtime'))
  }
  // The home itself may be a link, by the person's choice.
  if (absentAs('folder', () => ports.fs.linkFacts(home).kind) === 'folder') {
    removeIfEmpty(ports, home)
  }
  return damaged
}

function removeEmptyGitDirectory(ports: ProtocolPorts, directory: string): void {
  removeState(ports, join(directory, 'HEAD'))
  for (const name of ['objects', 'refs', '']) removeIfEmpty(ports, join(directory, name))
}

/**
 * Removes what flow keeps in the directory by these names, with what a kill left of writing it. The lines
 * that lead there ask whether the file is there, so they do nothing from now on.
 */
function removeFiles(ports: ProtocolPorts, folder: string, names: readonly string[]): void {
  // One that is a link was never written through.
  if (absentAs('absent', () => ports.fs.linkFacts(folder).kind) !== 'folder') return
  const isOurs = (name: string) =>
    /^\.(words|clean)\.[0-9]+$/.test(name) ||
    names.some((own) => name === own || isDraft(name, own))
  for (const name of listState(ports, folder).filter(isOurs)) {
    removeState(ports, join(folder, name))
  }
  removeIfEmpty(ports, folder)
}

/** Removes from `runtime/<version>/` what flow put there: FLOW_HOME may be a directory of others. */
function removeCopies(ports: ProtocolPorts, runtimeFolder: string): void {
  for (const version of listState(ports, runtimeFolder).filter((name) => /^[0-9]+\./.test(name))) {
    const folder = join(runtimeFolder, version)
    const names = RUNTIME_FILES.map((file) => basename(file))
    const isOurs = (name: string) => names.some((own) => name === own || isDraft(name, own))
    removeCompileCache(ports, folder)
    for (const name of listState(ports, folder).filter(isOurs)) {
      removeState(ports, join(folder, name))
    }
    removeIfEmpty(ports, folder)
  }
  removeIfEmpty(ports, runtimeFolder)
}

/** Of a write that was killed. */
function isDraft(name: string, own: string): boolean {
  return name.startsWith(`.${own}.`)
}
