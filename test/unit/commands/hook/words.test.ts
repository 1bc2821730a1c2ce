import { expect, test } from 'vitest'
import { givenValue, readWords } from '../../../../src/commands/hook/words.ts'

const KNOWN = { values: ['memory', 'repeat-after'], flags: ['sessions'] }

test.each([
  [[], {}],
  [['--memory=a b.md'], { memory: 'a b.md' }],
  [['--memory', '-m.md', '--sessions'], { memory: '-m.md', sessions: true }],
  [['--memory='], { memory: '' }],
  [['--memory=a=b\nc'], { memory: 'a=b\nc' }],
  [['--repeat-after=30', '--memory', '--sessions'], { 'repeat-after': '30', memory: '--sessions' }],
])('%j are read as %j', (args, words) => {
  expect(readWords(args, KNOWN)).toEqual(words)
})

test.each([
  [['--nonsense']],
  [['--nonsense=1']],
  [['word']],
  [['--sessions=1']],
  [['--memory']],
  [['-m']],
])('%j are refused', (args) => {
  expect(() => readWords(args, KNOWN)).toThrow(TypeError)
})

test('a value that was not given is undefined', () => {
  expect(givenValue({}, 'memory')).toBeUndefined()
  expect(givenValue({ memory: '' }, 'memory')).toBe('')
})
