import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/json.ts'
import { type Detachment, detachEntries, markedSessions } from '../../../src/settings/detach.ts'
import { parseSettings } from '../../../src/settings/document.ts'
import {
  type HookEntry,
  MARKER,
  type MergeRecord,
  mergeEntries,
  parseMergeRecord,
} from '../../../src/settings/merge.ts'
import {
  type Random,
  randomEdit,
  randomEntries,
  randomManner,
  randomSettings,
  seededRandom,
  writeText,
} from './random-settings.ts'

const SESSION = 'session-4711'
const NAME = '.claude/settings.json'

interface Case {
  readonly random: Random
  readonly settings: JsonObject
  readonly text: string
  readonly isJson: boolean
  /** With or without a BOM in front. */
  readonly encode: (text: string) => Buffer
  readonly entries: readonly HookEntry[]
  readonly record: MergeRecord
  readonly merged: string
}

function caseFor(seed: number): Case {
  const random = seededRandom(seed)
  const settings = randomSettings(random)
  const manner = randomManner(random)
  const text = writeText(random, settings, manner)
  const bom = random.chance(0.1) ? '\uFEFF' : ''
  const encode = (body: string) => Buffer.from(bom + body)
  const entries = randomEntries(random, settings)
  const { bytes, record } = mergeEntries(encode(text), entries, SESSION, NAME)
  const merged = Buffer.from(bytes).toString().slice(bom.length)
  const stored = parseMergeRecord(JSON.parse(JSON.stringify(record)))
  if (stored === undefined) throw new Error('the record does not survive being stored')
  return { random, settings, text, isJson: manner.isJson, encode, entries, record: stored, merged }
}

/** By structure alone: no hash matches, no original is known. */
function detach(record: MergeRecord, present: Buffer): Detachment {
  const original = Buffer.from('not known')
  return detachEntries({ record, original, writtenSha256: '', present, name: NAME })
}

function bytesAfter(detachment: Detachment, present: Buffer): string {
  if (detachment.kind === 'write') return Buffer.from(detachment.bytes).toString()
  expect(detachment.kind).toBe('leave')
  return present.toString()
}

function valueIn(bytes: Buffer): JsonObject {
  return parseSettings(bytes, NAME).value
}

/** What merging means, said without text: the groups go to the end of their event. */
function expectedValue({ settings, record }: Case): JsonObject {
  const value = structuredClone(settings)
  const set = (object: JsonObject, key: string, item: JsonObject[string]) =>
    Object.defineProperty(object, key, {
      value: item,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  for (const { event, group } of record.added) {
    if (!Object.hasOwn(value, 'hooks')) set(value, 'hooks', {})
    const hooks = value.hooks as JsonObject
    const present = Object.hasOwn(hooks, event) ? (hooks[event] as JsonObject[]) : []
    set(hooks, event, [...present, { ...group, [MARKER]: SESSION }])
  }
  return value
}

function forEachSeed(count: number, check: (one: Case) => void): void {
  for (let seed = 1; seed <= count; seed += 1) {
    try {
      check(caseFor(seed))
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error })
    }
  }
}

describe('thousands of settings files', () => {
  test('merging adds the groups at the end of their events and changes nothing else', () => {
    forEachSeed(500, (one) => {
      const { encode, merged } = one
      expect(JSON.stringify(valueIn(encode(merged)))).toBe(JSON.stringify(expectedValue(one)))
    })
  })

  test('detaching is the exact inverse of merging, without knowing the original', () => {
    forEachSeed(1500, ({ encode, text, merged, record }) => {
      const present = encode(merged)
      expect(bytesAfter(detach(record, present), present)).toBe(encode(text).toString())
    })
  })

  test('edits made in between come out as if nothing had ever been merged', () => {
    let editCount = 0
    forEachSeed(1800, ({ random, encode, text, merged, record }) => {
      let [plainText, mergedText] = [text, merged]
      for (let left = 1 + random.below(4); left > 0; left -= 1) {
        const edited = randomEdit(random, plainText, mergedText, SESSION)
        if (edited === undefined) continue
        ;[plainText, mergedText] = edited
        editCount += 1
      }
      const present = encode(mergedText)
      expect(bytesAfter(detach(record, present), present)).toBe(encode(plainText).toString())
    })
    expect(editCount).toBeGreaterThan(1500)
  })

  test('a file that a tool wrote anew detaches to what it meant before', () => {
    forEachSeed(500, ({ random, settings, encode, merged, record }) => {
      const value = valueIn(encode(merged))
      const isMarkerLost = random.chance(0.3)
      const dropMarker = (key: string, item: unknown) => (key === MARKER ? undefined : item)
      const indent = random.pick([0, 2, 4])
      const text = JSON.stringify(value, isMarkerLost ? dropMarker : undefined, indent)
      const present = encode(text)
      const after = Buffer.from(bytesAfter(detach(record, present), present))
      expect(JSON.stringify(valueIn(after))).toBe(JSON.stringify(settings))
    })
  })

  test('a damaged file is detached, left or called unreadable, and never throws', () => {
    const kinds = new Map<string, number>()
    forEachSeed(700, ({ random, encode, merged, record }) => {
      let text = merged
      for (let left = 1 + random.below(3); left > 0; left -= 1) {
        const at = random.below(text.length + 1)
        const content = random.pick(['', '"', '{', ']', ',', ':', '\n', '//', '\\', '0'])
        text = text.slice(0, at) + content + text.slice(at + random.below(3))
      }
      const present = encode(text)
      const detachment = detach(record, present)
      kinds.set(detachment.kind, (kinds.get(detachment.kind) ?? 0) + 1)
      if (detachment.kind === 'write') {
        expect(markedSessions(detachment.bytes, NAME)).not.toContain(SESSION)
      }
    })
    expect([...kinds.keys()].sort()).toEqual(['leave', 'unreadable', 'write'])
  })

  test('what JSON.parse accepts is accepted, what it refuses is refused', () => {
    let refusedCount = 0
    forEachSeed(700, ({ random, text, isJson }) => {
      if (!isJson) return
      const at = random.below(text.length + 1)
      const content = random.pick([
        '',
        '"',
        '}',
        '[',
        ',',
        '0',
        '-',
        '.',
        'e',
        'true',
        '\\u12',
        '\t',
      ])
      const damaged = text.slice(0, at) + content + text.slice(at + random.below(2))
      const wanted = outcome(() => JSON.stringify(JSON.parse(damaged)))
      const found = outcome(() => {
        const document = parseSettings(Buffer.from(damaged), NAME)
        const oddity = document.firstComment ?? document.trailingComma
        if (oddity !== undefined) throw new Error('not JSON')
        return JSON.stringify(document.value)
      })
      if (wanted === 'refused') refusedCount += 1
      // JSON.parse takes an array or a number as well.
      if (wanted.startsWith('{') || wanted === 'refused') expect(found).toBe(wanted)
    })
    expect(refusedCount).toBeGreaterThan(100)
  })
})

function outcome(read: () => string): string {
  try {
    return read()
  } catch {
    // Which error it is does not matter here, only that there is one.
    return 'refused'
  }
}
