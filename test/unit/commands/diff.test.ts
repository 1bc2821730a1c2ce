import { expect, test } from 'vitest'
import { diff } from '../../../src/commands/diff.ts'

test.each([
  ['a new file', null, 'a\nb\n', '--- /dev/null\n+++ f\n+a\n+b\n'],
  [
    'an added line, with two lines round it',
    '1\n2\n3\n4\n5\n',
    '1\n2\n3\nx\n4\n5\n',
    '--- f\n+++ f\n@@\n 2\n 3\n+x\n 4\n 5\n',
  ],
  ['a changed line', 'a\nb\nc\n', 'a\nB\nc\n', '--- f\n+++ f\n a\n-b\n+B\n c\n'],
  [
    'two places far apart',
    'a\n1\n2\n3\n4\n5\nb\n',
    'A\n1\n2\n3\n4\n5\nB\n',
    '--- f\n+++ f\n-a\n+A\n 1\n 2\n@@\n 4\n 5\n-b\n+B\n',
  ],
  ['a newline that is missing', 'a', 'a\n', '--- f\n+++ f\n-a\n\\ No newline at end of file\n+a\n'],
  ['an empty file', '', 'a\n', '--- f\n+++ f\n+a\n'],
  [
    'other line ends',
    'a\r\n',
    'a\n',
    '--- f\n+++ f\nonly line ends or bytes that are no text differ\n',
  ],
  ['the same bytes', 'a\n', 'a\n', '--- f\n+++ f\n'],
])('%s', (_, before, after, text) => {
  const [old, fresh] = [before, after].map((one) => (one === null ? null : Buffer.from(one)))
  expect(diff('f', old ?? null, fresh ?? null)).toBe(text)
})
