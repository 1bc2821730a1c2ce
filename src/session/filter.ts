/**
 * git's clean filter round a session: on before the first write, off after the last, so that git is
 * given the settings without flow's entries. All worktrees of a repository share `config` and what
 * lies in `info`; who needs them stands in the repository's filter folder, and every change of these
 * happens in a gate of its own, taken inside the project's.
 *
 * The filter itself (`templates/clean.sh`) takes no gate: a pair of files is never written over.
 */
import { dirname, join } from 'node:path'
import { isErrno } from '../errors.ts'
import {
  attributeLine,
  cleanCommand,
  configLines,
  excludeLine,
  INFO_FILES,
  isAttributeLine,
  isConfigLine,
} from '../git/clean-filter.ts'
import { setBlock } from '../git/own-block.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { ifThere } from './aside.ts'
import type { BackupRef, GitFilter } from './backup-ref.ts'
import { sweepConfigLock, withConfigLock } from './config-lock.ts'
import { LINES, writePair } from './filter-pairs.ts'
import { withGate } from './gate.ts'
import { trackable } from './git-index.ts'
import { type ProjectPaths, type RepositoryPaths, repositoryPaths } from './layout.ts'
import type { PreparedFile } from './merge-file.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import { ownRecord } from './participants.ts'
import { type Edit, editFile } from './replace-file.ts'
import { type PresentFile, readPresent } from './settings-file.ts'
import {
  ensureFolder,
  listState,
  readText,
  removeIfEmpty,
  removeState,
  writeNote,
  writeState,
} from './state-file.ts'

/**
 * Before the write: git is to be given the original for what is about to be written.
 * @throws FlowError E_GATE_BUSY, E_CONFIG_LOCKED, E_STATE_*, E_WRITE
 */
export function turnFilterOn(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  ref: BackupRef,
  prepared: readonly PreparedFile[],
): void {
  if (linesOf(ref).length === 0) {
    const why =
      ref.gitFolder === null ? 'there is no git' : 'nothing is merged inside the working tree'
    ports.log('filter', `stays off: ${why}`)
    return
  }
  inRepository(ports, paths, ref, 'turn the filter on', (filter, { filterFolder }) => {
    ensureFolder(ports, filterFolder, { sync: false })
    for (const { backup, mergedBytes, originalBytes } of prepared) {
      const { original } = backup
      const snapshot = original.kind === 'file' ? join(ref.backupPath, original.snapshot) : null
      // Of a file that was not there nothing is left.
      const clean = originalBytes ?? new Uint8Array()
      writePair(ports, filterFolder, ref.sessionId, mergedBytes, clean, snapshot)
    }
    writeNote(ports, join(filterFolder, linesName(ref)), linesOf(ref).join('\n'))
    const { script, nodePath } = filter
    const command = cleanCommand(script, filterFolder, nodePath)
    // Not synced: a power cut ends the session, and then nothing is to be hidden from git.
    editConfig(ports, ref, filter, configLines(command), { syncs: false })
    editInfo(ports, ref, filter, filterFolder, { syncs: false })
    ports.log('filter', `on for ${ref.sessionId}: git is given the settings without flow's hooks`)
  })
}

/**
 * After the restore: nothing of the filter stays unless another worktree needs it.
 * @throws FlowError E_GATE_BUSY, E_CONFIG_LOCKED, E_STATE_*, E_WRITE: a second call does the rest
 */
export function turnFilterOff(ports: ProtocolPorts, paths: ProjectPaths, ref: BackupRef): void {
  inRepository(ports, paths, ref, 'turn the filter off', (filter, { filterFolder }) => {
    const own = listState(ports, filterFolder).filter((name) => {
      return name.startsWith(`${ref.sessionId}.`)
    })
    for (const name of own) removeState(ports, join(filterFolder, name))
    // Lines that came back after a power cut would keep the filter on for ever.
    if (own.length > 0) ports.fs.syncFolder(filterFolder)
    if (editInfo(ports, ref, filter, filterFolder, { syncs: true })) {
      ports.log('filter', 'stays on: a session of another working tree needs it')
      return
    }
    editConfig(ports, ref, filter, [], { syncs: true })
    if (readText(ports, join(filterFolder, MADE_INFO)) !== undefined)
      removeInfoFolder(ports, filter)
    for (const name of listState(ports, filterFolder)) {
      if (!isAtWork(ports, filterFolder, name)) removeState(ports, join(filterFolder, name))
    }
    removeIfEmpty(ports, filterFolder)
    removeIfEmpty(ports, dirname(filterFolder))
    ports.log('filter', `off with ${ref.sessionId}: nobody needs it any more`)
  })
}

function inRepository(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { filter }: BackupRef,
  purpose: string,
  body: (filter: GitFilter, repository: RepositoryPaths) => void,
): void {
  if (filter === null) return
  const repository = repositoryPaths(paths.home, filter.commonGitFolder)
  refuseLinkedFolders(ports, paths.home, [repository.gateFolder, repository.filterFolder])
  withGate(ports, repository, ownRecord(ports), { purpose }, () => body(filter, repository))
}

function linesName({ sessionId }: BackupRef): string {
  return `${sessionId}${LINES}`
}

/** Stands in the filter folder when flow made the `info` folder. */
const MADE_INFO = 'made-info'

function linesOf(ref: BackupRef): string[] {
  const changed = ref.files.filter(({ record }) => record.added.length > 0)
  return trackable(ref, changed).flatMap(({ treePath }) => {
    return [attributeLine(treePath), excludeLine(treePath)]
  })
}

/** The lines of every session of the repository, each once. */
function neededLines(ports: ProtocolPorts, folder: string): string[] {
  const files = listState(ports, folder).filter((name) => name.endsWith(LINES))
  const lines = files.flatMap((name) => (readText(ports, join(folder, name)) ?? '').split('\n'))
  return [...new Set(lines)]
}

/** What a filter that runs now has read for git: without it git would get the file as it is. */
function isAtWork(ports: ProtocolPorts, folder: string, name: string): boolean {
  const [, pid] = /^\.stdin\.(\d+)$/.exec(name) ?? []
  if (pid === undefined || ports.processes.look(Number(pid)).kind !== 'running') return false
  return readText(ports, join(folder, name)) !== OVER
}

/** What `clean.sh` leaves in such a file when it has done with it. */
const OVER = 'over\n'

function makeInfoFolder(
  ports: ProtocolPorts,
  { commonGitFolder }: GitFilter,
  filterFolder: string,
): void {
  const folder = join(commonGitFolder, 'info')
  if (ifThere(null, () => ports.fs.facts(folder)) !== null) return
  // Its own name too survives a power cut then, and that of what it is in.
  ports.fs.syncFolder(dirname(dirname(filterFolder)))
  ports.fs.syncFolder(dirname(filterFolder))
  writeState(ports, join(filterFolder, MADE_INFO), '')
  ports.fs.createFolder(folder, 0o755)
}

function removeInfoFolder(ports: ProtocolPorts, { commonGitFolder }: GitFilter): void {
  try {
    ports.fs.removeFolder(join(commonGitFolder, 'info'))
    // Before the note that flow made it goes.
    ports.fs.syncFolder(commonGitFolder)
  } catch (error) {
    // Gone, somebody keeps something there by now, or it is a link that leads nowhere.
    if (!isErrno(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error
  }
}

/** @returns true when lines of some session stand there from now on */
function editInfo(
  ports: ProtocolPorts,
  ref: BackupRef,
  filter: GitFilter,
  filterFolder: string,
  { syncs }: { readonly syncs: boolean },
): boolean {
  const needed = neededLines(ports, filterFolder)
  const isNeeded = needed.some(isAttributeLine)
  if (isNeeded) makeInfoFolder(ports, filter, filterFolder)
  let isChanged = false
  for (const [name, isOurs] of INFO_FILES) {
    const lines = needed.filter(isOurs)
    const file = gitFile(ref, join(filter.commonGitFolder, name))
    const edit = editFile(ports, { ...file, syncsFolder: false }, (present) => {
      const bytes = present?.bytes ?? null
      return toEdit(bytes, setBlock(bytes, lines, isOurs))
    })
    isChanged ||= edit.kind !== 'leave'
  }
  // It may be gone, or never have been there.
  if (isChanged && syncs) {
    ifThere(undefined, () => ports.fs.syncFolder(join(filter.commonGitFolder, 'info')))
  }
  return isNeeded
}

function editConfig(
  ports: ProtocolPorts,
  ref: BackupRef,
  { commonGitFolder }: GitFilter,
  lines: readonly string[],
  { syncs }: { readonly syncs: boolean },
): void {
  const path = ifThere(null, () => ports.fs.realPath(join(commonGitFolder, 'config')))
  // The repository is gone; or it never had one, and then git would not know it.
  if (path === null) {
    ports.log('filter', `${commonGitFolder}/config is gone: nothing is changed there`)
    return
  }
  sweepConfigLock(ports, path)
  const file = { ...gitFile(ref, path), syncsFolder: syncs }
  const wanted = (present: PresentFile | null): Edit => {
    if (present === null) return { kind: 'leave' }
    const bytes = setBlock(present.bytes, lines, isConfigLine)
    return toEdit(present.bytes, bytes ?? Buffer.alloc(0))
  }
  const isRight = wanted(readPresent(ports, path, path)).kind === 'leave'
  // What a kill left beside it is settled either way.
  if (isRight) editFile(ports, file, () => ({ kind: 'leave' }))
  else withConfigLock(ports, path, () => void editFile(ports, file, wanted))
}

function toEdit(present: Buffer | null, wanted: Buffer | null): Edit {
  if (wanted === null) return { kind: 'remove' }
  return present?.equals(wanted) ? { kind: 'leave' } : { kind: 'write', bytes: wanted }
}

function gitFile({ backupPath }: BackupRef, path: string) {
  return {
    realPath: path,
    name: path,
    // Of no session in particular: whoever comes next settles what a killed one left.
    sessionId: 'flow',
    // Of the repository's own, wherever the person's links lead.
    boundary: null,
    keepFolder: backupPath,
    onKept: () => undefined,
  }
}
