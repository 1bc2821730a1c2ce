/** Forgetting a project: all that the state home holds of it goes, but what may be somebody's only copy. */
import { basename, join } from 'node:path'
import { EMPTY_GIT_DIRECTORY } from '../git/clean-filter.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { isKeptCopy } from './aside.ts'
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
import { RUNTIME_FILES, removeCompileCache } from './runtime-copy.ts'
import { isClosed, readFolder } from './state.ts'
import { absentAs, listState, removeIfEmpty, removeState } from './state-file.ts'

/**
 * Removes the snapshots, history, notes, session folder and gate of a project in which no session is open;
 * does nothing where one is, or is just starting. A second call after a kill at any step does what the
 * first one left undone.
 * @param force a holder of its gate that cannot be judged from here counts as dead
 * @returns what stays, for a person to be told: absolute paths with the reason
 * @throws FlowError E_GATE_BUSY, E_STATE_*
 */
export function forgetProject(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { force = false }: { readonly force?: boolean } = {},
): string[] {
  refuseLinks(ports, paths)
  const kept: string[] = []
  const self = ownRecord(ports)
  const isGone = retireGate(ports, paths, self, { purpose: 'uninstall', force }, () => {
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
