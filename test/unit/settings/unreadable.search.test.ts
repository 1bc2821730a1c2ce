/** What is no settings file, or is one only almost. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markedSessions } from '../../../src/settings/detach.ts'
import { parseSettings } from '../../../src/settings/document.ts'
import { bound } from '../../helpers/search.ts'
import { documents } from './documents.ts'
import { detach, merges, NAME, SESSION } from './merging.ts'

const tried = { write: 0, leave: 0, unreadable: 0, accepted: 0, refused: 0 }
const numRuns = bound(200, 1500)

const PIECES = ['', '"', '{', '}', '[', ']', ',', ':', '\n', '\t', '//', '\\', '\\u12']
const WORDS = ['0', '-', '.', 'e', 'true', '\u0000', '\uFEFF']

interface Damage {
  readonly at: number
  readonly length: number
  readonly content: string
}

const damages: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 2 }),
  content: fc.constantFrom(...PIECES, ...WORDS),
})

function damaged(text: string, { at, length, content }: Damage): string {
  const from = at % (text.length + 1)
  return text.slice(0, from) + content + text.slice(from + length)
}

test('a damaged file is detached, left or called unreadable; detaching never throws', () => {
  fc.assert(
    fc.property(merges, fc.array(damages, { maxLength: 3 }), ({ document, record, bytes }, all) => {
      const bom = document.encode('').toString().length
      const text = all.reduce(damaged, bytes.toString().slice(bom))
      const detachment = detach(record, document.encode(text))
      if (detachment.kind === 'put-back' || detachment.kind === 'delete') {
        throw new Error(`${detachment.kind} without a proof`)
      }
      tried[detachment.kind] += 1
      if (detachment.kind === 'write') {
        expect(markedSessions(detachment.bytes, NAME)).not.toContain(SESSION)
      }
    }),
    { numRuns },
  )
})

test('what JSON.parse accepts is accepted and means the same, what it refuses is refused', () => {
  const plain = documents.filter(({ isJson }) => isJson)
  fc.assert(
    fc.property(plain, fc.option(damages), ({ text }, damage) => {
      // As bytes, since the damage may have cut a character in two.
      const bytes = Buffer.from(damage === null ? text : damaged(text, damage))
      const isBlank = bytes.toString().trim() === ''
      // Clients read a blank file as `{}`.
      const wanted = isBlank ? '{}' : outcome(() => JSON.stringify(JSON.parse(bytes.toString())))
      const found = outcome(() => {
        const document = parseSettings(bytes, NAME)
        const oddity = document.firstComment ?? document.trailingComma
        if (oddity !== undefined || document.bom) throw new Error('not JSON')
        return JSON.stringify(document.value)
      })
      tried[wanted === 'refused' ? 'refused' : 'accepted'] += 1
      // JSON.parse takes an array or a number as well.
      if (wanted.startsWith('{') || wanted === 'refused') expect(found).toBe(wanted)
    }),
    { numRuns },
  )
})

test('as much was tried as is claimed', () => {
  console.log(`damage: ${JSON.stringify(tried)}`)
  const { leave: _, ...often } = tried
  for (const count of Object.values(often)) expect(count).toBeGreaterThan(0)
})

function outcome(read: () => string): string {
  try {
    return read()
  } catch {
    // Which error it is does not matter here, only that there is one.
    return 'refused'
  }
}
