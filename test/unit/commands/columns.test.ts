import { describe, expect, test } from 'vitest'
import {
  layOut,
  padTo,
  printable,
  truncateTo,
  widthOf,
  withTilde,
  wrap,
} from '../../../src/commands/columns.ts'

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
  })
})

test.each([
  ['settings.json', 20, 'settings.json'],
  ['settings.json', 8, 'setting…'],
  ['東京東京', 6, '東京…'],
  ['settings', 0, ''],
])('%s in %d columns', (text, width, cut) => {
  expect(truncateTo(text, width)).toBe(cut)
  expect(widthOf(truncateTo(text, width))).toBeLessThanOrEqual(width)
})

test.each([
  ['one two three', 7, ['one two', 'three']],
  ['one two', 80, ['one two']],
  ['a-word-that-is-wider one', 5, ['a-word-that-is-wider', 'one']],
  ['東京 東京', 8, ['東京', '東京']],
  ['', 5, ['']],
])('%j in %d columns is folded between words', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines)
})

test('cells are side by side as far as there is room, and below where there is not', () => {
  const cells = ['9f2c1a', '2 min', 'claude  ', 'killed; recovered by a git hook']
  expect(layOut(cells, 80, 8)).toEqual(['9f2c1a  2 min  claude    killed; recovered by a git hook'])
  expect(layOut(cells, 30, 8)).toEqual([
    '9f2c1a  2 min  claude',
    '        killed; recovered by a',
    '        git hook',
  ])
})

test.each([
  ['/home/me/team', '~/team'],
  ['/home/men', '/home/men'],
])('%s of /home/me is %s', (path, shown) => {
  expect(withTilde(path, '/home/me')).toBe(shown)
  expect(withTilde(path, '')).toBe(path)
})

test('a colour ends where its text is cut off', () => {
  expect(truncateTo('\x1b[32mgreen\x1b[39m', 3)).toBe('\x1b[32mgr…\x1b[0m')
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
