/**
 * What `init` wrote in a repository and what stood there before: `<home>/set-up/<hash>.json`, where
 * the hash is that of the git folder. `uninstall` needs none, since a colleague's clone has none; with
 * it, what nobody has touched since gets its very bytes back.
 */

import { basename, dirname, join } from 'node:path'
import type { JsonObject } from '../json.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { homePaths, projectHash } from '../session/layout.ts'
import {
  ensureFolder,
  ensureHome,
  listState,
  printState,
  readState,
  removeState,
  writeState,
} from '../session/state-file.ts'
import { sha256 } from '../sha256.ts'

export interface SetUpRecord {
  readonly version: 1
  /** The git folder that all working trees share, absolute. */
  readonly gitFolder: string
  /** In the order in which they were made. */
  readonly writes: readonly RecordedWrite[]
  /** Absolute; folders that were not there when `init` came, and that it made, or husky. */
  readonly madeFolders: readonly string[]
  /** core.hooksPath was set when `init` first came. */
  readonly hadHooksPath: boolean
  /** Absolute; what stood in the folders in which `init` wrote hooks. */
  readonly hooksBefore: readonly string[]
}

export interface RecordedWrite {
  readonly path: string
  /** Base64; null: there was no such file. */
  readonly before: string | null
  /** SHA-256 of what was written. */
  readonly afterSha256: string
}

/** What stood at a path before `init`, as far as the record tells. */
export type Former =
  /** No record, or `init` did not write there. */
  | { readonly kind: 'unknown'; readonly bytes: null }
  /** Nobody has changed the file since: these were its bytes; null: there was none. */
  | { readonly kind: 'exact'; readonly bytes: Buffer | null }
  /** Somebody has: how it was at first, and how it is now less what `init` wrote since that edit. */
  | { readonly kind: 'edited'; readonly first: Buffer | null; readonly present: Buffer | null }

export function setUpRecordPath(home: string, gitFolder: string): string {
  return join(homePaths(home).setUpFolder, `${projectHash(gitFolder)}.json`)
}

/** The record, or null where there is none or it cannot be understood. @throws FlowError E_STATE_READ */
export function readSetUpRecord(
  ports: Pick<ProtocolPorts, 'fs'>,
  home: string,
  gitFolder: string,
): SetUpRecord | null {
  const reading = readState(ports, setUpRecordPath(home, gitFolder), (value) =>
    parseRecord(value, gitFolder),
  )
  return reading.kind === 'ok' ? reading.value : null
}

export type Added = Partial<Omit<SetUpRecord, 'version' | 'gitFolder'>>

/**
 * Adds to the record. Each write is recorded before it is made, so that a kill leaves one too many
 * rather than one too few: what was never written never has its hash.
 * @throws FlowError E_STATE_*
 */
export function addToSetUpRecord(
  ports: ProtocolPorts,
  home: string,
  gitFolder: string,
  added: Added,
): void {
  const { writes = [], hadHooksPath = false, hooksBefore = [] } = added
  const present = readSetUpRecord(ports, home, gitFolder) ?? emptyRecord(gitFolder, hadHooksPath)
  // By the second time somebody may have written hooks of their own.
  const knownFolders = new Set(present.writes.map(({ path }) => dirname(path)))
  // The same step once more: what was recorded then was never written, or was taken back by hand.
  const isStale = (old: RecordedWrite) =>
    writes.some(({ path, before }) => path === old.path && before === old.before)
  writeSetUpRecord(ports, home, {
    ...present,
    writes: [...present.writes.filter((old) => !isStale(old)), ...writes],
    madeFolders: [...new Set([...present.madeFolders, ...(added.madeFolders ?? [])])],
    hooksBefore: [
      ...present.hooksBefore,
      ...hooksBefore.filter((path) => !knownFolders.has(dirname(path))),
    ],
  })
}

/** @throws FlowError E_STATE_WRITE */
export function writeSetUpRecord(ports: ProtocolPorts, home: string, record: SetUpRecord): void {
  ensureHome(ports, home)
  ensureFolder(ports, homePaths(home).setUpFolder)
  writeState(ports, setUpRecordPath(home, record.gitFolder), printState(record))
}

/** Removes the record and what a killed `init` left of writing it. @throws FlowError E_STATE_WRITE */
export function removeSetUpRecord(ports: ProtocolPorts, home: string, gitFolder: string): void {
  for (const path of setUpRecordPaths(ports, home, gitFolder)) removeState(ports, path)
}

/** What stands of the record: the file, and what a killed `init` left of writing it. */
export function setUpRecordPaths(
  ports: Pick<ProtocolPorts, 'fs'>,
  home: string,
  gitFolder: string,
): string[] {
  const path = setUpRecordPath(home, gitFolder)
  const isOurs = (name: string) => name === basename(path) || name.startsWith(`.${basename(path)}.`)
  return listState(ports, dirname(path))
    .filter(isOurs)
    .map((name) => join(dirname(path), name))
}

export function recordedWrite(path: string, before: Buffer | null, after: Buffer): RecordedWrite {
  return { path, before: before?.toString('base64') ?? null, afterSha256: sha256(after) }
}

/** `init` may have written twice, once more after an edit: each write is taken back as long as it fits. */
export function formerOf(record: SetUpRecord | null, path: string, present: Buffer | null): Former {
  const writes = (record?.writes ?? []).filter((write) => write.path === path)
  const [first] = writes
  if (first === undefined) return { kind: 'unknown', bytes: null }
  let bytes = present
  for (const write of writes.toReversed()) {
    if (bytes === null || sha256(bytes) !== write.afterSha256) {
      return { kind: 'edited', first: decode(first.before), present: bytes }
    }
    bytes = decode(write.before)
  }
  return { kind: 'exact', bytes }
}

function decode(base64: string | null): Buffer | null {
  return base64 === null ? null : Buffer.from(base64, 'base64')
}

function emptyRecord(gitFolder: string, hadHooksPath: boolean): SetUpRecord {
  return { version: 1, gitFolder, hadHooksPath, writes: [], madeFolders: [], hooksBefore: [] }
}

function parseRecord(value: unknown, gitFolder: string): SetUpRecord | string {
  const record = value as JsonObject | null
  const isWrite = (write: unknown) => {
    const { path, before, afterSha256 } = (write ?? {}) as JsonObject
    const isBefore = before === null || typeof before === 'string'
    return typeof path === 'string' && typeof afterSha256 === 'string' && isBefore
  }
  const isList = (list: unknown, isItem: (item: unknown) => boolean) =>
    Array.isArray(list) && list.every(isItem)
  const isText = (text: unknown) => typeof text === 'string'
  return record?.version === 1 &&
    record.gitFolder === gitFolder &&
    typeof record.hadHooksPath === 'boolean' &&
    isList(record.writes, isWrite) &&
    isList(record.madeFolders, isText) &&
    isList(record.hooksBefore, isText)
    ? (record as unknown as SetUpRecord)
    : 'it is not a record of this repository'
}
