import { describe, expect, test } from 'vitest'
import { composeMemory, type MemoryParts } from '../../../src/hooks/compose-memory.ts'

const CAP = 10_000

function compose(parts: Partial<MemoryParts>): string {
  return composeMemory({ memory: null, logs: [], cap: CAP, ...parts })
}

/** Numbered lines, `length` units in all. */
function lines(length: number): string {
  let text = ''
  for (let number = 1; text.length < length; number++) text += `line ${number}\n`
  return `${text.slice(0, length - 1)}.`
}

/** How long what follows each heading is. */
function sizesOf(told: string): number[] {
  const [, ...parts] = told.split(/\n\n## .*\n\n/)
  return parts.map((part) => part.length)
}

const memory = (text: string) => ({ name: 'MEMORY.md', text })
const today = (text: string) => ({ name: 'memory/2026-03-01.md', text })
const yesterday = (text: string) => ({ name: 'memory/2026-02-28.md', text })

describe('what is told', () => {
  test('short texts are told whole, each under its name', () => {
    expect(
      compose({ memory: memory('Remember.\n\n'), logs: [today('Now.\n'), yesterday('Then.')] }),
    ).toBe(
      [
        '# Project memory',
        '## MEMORY.md',
        'Remember.',
        '## memory/2026-03-01.md',
        'Now.',
        '## memory/2026-02-28.md',
        'Then.',
      ].join('\n\n'),
    )
  })

  test('nothing is told when there is nothing', () => {
    expect(compose({})).toBe('')
    expect(compose({ memory: memory(' \n'), logs: [today('')] })).toBe('')
  })

  test('what could not be read is told even when nothing else is', () => {
    expect(compose({ notes: ['[no]'] })).toBe('# Project memory\n\n[no]')
  })

  test('memory that is JSON does not make the whole look like JSON', () => {
    expect(compose({ memory: memory('{"continue": false}') })).toMatch(/^# /)
  })

  test.each(['$&', "$'", '$1', '\\n'])('%s in a text stays as it is', (text) => {
    expect(compose({ memory: memory(text) })).toContain(`\n\n${text}`)
  })
})

describe('what is too long', () => {
  test('memory keeps its beginning, and says how much is missing and where it is', () => {
    const text = lines(20_000)
    const told = compose({ memory: memory(text) })
    expect(told.length).toBeLessThanOrEqual(CAP)
    expect(told.length).toBeGreaterThan(CAP - 30)
    const [, kept = '', cut] =
      /## MEMORY\.md\n\n([\s\S]*)\n\[flow left out the last (\d+) characters: read MEMORY\.md\]$/.exec(
        told,
      ) ?? []
    expect(text.startsWith(`${kept}\n`)).toBe(true)
    expect(kept.length + Number(cut)).toBe(text.length)
  })

  test('text without line breaks is cut to the last unit, and the line about it is whole', () => {
    const told = compose({ memory: memory('x'.repeat(20_000)) })
    expect(told).toHaveLength(CAP)
    expect(told).toMatch(/x\n\[flow left out the last 10\d+ characters: read MEMORY\.md\]$/)
  })

  test('a log keeps its end', () => {
    const text = lines(20_000)
    const told = compose({ logs: [today(text)] })
    expect(told.length).toBeLessThanOrEqual(CAP)
    const [, cut, kept = ''] =
      /\n\[flow left out the first (\d+) characters: read memory\/2026-03-01\.md\]\n([\s\S]*)$/.exec(
        told,
      ) ?? []
    expect(text.endsWith(`\n${kept}`)).toBe(true)
    expect(kept.length + Number(cut)).toBe(text.length)
  })

  test('three long texts get equal shares', () => {
    const told = compose({
      memory: memory(lines(50_000)),
      logs: [today(lines(30_000)), yesterday(lines(9_000))],
    })
    const sizes = sizesOf(told)
    expect(sizes).toHaveLength(3)
    for (const size of sizes) expect(size).toBeGreaterThan(3_200)
  })

  test('what a short text does not need goes to the others', () => {
    const told = compose({
      memory: memory(lines(50_000)),
      logs: [today(lines(1_000)), yesterday(lines(50_000))],
    })
    const [first = 0, second, third = 0] = sizesOf(told)
    expect(second).toBe(1_000)
    expect(Math.abs(first - third)).toBeLessThan(60)
    expect(told.length).toBeGreaterThan(CAP - 60)
  })

  test('a text that just fits is not cut, and one unit more is', () => {
    const heading = compose({ memory: memory('x') }).length - 1
    const fits = 'x'.repeat(CAP - heading)
    expect(compose({ memory: memory(fits) })).not.toContain('left out')
    expect(compose({ memory: memory(fits) })).toHaveLength(CAP)
    const told = compose({ memory: memory(`${fits}x`) })
    expect(told).toContain('left out')
    expect(told.length).toBeLessThanOrEqual(CAP)
  })

  test('whatever comes in, the cap holds and no character is cut in two', () => {
    const texts = [
      '',
      '😀'.repeat(9_000),
      `${'é\n'.repeat(4_000)}`,
      'x'.repeat(3_333),
      lines(12_345),
    ]
    const names = ['MEMORY.md', `${'deep/'.repeat(300)}a.md`, '😀'.repeat(4_000)]
    let tried = 0
    for (const cap of [0, 1, 17, 50, 200, 9_998, 9_999, 10_000]) {
      for (const name of names) {
        for (const first of texts) {
          for (const second of texts) {
            const logs = [
              { name, text: second },
              { name: 'b', text: first },
            ]
            const told = composeMemory({ memory: { name, text: first }, logs, notes: [name], cap })
            expect(told.length).toBeLessThanOrEqual(cap)
            expect(told).toBe(Buffer.from(told, 'utf8').toString('utf8'))
            tried += 1
          }
        }
      }
    }
    expect(tried).toBe(600)
  })
})
