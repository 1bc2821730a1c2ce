/** Merging into any settings file and taking flow's groups out again, with nothing in between. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FlowError } from '../../../src/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/json.ts'
import { detachEntries, markedSessions, stripResidue } from '../../../src/settings/detach.ts'
import { MARKER, mergeEntries } from '../../../src/settings/merge.ts'
import { parseMergeRecord } from '../../../src/settings/merge-record.ts'
import { bound } from '../../helpers/search.ts'
import { type Case, cases, groups, isRefused, STRANGER } from './documents.ts'
import { canonical, detachedText, merge, merges, NAME, SESSION, valueIn } from './merging.ts'

const tried = { merges: 0, refusals: 0, added: 0, thereAlready: 0, strangers: 0 }
const numRuns = bound(150, 800)

describe('merging', () => {
  test('is refused with its place where hooks cannot go in, and nowhere else', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const attempt = () => merge(one, SESSION)
        if (!isRefused(one)) {
          expect(attempt).not.toThrow()
          return
        }
        tried.refusals += 1
        const why = expect.stringMatching(/^line \d+, column \d+: /)
        expect(attempt).toThrow(FlowError)
        expect(attempt).toThrow(expect.objectContaining({ code: 'E_SETTINGS_INVALID', why }))
      }),
      // One in thirty is refused.
      { numRuns: 3 * numRuns },
    )
  })

  test('adds what is not there, once, at the end of its event, in its line ends, and changes nothing else', () => {
    fc.assert(
      fc.property(merges, (one) => {
        tried.merges += 1
        tried.added += one.record.added.length
        expect(canonical(valueIn(one.bytes))).toBe(canonical(expectedValue(one)))
        const isCrlf = one.document.text.includes('\r\n')
        expect(one.bytes.toString()).not.toMatch(isCrlf ? /(?<!\r)\n/ : /\r/)
      }),
      { numRuns },
    )
  })

  test('is the same again once it was taken out', () => {
    fc.assert(
      fc.property(merges, (one) => {
        const out = Buffer.from(detachedText(one.record, one.bytes))
        const again = mergeEntries(out, one.entries, SESSION, NAME)
        expect(String(Buffer.from(again.bytes))).toBe(String(one.bytes))
        expect(again.record).toEqual(one.record)
      }),
      { numRuns },
    )
  })

  test('leaves a record that survives being stored as JSON', () => {
    fc.assert(
      fc.property(merges, ({ record }) => {
        expect(parseMergeRecord(JSON.parse(JSON.stringify(record)))).toEqual(record)
      }),
      { numRuns },
    )
  })
})

describe('detaching', () => {
  test('gives the original back byte for byte, by its checksum and by structure alone', () => {
    fc.assert(
      fc.property(merges, ({ document, bytes, record }) => {
        const original = document.encode(document.text)
        expect(detachedText(record, bytes)).toBe(String(original))
        const writtenSha256 = createHash('sha256').update(bytes).digest('hex')
        const known = { record, original, writtenSha256, present: bytes, name: NAME }
        const { kind } = detachEntries(known)
        expect(kind).toBe(original.equals(bytes) ? 'leave' : 'put-back')
        expect(detachEntries({ ...known, present: original }).kind).toBe('leave')
      }),
      { numRuns },
    )
  })

  test('removes a file that flow made, by its checksum and by structure alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ event: fc.string(), group: groups('flow') }), { minLength: 1 }),
        (entries) => {
          const { bytes, record } = mergeEntries(null, entries, SESSION, NAME)
          const writtenSha256 = createHash('sha256').update(bytes).digest('hex')
          for (const hash of [writtenSha256, '']) {
            const known = {
              record,
              original: null,
              writtenSha256: hash,
              present: bytes,
              name: NAME,
            }
            expect(detachEntries(known).kind).toBe('delete')
          }
        },
      ),
      { numRuns },
    )
  })
})

describe('two sessions in one file', () => {
  test('the later one out first: the file is what it was before each, byte for byte', () => {
    fc.assert(
      fc.property(merges, ({ document, entries, bytes, record }) => {
        const second = mergeEntries(bytes, entries, 'session-2', NAME)
        const between = detachedText(second.record, second.bytes)
        expect(between).toBe(String(bytes))
        expect(detachedText(record, bytes)).toBe(String(document.encode(document.text)))
      }),
      { numRuns },
    )
  })

  test('the earlier one out first: each takes its own and no other, whatever was empty stays so', () => {
    fc.assert(
      fc.property(merges, ({ document, entries, bytes, record }) => {
        const second = mergeEntries(bytes, entries, 'session-2', NAME)
        const between = Buffer.from(detachedText(record, second.bytes))
        expect(markedSessions(between, NAME)).not.toContain(SESSION)
        if (second.record.added.length > 0)
          expect(markedSessions(between, NAME)).toContain('session-2')
        const after = detachedText(second.record, between)
        expect(canonical(withoutEmpty(valueIn(after)))).toBe(
          canonical(withoutEmpty(document.value)),
        )
      }),
      { numRuns },
    )
  })
})

describe('what a closed session left behind', () => {
  test('goes without its record too, with the containers that it leaves empty; others stay', () => {
    fc.assert(
      fc.property(merges, ({ document, bytes, record }) => {
        const { bytes: after, sessionIds } = stripResidue(bytes, (id) => id === STRANGER, NAME)
        expect(sessionIds).toEqual(record.added.length > 0 ? [SESSION] : [])
        const original = document.encode(document.text)
        tried.strangers += markedSessions(original, NAME).length
        expect(markedSessions(after, NAME)).toEqual(markedSessions(original, NAME))
        if (record.emptied.every(({ container }) => container === '')) {
          expect(canonical(valueIn(after))).toBe(canonical(document.value))
        }
        if (record.emptied.length === 0) expect(String(Buffer.from(after))).toBe(String(original))
        expect(canonical(withoutEmpty(valueIn(after)))).toBe(
          canonical(withoutEmpty(document.value)),
        )
      }),
      { numRuns },
    )
  })
})

test('as much was tried as is claimed', () => {
  console.log(`settings: ${JSON.stringify(tried)}`)
  for (const count of Object.values(tried)) expect(count).toBeGreaterThan(0)
})

/** What merging means, said without text. */
function expectedValue({ document, entries }: Case): JsonObject {
  const { hooks, ...rest } = document.value
  const events = new Map(Object.entries(isJsonObject(hooks) ? hooks : {}))
  let isTouched = hooks !== undefined
  for (const { event, group, plain } of entries) {
    const { [MARKER]: _, ...bare } = group
    const present = (events.get(event) ?? []) as JsonValue[]
    const spellings = [bare, { ...bare, [MARKER]: SESSION }, plain].map(
      (one) => one && canonical(one),
    )
    if (present.some((one) => spellings.includes(canonical(one)))) {
      tried.thereAlready += 1
      continue
    }
    events.set(event, [...present, { ...bare, [MARKER]: SESSION }])
    isTouched = true
  }
  const all: [string, JsonValue][] = [...Object.entries(rest)]
  if (isTouched)
    all.push([
      'hooks',
      hooks === undefined || isJsonObject(hooks) ? Object.fromEntries(events) : hooks,
    ])
  return Object.fromEntries(all)
}

/** Less what is empty under `hooks`, and `hooks` when that is all. */
function withoutEmpty(settings: JsonObject): JsonObject {
  const { hooks, ...rest } = settings
  if (!isJsonObject(hooks)) return settings
  const kept = Object.entries(hooks).filter(([, list]) => !Array.isArray(list) || list.length > 0)
  const all: [string, JsonValue][] = Object.entries(rest)
  if (kept.length > 0) all.push(['hooks', Object.fromEntries(kept)])
  return Object.fromEntries(all)
}
