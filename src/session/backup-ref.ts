import { isAbsolute, normalize } from 'node:path'
import { FlowError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { type MergeRecord, parseMergeRecord } from '../settings/merge-record.ts'
import { isSessionId, type ProjectPaths, projectHash, snapshotFolder } from './layout.ts'

/** What a file was before flow touched it. */
export type Original =
  | {
      readonly kind: 'absent'
      /** Folders that flow makes for it, relative to the project root, outermost first. */
      readonly madeFolders: readonly string[]
      /** git was told to do without the file (skip-worktree), as in a sparse checkout. */
      readonly isSkipped: boolean
      /** flow makes a `.gitignore` next to it. */
      readonly madeIgnoreFile: boolean
    }
  | {
      readonly kind: 'file'
      /** Name of the copy inside the snapshot folder. */
      readonly snapshot: string
      readonly sha256: string
      /** Permission bits. */
      readonly mode: number
    }

/** One settings file of a session. */
export interface FileBackup {
  /** Relative to the project root, with `/`: what the client opens. */
  readonly path: string
  /** Absolute, links resolved: what flow writes. */
  readonly realPath: string
  readonly original: Original
  /** SHA-256 of the bytes that flow wrote, or was about to write. */
  readonly writtenSha256: string
  readonly record: MergeRecord
}

export interface Keep {
  /** Archived sessions in the whole state home. */
  readonly sessions: number
  /** Closed snapshots of one project. */
  readonly snapshots: number
}

/** What a session was opened for, when it was for no agent. */
export type Purpose =
  /** Putting back what the session `of` had kept. */
  | { readonly kind: 'restore'; readonly of: string }
  /** Taking out entries of closed sessions that had come back. */
  | { readonly kind: 'residue' }

/** `backup.json` and its twin, the snapshot's `manifest.json`; either alone is enough to restore. */
export interface BackupRef {
  readonly version: 1
  readonly sessionId: string
  /** The snapshot folder. */
  readonly backupPath: string
  readonly projectPath: string
  readonly target: string
  /** ISO 8601 */
  readonly createdAt: string
  readonly createdByPid: number
  /** The repository's own git folder, where a rebase under way can be seen; null outside git. */
  readonly gitFolder: string | null
  /** Links must not lead out of this folder, unless `followSymlinks`. */
  readonly boundary: string
  readonly followSymlinks: boolean
  /** How many past sessions and closed snapshots stay. */
  readonly keep: Keep
  readonly files: readonly FileBackup[]
  /** Absent: for an agent. */
  readonly purpose?: Purpose
}

/**
 * Reads what was parsed from JSON, believing nothing: every name that becomes part of a path must
 * lie where this project's state lies, so that no state file makes flow read or write elsewhere.
 * @returns a sentence saying what is wrong with it, when it is no BackupRef of this project
 * @throws FlowError E_STATE_VERSION: a newer flow wrote it, so it is neither used nor moved;
 *   E_STATE_OTHERS: the same, of an earlier flow or another tool
 */
export function parseBackupRef(value: unknown, paths: ProjectPaths): BackupRef | string {
  if (!isObject(value)) return 'it is not a JSON object'
  if (typeof value.version === 'number' && value.version > 1) throw newerFormat(value.version)
  if (value.version === undefined && isOthers(value)) throw othersFormat(paths)
  if (value.version !== 1) return `its format version is ${JSON.stringify(value.version)}, not 1`
  const { sessionId, projectPath, backupPath, gitFolder, files } = value
  if (typeof sessionId !== 'string' || !isSessionId(sessionId)) return 'sessionId is not a name'
  if (!isNormalAbsolute(projectPath) || projectHash(projectPath) !== paths.hash) {
    return 'projectPath is not the project of this directory'
  }
  if (backupPath !== snapshotFolder(paths, sessionId)) {
    return "backupPath is not this session's snapshot directory"
  }
  if (typeof value.target !== 'string') return 'target is not a text'
  if (typeof value.createdAt !== 'string') return 'createdAt is not a text'
  if (typeof value.createdByPid !== 'number') return 'createdByPid is not a number'
  if (gitFolder !== null && !isNormalAbsolute(gitFolder)) return 'gitFolder is not an absolute path'
  if (!isNormalAbsolute(value.boundary)) return 'boundary is not an absolute path'
  if (typeof value.followSymlinks !== 'boolean') return 'followSymlinks is not true or false'
  if (!isKeep(value.keep)) return 'keep does not say how many sessions and snapshots stay'
  if (!Array.isArray(files)) return 'files is not a list'
  const { boundary, followSymlinks } = value
  if (!isBelow(boundary, projectPath)) return 'boundary does not hold the project'
  for (const [index, file] of files.entries()) {
    const wrong = faultOfFile(file, sessionId) ?? faultOfPlace(file, boundary, followSymlinks)
    if (wrong !== undefined) return `files[${index}]: ${wrong}`
  }
  const { purpose: noted, ...ref } = value as unknown as BackupRef
  const purpose = parsePurpose(noted)
  return { ...ref, ...(purpose !== undefined && { purpose }) }
}

/** For people only: what cannot be read is an agent's session like any other. */
export function parsePurpose(value: unknown): Purpose | undefined {
  if (!isObject(value)) return undefined
  const { kind, of } = value
  if (kind === 'residue') return { kind }
  return kind === 'restore' && typeof of === 'string' && isSessionId(of) ? { kind, of } : undefined
}

function faultOfFile(file: unknown, sessionId: string): string | undefined {
  if (!isObject(file)) return 'it is not an object'
  if (!isInnerPath(file.path)) return 'path does not stay inside the project'
  if (!isNormalAbsolute(file.realPath)) {
    return 'realPath is not an absolute path'
  }
  if (!isSha256(file.writtenSha256)) return 'writtenSha256 is not a SHA-256'
  if (parseMergeRecord(file.record)?.sessionId !== sessionId) {
    return "record is not this session's merge record"
  }
  return faultOfOriginal(file.original)
}

function faultOfPlace(file: unknown, boundary: string, followSymlinks: boolean) {
  const { realPath } = file as FileBackup
  return followSymlinks || isBelow(boundary, realPath) ? undefined : 'realPath leads out'
}

function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}

function faultOfOriginal(original: unknown): string | undefined {
  if (!isObject(original)) return 'original is not an object'
  if (original.kind === 'absent') {
    const { madeFolders, isSkipped, madeIgnoreFile } = original
    if (!Array.isArray(madeFolders) || !madeFolders.every(isInnerPath)) {
      return 'original.madeFolders does not stay inside the project'
    }
    return typeof isSkipped === 'boolean' && typeof madeIgnoreFile === 'boolean'
      ? undefined
      : 'original does not say what git knows of the file'
  }
  if (original.kind !== 'file') return 'original.kind is neither file nor absent'
  if (typeof original.snapshot !== 'string' || !isSessionId(original.snapshot)) {
    return 'original.snapshot is not a name'
  }
  if (!isSha256(original.sha256)) return 'original.sha256 is not a SHA-256'
  const { mode } = original
  return typeof mode === 'number' && Number.isInteger(mode) && mode >= 0 && mode <= 0o7777
    ? undefined
    : 'original.mode is no permission bits'
}

function isInnerPath(path: unknown): boolean {
  return (
    typeof path === 'string' &&
    path !== '' &&
    !path.includes('\0') &&
    !isAbsolute(path) &&
    !path.split(/[\\/]/).some((part) => part === '..' || part === '.' || part === '')
  )
}

function isKeep(keep: unknown): boolean {
  const isCount = (value: unknown) => typeof value === 'number' && value >= 0
  return isObject(keep) && isCount(keep.sessions) && isCount(keep.snapshots)
}

/** A path with a NUL makes every file operation of Node throw something that is no system error. */
function isNormalAbsolute(path: unknown): path is string {
  return (
    typeof path === 'string' && !path.includes('\0') && isAbsolute(path) && normalize(path) === path
  )
}

function isSha256(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whole, and with the names that everybody gives them; what is damaged lacks more than its version. */
function isOthers({ sessionId, projectPath, backupPath }: JsonObject): boolean {
  return [sessionId, projectPath, backupPath].every((value) => typeof value === 'string')
}

function othersFormat({ sessionFolder }: ProjectPaths): FlowError {
  return new FlowError({
    code: 'E_STATE_OTHERS',
    what: `the session in ${sessionFolder} is not flow's`,
    why: 'its record has no format version: an earlier flow wrote it, or another tool that keeps its state here',
    kept: 'that session as it is',
    next: 'end it with what wrote it; if that is gone for good, move the directory away',
  })
}

function newerFormat(version: number): FlowError {
  return new FlowError({
    code: 'E_STATE_VERSION',
    what: 'could not read a session of a newer flow',
    why: `its format is version ${version}, and this flow knows version 1`,
    kept: 'the session as it is',
    next: 'use that newer flow there; it reads the sessions of this one as well',
  })
}
