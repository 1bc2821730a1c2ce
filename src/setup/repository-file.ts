import { basename, dirname, join, relative } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import { draftOf } from '../git/git-file.ts'
import { isInside } from '../git/tree-path.ts'
import { factsOf, isFile } from '../lib/files.ts'
import type { FileFacts, FileSystem } from '../ports/file-system.ts'
import type { Ports } from '../ports/ports.ts'

/** A file that is in the repository, or is to be made there. */
export interface RepositoryFile {
  /** Absolute, links resolved. */
  readonly path: string
  /** For people: relative to the directory in which they typed. */
  readonly name: string
  /** Null where there is no file yet. */
  readonly bytes: Buffer | null
  readonly facts: FileFacts | null
}

/**
 * Reads a file that set-up may change.
 * @param boundaries real paths of the directories that it must be in, links resolved
 * @throws FlowError E_INIT_FILE: unreadable, no file, or behind a link that leads out (`leadsTo`)
 */
export function readRepositoryFile(
  { fs, environment }: Pick<Ports, 'fs' | 'environment'>,
  boundaries: readonly string[],
  path: string,
): RepositoryFile {
  const name = relative(environment.cwd, path) || basename(path)
  return orRefuse(`could not read ${name}`, () => {
    const real = resolveLinks(fs, path)
    if (!boundaries.some((boundary) => isInside(boundary, real))) {
      throw refused(`${name} leads out of the repository`, real, { leadsTo: real })
    }
    const facts = factsOrNull(fs, real)
    if (facts === null) return { path: real, name, bytes: null, facts }
    if (facts.kind !== 'file') {
      const kind = facts.kind === 'folder' ? 'a directory' : 'neither file nor directory'
      throw refused(`${name} is not a file`, `it is ${kind}`)
    }
    return { path: real, name, bytes: fs.readFile(real), facts }
  })
}

/** @throws FlowError E_INIT_FILE when `writeRepositoryFile` would have no permission */
export function checkChangeable(
  fs: FileSystem,
  { path, name, facts }: Omit<RepositoryFile, 'bytes'>,
): void {
  orRefuse(`could not write ${name}`, () => {
    if (facts !== null) fs.checkWritable(path)
    const directory = nearestDirectory(fs, dirname(path))
    fs.checkWritable(directory)
    if (isFile(fs, directory))
      throw refused(`could not write ${name}`, `not a directory (ENOTDIR): ${directory}`)
  })
}

/**
 * Replaces the file in one step, or creates it and its folders: a reader sees the old bytes or the
 * new. Mode and owner stay; a new file gets `mode`.
 * @throws FlowError E_INIT_FILE when it is no longer what was read, or cannot be written
 */
export function writeRepositoryFile(
  { fs, clock }: Pick<Ports, 'fs' | 'clock'>,
  file: RepositoryFile,
  bytes: Buffer,
  mode: number,
): void {
  const { path, facts } = file
  const fresh = draftOf({ clock }, path)
  orRefuse(`could not write ${file.name}`, () => {
    createDirectories(fs, dirname(path))
    if (facts !== null && facts.linkCount > 1) {
      // A rename would part it from its other names.
      checkUnchanged(fs, file, bytes)
      fs.overwriteFile(path, bytes)
      return
    }
    try {
      fs.createFile(fresh, bytes, facts?.mode ?? mode)
      if (facts !== null) takeOwner(fs, fresh, facts)
      checkUnchanged(fs, file, bytes)
      fs.rename(fresh, path)
    } catch (error) {
      removeIfThere(fs, fresh)
      throw error
    }
  })
}

/**
 * Removes the file. @throws FlowError E_INIT_FILE when it is no longer what was read, or cannot go
 */
export function removeRepositoryFile({ fs }: Pick<Ports, 'fs'>, file: RepositoryFile): void {
  orRefuse(`could not remove ${file.name}`, () => {
    checkUnchanged(fs, file, null)
    fs.unlink(file.path)
  })
}

function orRefuse<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isSystemError(error) || error instanceof FlowError) throw error
    throw refused(what, explain(error), { cause: error })
  }
}

function refused(
  what: string,
  why: string,
  { leadsTo, cause }: { readonly leadsTo?: string; readonly cause?: unknown } = {},
): FlowError {
  return new FlowError({
    code: 'E_INIT_FILE',
    what,
    why,
    kept: 'the file as it is',
    next: 'fix that, then run the same command again: it goes on where it stopped',
    ...(leadsTo !== undefined && { details: { leadsTo } }),
    cause,
  })
}

/** Where the path ends up; of what does not exist yet, where it would be created. */
function resolveLinks(fs: FileSystem, path: string): string {
  try {
    return fs.realPath(path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    // A link to nothing: to write through it would create a file where no user looks.
    if (factsOrNull(fs, path) !== null) {
      throw refused(`${path} is a link to nothing`, fs.readLink(path))
    }
    return join(resolveLinks(fs, dirname(path)), basename(path))
  }
}

function factsOrNull(fs: FileSystem, path: string): FileFacts | null {
  try {
    return fs.linkFacts(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

function nearestDirectory(fs: FileSystem, directory: string): string {
  return factsOf(fs, directory) === null ? nearestDirectory(fs, dirname(directory)) : directory
}

function createDirectories(fs: FileSystem, directory: string): void {
  if (factsOf(fs, directory) !== null) return
  createDirectories(fs, dirname(directory))
  fs.createFolder(directory, 0o755)
}

/** Under sudo a new file would be root's. */
function takeOwner(fs: FileSystem, fresh: string, { uid, gid, mode }: FileFacts): void {
  const own = fs.linkFacts(fresh)
  if (own.uid === uid && own.gid === gid) return
  fs.setOwner(fresh, uid, gid)
  // chown(2) clears the set-user-ID and set-group-ID bits.
  fs.setMode(fresh, mode)
}

/** The user may have saved it while the question was on the screen. Another `init` writes the same. */
function checkUnchanged(
  fs: FileSystem,
  { path, name, bytes }: RepositoryFile,
  wanted: Buffer | null,
): void {
  const current = factsOrNull(fs, path) === null ? null : fs.readFile(path)
  if (bytes === null ? current === null : current?.equals(bytes)) return
  if (wanted !== null && current?.equals(wanted)) return
  throw refused(`${name} changed meanwhile`, 'it is not what was read')
}

function removeIfThere(fs: FileSystem, path: string): void {
  try {
    fs.unlink(path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
}
