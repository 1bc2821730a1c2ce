/** Merging and detaching in tests: by structure alone, so that no checksum and no backup helps. */
import type fc from 'fast-check'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/json.ts'
import { type Detachment, detachEntries } from '../../../src/settings/detach.ts'
import { parseSettings } from '../../../src/settings/document.ts'
import { type Merged, mergeEntries } from '../../../src/settings/merge.ts'
import type { MergeRecord } from '../../../src/settings/merge-record.ts'
import { type Case, cases, isRefused } from './documents.ts'

export const SESSION = 'session-4711'
export const NAME = '.claude/settings.json'

export interface MergedCase extends Case, Merged {
  readonly bytes: Buffer
}

export const merges: fc.Arbitrary<MergedCase> = cases
  .filter((one) => !isRefused(one))
  .map((one) => ({ ...one, ...merge(one, SESSION) }))

export function merge({ document, entries }: Case, sessionId: string): Merged & { bytes: Buffer } {
  const merged = mergeEntries(document.encode(document.text), entries, sessionId, NAME)
  return { ...merged, bytes: Buffer.from(merged.bytes) }
}

/** No hash matches, and no original is known. */
export function detach(record: MergeRecord, present: Uint8Array): Detachment {
  const original = Buffer.from('not known')
  return detachEntries({ record, original, writtenSha256: '', present, name: NAME })
}

/** The file after detaching, BOM included. */
export function detachedText(record: MergeRecord, present: Uint8Array): string {
  const detachment = detach(record, present)
  if (detachment.kind === 'write') return Buffer.from(detachment.bytes).toString()
  if (detachment.kind !== 'leave') throw new Error(`not expected: ${detachment.kind}`)
  return Buffer.from(present).toString()
}

export function valueIn(file: string | Uint8Array): JsonObject {
  return parseSettings(Buffer.from(file), NAME).value
}

/** One text for what is equal as JSON: the order of keys means nothing. */
export function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const pairs = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`,
  )
  return `{${pairs.sort().join()}}`
}
