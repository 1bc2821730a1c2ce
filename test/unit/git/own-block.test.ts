import { describe, expect, test } from 'vitest'
import { hasBlock, setBlock } from '../../../src/git/own-block.ts'

const LINES = ['/.claude/settings.json filter=flow']
const isOurs = (line: string) => line.endsWith('filter=flow')

function set(text: string | null, lines = LINES): string | null {
  const bytes = setBlock(text === null ? null : Buffer.from(text), lines, isOurs)
  return bytes === null ? null : bytes.toString()
}

const out = (text: string | null) => set(text, [])

describe('a block of lines in a file of git’s', () => {
  test.each([
    ['no file', null],
    ['an empty file', ''],
    ['a text', '*.png binary\n'],
    ['a text without its last newline', '*.png binary'],
    ['a text that ends in blank lines', '*.png binary\n\n\n'],
    ['line ends of Windows', '*.png binary\r\n'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0x0a]).toString('latin1')],
  ])('put into %s and taken out again leaves every byte', (_, before) => {
    const during = set(before)
    expect(during).toContain(`\n${LINES[0]}\n`)
    expect(hasBlock(Buffer.from(during ?? ''))).toBe(true)
    expect(out(during)).toBe(before)
  })

  test('bytes that are no UTF-8 stay as they are', () => {
    const before = Buffer.from([0x61, 0xff, 0x0a])
    const during = setBlock(before, ['/ä filter=flow'], isOurs)
    expect(during?.subarray(0, 3)).toEqual(before)
    expect(during?.toString()).toContain('/ä filter=flow')
    expect(setBlock(during, [], isOurs)).toEqual(before)
    expect(setBlock(during, ['/ä filter=flow'], isOurs)).toBe(during)
  })

  test('that stands already is left, one with other lines is replaced', () => {
    const once = set('a\n')
    expect(set(once)).toBe(once)
    const other = set(once, ['/b filter=flow'])
    expect(other).toBe(set('a\n', ['/b filter=flow']))
    expect(out(other)).toBe('a\n')
  })

  test.each([
    ['above it', 'a', (text: string) => `x\n${text}`, 'x\na'],
    ['below it', 'a\n', (text: string) => `${text}x\n`, 'a\nx\n'],
    ['below it, where a newline was missing', 'a', (text: string) => `${text}x`, 'a\nx'],
    ['in a file that was not there', null, (text: string) => `${text}x\n`, 'x\n'],
    ['within it', 'a\n', (text: string) => text.replace(`${LINES[0]}\n`, '$&x\n'), 'a\nx\n'],
    ['taken out of it', 'a', (text: string) => text.replace(`${LINES[0]}\n`, ''), 'a'],
    ['its end taken away', 'a\n', (text: string) => text.replace('# flow: end\n', 'x\n'), 'a\nx\n'],
  ])('goes alone, with all that was written %s', (_, before, edit, after) => {
    expect(out(edit(set(before) ?? ''))).toBe(after)
  })

  test('is not seen in a text that only speaks of it', () => {
    expect(hasBlock(Buffer.from('a # flow: begin\n'))).toBe(false)
    expect(out('a # flow: begin\nb\n')).toBe('a # flow: begin\nb\n')
  })
})
