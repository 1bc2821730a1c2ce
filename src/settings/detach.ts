import type { Node } from 'jsonc-parser'
import { FlowError } from '../errors.ts'
import { sha256 } from '../sha256.ts'
import type { SettingsDocument } from './document.ts'
import { parseSettings, toBytes } from './document.ts'
import { claimGroups, containersIn, groupsIn, nodesToRemove } from './groups.ts'
import { MARKER } from './merge.ts'
import type { AddedGroup, MergeRecord } from './merge-record.ts'
import { isBare, isBareProperty, removeNodes } from './remove.ts'

export type Detachment =
  /** Present is exactly what flow wrote: write the original bytes and mode back. */
  | { kind: 'put-back'; reason: string }
  /** The file was absent before and holds nothing but flow's: remove it. */
  | { kind: 'delete'; reason: string }
  /** Edited since: flow's entries are out of these bytes, every edit is in them. */
  | { kind: 'write'; bytes: Uint8Array; reason: string }
  /** Nothing of flow's is in it, or it is gone. */
  | { kind: 'leave'; reason: string }
  /** Nobody can tell what is whose: leave the bytes, keep the session recoverable. */
  | { kind: 'unreadable'; why: string }

export interface DetachInput {
  readonly record: MergeRecord
  /** Bytes before the merge; null: the file was absent. */
  readonly original: Uint8Array | null
  /** Lower-case hex SHA-256 of the bytes that the merge wrote. */
  readonly writtenSha256: string
  /** Bytes now; null: the file is gone. */
  readonly present: Uint8Array | null
  readonly name: string
}

export interface Stripped {
  readonly bytes: Uint8Array
  /** Whose groups were taken out. */
  readonly sessionIds: string[]
}

/** Decides how the file gets rid of what the merge added. Never throws for what the file holds. */
export function detachEntries(input: DetachInput): Detachment {
  const { record, original, writtenSha256, present, name } = input
  if (present === null) return { kind: 'leave', reason: `${name} is gone, and stays gone` }
  if (original !== null && Buffer.compare(original, present) === 0) {
    return { kind: 'leave', reason: `${name} is the original already` }
  }
  // What the clean filter leaves of a file that is flow's alone, back from a stash.
  if (original === null && present.length === 0) {
    return { kind: 'delete', reason: `${name} was absent before, and is empty` }
  }
  if (sha256(present) === writtenSha256) {
    if (original === null) return { kind: 'delete', reason: `${name} was absent before` }
    return { kind: 'put-back', reason: `${name} is as flow wrote it` }
  }
  const document = readOrExplain(present, name)
  if (typeof document === 'string') return { kind: 'unreadable', why: document }
  return detachByStructure(document, record, original === null)
}

/** The recorded groups that the present bytes no longer hold. @throws FlowError E_SETTINGS_INVALID */
export function missingEntries(
  record: MergeRecord,
  present: Uint8Array,
  name: string,
): AddedGroup[] {
  return claimGroups(record, groupsIn(parseSettings(present, name))).missing
}

/**
 * Takes out every group whose marker names a session that is not open: a stash or a moved repository
 * brought it back. No record tells what was round it, so a container that this leaves empty goes too.
 * @throws FlowError E_SETTINGS_INVALID
 */
export function stripResidue(
  bytes: Uint8Array,
  isOpen: (sessionId: string) => boolean,
  name: string,
): Stripped {
  const document = parseSettings(bytes, name)
  const residue = groupsIn(document).filter(({ sessionId }) => {
    return sessionId !== undefined && !isOpen(sessionId)
  })
  if (residue.length === 0) return { bytes, sessionIds: [] }
  const gone = new Set(residue.map(({ node }) => node))
  for (const { property, node } of containersIn(document)) {
    const loses = (node.children ?? []).some((child) => gone.has(child))
    if (loses && isBareProperty(document.text, property, gone)) gone.add(property)
  }
  const text = removeNodes(document, gone, new Map())
  return { bytes: toBytes(document, text), sessionIds: distinctIds(residue) }
}

/** Ids of the sessions whose markers stand in the file. @throws FlowError E_SETTINGS_INVALID */
export function markedSessions(bytes: Uint8Array, name: string): string[] {
  return distinctIds(groupsIn(parseSettings(bytes, name)))
}

/**
 * False where no group can carry a marker, whatever the text means: a look that costs nothing, before
 * a settings file of megabytes is taken apart.
 */
export function mayBeMarked(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // JSON may write any letter of a key as `\u0066`.
  return text.includes(MARKER) || text.includes('\\u')
}

function readOrExplain(bytes: Uint8Array, name: string): SettingsDocument | string {
  try {
    return parseSettings(bytes, name)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return error.why ?? error.message
  }
}

function detachByStructure(
  document: SettingsDocument,
  record: MergeRecord,
  wasAbsent: boolean,
): Detachment {
  const { name, text, root } = document
  const { ours } = claimGroups(record, groupsIn(document))
  // Without a group of flow's an empty container may be the user's own, from another branch's file.
  if (ours.length === 0) return { kind: 'leave', reason: `nothing of flow's is in ${name}` }
  const gone = new Set(ours.flatMap((group) => nodesToRemove(group, record)))
  const interiorOf = (path: string) => {
    return record.emptied.find(({ container }) => container === path)?.interior ?? ''
  }
  const interiors = new Map<Node, string>([[root, interiorOf('')]])
  for (const { path, property, node } of containersIn(document)) {
    interiors.set(node, interiorOf(path))
    if (record.created.includes(path) && isBareProperty(text, property, gone)) gone.add(property)
  }
  if (wasAbsent && isBare(text, root, gone)) {
    return { kind: 'delete', reason: `${name} was absent before, and nothing else is in it` }
  }
  if (record.blank !== undefined && isBare(text, root, gone)) {
    const bytes = new TextEncoder().encode(record.blank)
    return { kind: 'write', bytes, reason: `${name} was blank before, and nothing else is in it` }
  }
  const bytes = toBytes(document, removeNodes(document, gone, interiors))
  return { kind: 'write', bytes, reason: `${name} was edited since; flow's entries are taken out` }
}

function distinctIds(groups: readonly { readonly sessionId: string | undefined }[]): string[] {
  return [...new Set(groups.flatMap(({ sessionId }) => sessionId ?? []))]
}
