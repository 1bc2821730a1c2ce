/** Flow's groups come out of a file that was edited since, and the edits stay. */
import fc from 'fast-check'
import { createScanner } from 'jsonc-parser'
import { describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject } from '../../../src/json.ts'
import { markedSessions, missingEntries } from '../../../src/settings/detach.ts'
import { parseSettings } from '../../../src/settings/document.ts'
import { groupsIn } from '../../../src/settings/groups.ts'
import { MARKER } from '../../../src/settings/merge.ts'
import { bound } from '../../helpers/search.ts'
import { canonical, detachedText, merges, NAME, SESSION, valueIn } from './merging.ts'
import { editBoth, textEdits } from './text-edits.ts'
import { edit, hasOurs, mix, valueEdits, withFlow, withoutFlow } from './value-edits.ts'

const tried = { byHand: 0, byTool: 0, withNothingLeft: 0, withoutMarkers: 0, remarks: 0 }

describe('a file edited by hand', () => {
  test('becomes, byte for byte, what the same edits make of the original', () => {
    fc.assert(
      fc.property(merges, fc.array(textEdits, { maxLength: 5 }), (one, edits) => {
        const { document, record, bytes } = one
        const bom = document.encode('').toString().length
        let [plain, merged] = [document.text, bytes.toString().slice(bom)]
        for (const change of edits) {
          const both = editBoth(change, plain, merged, record)
          if (both === undefined) continue
          ;[plain, merged] = both
          tried.byHand += 1
        }
        const present = document.encode(merged)
        expect(missingEntries(record, present, NAME)).toEqual([])
        expect(detachedText(record, present)).toBe(document.encode(plain).toString())
      }),
      { numRuns: bound(300, 2000) },
    )
  })

  test('keeps every comment, wherever in it somebody puts one, and means what it meant', () => {
    const remarks = fc.array(fc.tuple(fc.nat(), fc.constantFrom('/* mine */', '// mine, ]}\n')))
    fc.assert(
      fc.property(merges, remarks, ({ document, record, bytes }, all) => {
        const bom = document.encode('').toString()
        const text = all.reduce((present, [at, words]) => {
          const gaps = gapsOutside(present)
          const gap = gaps[at % gaps.length] ?? 0
          tried.remarks += 1
          return present.slice(0, gap) + words + present.slice(gap)
        }, bytes.toString().slice(bom.length))
        const after = detachedText(record, Buffer.from(text))
        expect(commentsIn(after)).toEqual(commentsIn(text))
        expect(markedSessions(Buffer.from(after), NAME)).not.toContain(SESSION)
        const [left, wanted] = [valueIn(after), document.value]
        // A container that flow made stays for the sake of a comment in it.
        for (const path of record.created.toReversed()) dropIfEmpty(left, path)
        expect(canonical(left)).toBe(canonical(wanted))
      }),
      { numRuns: bound(200, 1200) },
    )
  })
})

describe('a file that a tool wrote anew', () => {
  test('means, without flow’s groups, what the same changes make of the original', () => {
    const manner = fc.record({
      indent: fc.constantFrom<(number | string)[]>(0, 2, 4, '\t'),
      end: fc.constantFrom('', '\n', '\r\n'),
      bom: fc.constantFrom('', '\uFEFF'),
    })
    const edits = fc.array(valueEdits, { maxLength: 6 })
    fc.assert(
      fc.property(merges, edits, manner, ({ document, record }, changes, { indent, end, bom }) => {
        const mixed = mix(document.value, record)
        for (const change of changes) edit(mixed, change)
        tried.byTool += changes.length
        const present = Buffer.from(
          bom + JSON.stringify(withFlow(mixed, SESSION), null, indent) + end,
        )
        const after = detachedText(record, present)
        if (hasOurs(mixed)) {
          expect(canonical(valueIn(after))).toBe(canonical(withoutFlow(mixed)))
        } else {
          tried.withNothingLeft += 1
          expect(after).toBe(present.toString())
        }
        // A recovery that was killed behind its restore does it once more.
        expect(detachedText(record, Buffer.from(after))).toBe(after)
      }),
      { numRuns: bound(250, 1500) },
    )
  })

  test('means what it did before, though the tool dropped the markers', () => {
    const dropMarker = (key: string, item: unknown) => (key === MARKER ? undefined : item)
    fc.assert(
      fc.property(merges, fc.constantFrom(0, 2, 4), ({ document, record, bytes }, indent) => {
        const present = Buffer.from(JSON.stringify(valueIn(bytes), dropMarker, indent))
        expect(missingEntries(record, present, NAME)).toEqual([])
        tried.withoutMarkers += 1
        const wanted = JSON.parse(JSON.stringify(document.value, dropMarker))
        expect(canonical(valueIn(detachedText(record, present)))).toBe(canonical(wanted))
      }),
      { numRuns: bound(100, 500) },
    )
  })
})

test('as much was tried as is claimed', () => {
  console.log(`edits: ${JSON.stringify(tried)}`)
  for (const count of Object.values(tried)) expect(count).toBeGreaterThan(0)
})

/** Where each token begins that is not within a group of flow's. */
function gapsOutside(text: string): number[] {
  const ours = groupsIn(parseSettings(Buffer.from(text), NAME))
    .filter(({ sessionId }) => sessionId === SESSION)
    .map(({ node }) => node)
  return tokensIn(text)
    .map(({ offset }) => offset)
    .filter((at) => !ours.some(({ offset, length }) => at > offset && at < offset + length))
}

function commentsIn(text: string): string[] {
  return tokensIn(text)
    .map(({ words }) => words.trim())
    .filter((words) => words.startsWith('/'))
}

/** Comments among them, and the end of the text. */
function tokensIn(text: string): { offset: number; words: string }[] {
  const scanner = createScanner(text)
  const tokens: { offset: number; words: string }[] = []
  for (;;) {
    scanner.scan()
    const offset = scanner.getTokenOffset()
    const words = text.slice(offset, offset + scanner.getTokenLength())
    if (words.trim() !== '' || offset === text.length) tokens.push({ offset, words })
    if (offset === text.length) return tokens
  }
}

/** @param path `hooks`, or `hooks/` and an event's name */
function dropIfEmpty(settings: JsonObject, path: string): void {
  const isTop = path === 'hooks'
  const holder = isTop ? settings : settings.hooks
  const key = isTop ? path : path.slice('hooks/'.length)
  if (!isJsonObject(holder) || !Object.hasOwn(holder, key)) return
  if (['{}', '[]'].includes(JSON.stringify(holder[key]))) delete holder[key]
}
