import { describe, expect, test } from 'vitest'
import { cutTo, padBefore, padTo, printable, widthOf } from '../../../src/commands/columns.ts'

describe('the width of a text', () => {
  test.each([
    ['team', 4],
    ['東京', 4],
    ['👩‍💻', 2],
    ['é', 1],
    ['\x1b[32mgreen\x1b[39m', 5],
  ])('%s is %d', (text, width) => {
    expect(widthOf(text)).toBe(width)
    expect(widthOf(padTo(text, 9))).toBe(9)
    expect(widthOf(padBefore(text, 9))).toBe(9)
  })
})

test.each([
  ['settings.json', 20, 'settings.json'],
  ['settings.json', 8, 'setting…'],
  ['東京東京', 6, '東京…'],
  ['settings', 0, ''],
])('%s in %d columns', (text, width, cut) => {
  expect(cutTo(text, width)).toBe(cut)
  expect(widthOf(cutTo(text, width))).toBeLessThanOrEqual(width)
})

test('a colour ends where its text is cut off', () => {
  expect(cutTo('\x1b[32mgreen\x1b[39m', 3)).toBe('\x1b[32mgr…\x1b[0m')
})

test.each([
  ['a name', 'a name'],
  ['clears\x1b[2J', 'clears\\x1b[2J'],
  ['two\nlines', 'two\\nlines'],
  ['\u202eturned', '\\u202eturned'],
  ['\x9b31m', '\\x9b31m'],
])('what would move the cursor is shown instead: %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})
