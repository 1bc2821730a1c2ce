/** What `init` notes in the state home, so that `uninstall` can give every byte back. */
import { basename, dirname, join } from 'node:path'
import { FlowError, isErrno } from '../../errors.ts'
import { findHooksOwner } from '../../git/hooks-owner.ts'
import type { Repository } from '../../git/repository.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Ports } from '../../ports/ports.ts'
import { stateHome } from '../../state-home.ts'
import { type Added, addToSetUpRecord, recordedWrite } from '../set-up-record.ts'
import type { Change } from './change.ts'

/** Files of git's that other programs change at `init`'s word, by path. */
export type GitFiles = ReadonlyMap<string, Buffer>

/**
 * Notes what these changes will write, before they are made. Without a note `uninstall` goes by what
 * the files look like, so a state home that cannot be written stops nothing.
 */
export function recordChanges(
  ports: Ports,
  repository: Repository,
  changes: readonly Change[],
): GitFiles {
  const { fs } = ports
  const files = changes.flatMap((change) => (change.kind === 'file' ? [change] : []))
  const husky = changes.find((change) => change.kind === 'husky')
  const hookFolders = files.flatMap(({ topic, file }) =>
    topic === 'hooks' ? [dirname(file.path)] : [],
  )
  const places = [
    ...files.map(({ file }) => dirname(file.path)),
    ...(husky === undefined ? [] : [join(husky.huskyFolder, '_')]),
    // Under HUSKY=0 a later `flow prepare` makes it.
    ...hookFolders.filter((folder) => basename(folder) === '.husky').map((one) => join(one, '_')),
  ]
  const owner = findHooksOwner(ports, repository)
  const hadHooksPath = owner.kind === 'other' ? owner.setting !== null : owner.kind !== 'nobody'
  noteDown(ports, repository, {
    hadHooksPath,
    writes: files.map(({ file, after }) => recordedWrite(file.path, file.bytes, after)),
    madeFolders: [...new Set(places.flatMap((folder) => missingFolders(fs, folder)))],
    hooksBefore: [...new Set(hookFolders)].flatMap((folder) =>
      namesIn(fs, folder).map((name) => join(folder, name)),
    ),
  })
  return gitFiles(fs, repository)
}

/** Notes what husky, or another hook manager, has made of them since `before`. */
export function recordGitFiles(ports: Ports, repository: Repository, before: GitFiles): void {
  const writes = [...gitFiles(ports.fs, repository)].flatMap(([path, bytes]) => {
    const former = before.get(path)
    return former?.equals(bytes) ? [] : [recordedWrite(path, former ?? null, bytes)]
  })
  if (writes.length > 0) noteDown(ports, repository, { writes })
}

function gitFiles(fs: FileSystem, { commonGitFolder }: Repository): GitFiles {
  const names = ['hooks', 'info'].flatMap((folder) =>
    namesIn(fs, join(commonGitFolder, folder)).map((name) => join(folder, name)),
  )
  const paths = ['config', ...names].map((name) => join(commonGitFolder, name))
  const files = paths.filter((path) => fs.linkFacts(path).kind === 'file')
  return new Map(files.map((path) => [path, fs.readFile(path)]))
}

function noteDown(ports: Ports, { commonGitFolder }: Repository, added: Added): void {
  try {
    addToSetUpRecord(ports, stateHome(ports.environment), commonGitFolder, added)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    ports.log('init', `no note for \`flow uninstall\`: ${error.message}`)
  }
}

/** The folder and those above it that are still to be made, outermost first. */
function missingFolders(fs: FileSystem, folder: string): string[] {
  try {
    fs.facts(folder)
    return []
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    return [...missingFolders(fs, dirname(folder)), folder]
  }
}

function namesIn(fs: FileSystem, folder: string): string[] {
  try {
    return fs.list(folder)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    return []
  }
}
