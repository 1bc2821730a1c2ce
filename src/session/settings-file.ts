/** Finds and reads a client's settings file in the workspace, refusing what flow could not put back. */
import { dirname, join, relative, resolve } from 'node:path'
import { explain, FlowError, isErrno } from '../errors.ts'
import { isInside } from '../git/tree-path.ts'
import type { Bytes } from '../ports/file-system.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { absentAs } from './state-file.ts'

export interface PresentFile {
  readonly bytes: Bytes
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly linkCount: number
  readonly modifiedMs: number
}

export interface SettingsFile {
  /** Absolute, links resolved. */
  readonly realPath: string
  /** Null: there is no such file. */
  readonly present: PresentFile | null
  /** Folders that are missing above it, relative to the project root, outermost first. */
  readonly missingFolders: readonly string[]
}

export interface Place {
  /** Real path of the project root. */
  readonly projectPath: string
  /** Real path that links must not lead out of: the worktree's top level. */
  readonly boundary: string
  readonly followSymlinks: boolean
  /** The worktree's own git directory; null outside git. */
  readonly gitFolder: string | null
}

/**
 * Reads `path` (relative to the project root, with `/`). Changes nothing.
 * @throws FlowError E_SETTINGS_LINK, E_SETTINGS_KIND, E_SETTINGS_READ, E_SETTINGS_WRITE
 */
export function readSettingsFile(
  ports: Pick<ProtocolPorts, 'fs'>,
  place: Place,
  path: string,
): SettingsFile {
  const { realPath, missingFolders, existingFolder } = resolvePath(ports, place, path)
  if (!place.followSymlinks && !isInside(place.boundary, realPath)) throw leadsOut(path, realPath)
  const present = missingFolders.length > 0 ? null : readPresent(ports, realPath, path)
  checkWritable(ports, present === null ? [existingFolder] : [realPath, existingFolder], path)
  return { realPath, present, missingFolders }
}

/** The bytes and facts of a file, null when there is none. @throws FlowError E_SETTINGS_KIND, E_SETTINGS_READ */
export function readPresent(
  ports: Pick<ProtocolPorts, 'fs'>,
  realPath: string,
  name: string,
): PresentFile | null {
  try {
    return absentAs(null, () => {
      const facts = ports.fs.facts(realPath)
      if (facts.kind !== 'file')
        throw notAFile(name, facts.kind === 'folder' ? 'a directory' : 'no regular file')
      const { mode, uid, gid, linkCount, modifiedMs } = facts
      return { bytes: ports.fs.readFile(realPath), mode, uid, gid, linkCount, modifiedMs }
    })
  } catch (error) {
    // Its folder became a file: so it is gone.
    if (isErrno(error, 'ENOTDIR')) return null
    if (error instanceof FlowError || !isErrno(error, 'EACCES', 'EPERM', 'EIO', 'ELOOP'))
      throw error
    throw unreadable(name, error)
  }
}

function unreadable(name: string, error: unknown): FlowError {
  return new FlowError({
    code: 'E_SETTINGS_READ',
    what: `could not read ${name}`,
    why: explain(error),
    kept: 'nothing was changed',
    next: `make it and its directory readable for you (\`ls -la ${dirname(name)}\`), then try again`,
    cause: error,
  })
}

interface Resolved {
  readonly realPath: string
  readonly missingFolders: readonly string[]
  /** The innermost folder above the file that exists. */
  readonly existingFolder: string
}

function resolvePath(ports: Pick<ProtocolPorts, 'fs'>, place: Place, path: string): Resolved {
  const whole = join(place.projectPath, path)
  try {
    const facts = absentAs(null, () => ports.fs.linkFacts(whole))
    if (facts === null) return resolveAbsent(ports, place, path)
    const realPath = absentAs(null, () => ports.fs.realPath(whole))
    if (realPath === null) throw dangling(path, ports.fs.readLink(whole))
    return { realPath, missingFolders: [], existingFolder: dirname(realPath) }
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) throw notAFile(dirname(path), 'not a directory')
    if (isErrno(error, 'ELOOP')) throw dangling(path, 'itself')
    if (isErrno(error, 'EACCES', 'EPERM')) throw unreadable(path, error)
    throw error
  }
}

function resolveAbsent(ports: Pick<ProtocolPorts, 'fs'>, place: Place, path: string): Resolved {
  const missingFolders: string[] = []
  let folder = dirname(path)
  for (; folder !== '.'; folder = dirname(folder)) {
    const candidate = join(place.projectPath, folder)
    if (absentAs(null, () => ports.fs.linkFacts(candidate)) !== null) break
    missingFolders.unshift(folder)
  }
  const existing = resolve(place.projectPath, folder)
  const existingFolder = absentAs(null, () => ports.fs.realPath(existing))
  if (existingFolder === null) throw dangling(folder, ports.fs.readLink(existing))
  const facts = ports.fs.facts(existingFolder)
  if (facts.kind !== 'folder') throw notAFile(folder, 'not a directory')
  return { realPath: join(existingFolder, relative(folder, path)), missingFolders, existingFolder }
}

function checkWritable(
  ports: Pick<ProtocolPorts, 'fs'>,
  paths: readonly string[],
  name: string,
): void {
  for (const path of paths) {
    try {
      ports.fs.checkWritable(path)
    } catch (error) {
      if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error
      throw new FlowError({
        code: 'E_SETTINGS_WRITE',
        what: `could not write ${name}`,
        why: `${explain(error)} for ${path}`,
        kept: 'nothing was changed',
        next: 'make it and its directory writable for you, or run the agent without flow (`FLOW=0`)',
        details: { path },
        cause: error,
      })
    }
  }
}

function leadsOut(path: string, realPath: string): FlowError {
  return new FlowError({
    code: 'E_SETTINGS_LINK',
    what: `${path} is a link that leads out of the repository`,
    why: `it leads to ${realPath}, which other projects may use as well`,
    kept: 'nothing was changed',
    next: 'add `--follow-symlinks` if flow may change that file while the agent runs\nor put a file of its own in the place of the link',
    details: { leadsTo: realPath },
  })
}

function dangling(path: string, target: string): FlowError {
  return new FlowError({
    code: 'E_SETTINGS_LINK',
    what: `${path} is a link that leads nowhere`,
    why: `it leads to ${target}`,
    kept: 'nothing was changed',
    next: `create what it leads to, or remove the link (\`rm ${path}\`)`,
  })
}

function notAFile(path: string, kind: string): FlowError {
  return new FlowError({
    code: 'E_SETTINGS_KIND',
    what: `${path} is ${kind}`,
    why: 'the client reads its settings from a file of this name',
    kept: 'nothing was changed',
    next: `move it out of the way (\`mv ${path} ${path}.old\`), then try again`,
  })
}
