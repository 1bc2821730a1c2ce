/** What a merge added, as the record of a session keeps it. */
import { isJsonObject, type JsonObject } from '../json.ts'

export interface AddedGroup {
  readonly event: string
  /** Without its marker. */
  readonly group: JsonObject
}

/** What a merge added, as plain JSON data: enough to take it out again by structure. */
export interface MergeRecord {
  readonly sessionId: string
  readonly added: readonly AddedGroup[]
  /** Containers that merge created: `hooks`, `hooks/SessionStart`. */
  readonly created: readonly string[]
  /** The blanks between the brackets of containers that were empty; the root's name is ``. */
  readonly emptied: readonly EmptiedContainer[]
  /** The whole original text, where it was blank: a file that holds nothing else becomes it again. */
  readonly blank?: string
}

export interface EmptiedContainer {
  readonly container: string
  readonly interior: string
}

/** A record read back from JSON on disk; undefined: the value is not one. */
export function parseMergeRecord(value: unknown): MergeRecord | undefined {
  if (!isJsonObject(value)) return undefined
  const { sessionId, added, created, emptied, blank } = value
  if (typeof sessionId !== 'string') return undefined
  if (!isListOf(added, isAddedGroup) || !isListOf(created, isString)) return undefined
  if (!isListOf(emptied, isEmptiedContainer)) return undefined
  if (blank === undefined) return { sessionId, added, created, emptied }
  return isString(blank) && isBlankText(blank)
    ? { sessionId, added, created, emptied, blank }
    : undefined
}

/** Nothing but whitespace and perhaps a BOM. */
export function isBlankText(text: string): boolean {
  return text.trim() === ''
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem)
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isAddedGroup(value: unknown): value is AddedGroup {
  return isJsonObject(value) && isString(value.event) && isJsonObject(value.group)
}

function isEmptiedContainer(value: unknown): value is EmptiedContainer {
  if (!isJsonObject(value) || !isString(value.container) || !isString(value.interior)) return false
  // It is written into the file as it is.
  return /^[ \t\r\n]*$/.test(value.interior)
}
