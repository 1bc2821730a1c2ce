import { expect, test } from 'vitest'
import { rcLine } from '../../../src/commands/shell/snippet.ts'

test.each([
  ['bash', '[ ! -r /f ] || . /f || : # flow'],
  ['zsh', "[ ! -r /f ] || emulate zsh -c '. /f' || : # flow"],
  ['fish', 'test -r /f; and source /f # flow'],
] as const)('the line for %s', (name, line) => {
  expect(rcLine(name, '/f')).toBe(line)
})
