import { expect, test } from 'vitest'
import { CLAUDE } from '../../../src/targets/claude.ts'
import { targetNamed } from '../../../src/targets/target.ts'

test('a target is found by its name', () => {
  expect(targetNamed('claude')).toBe(CLAUDE)
})

test.each([
  ['clade', 'there is no target "clade" (did you mean "claude"?)'],
  ['constructor', 'there is no target "constructor"'],
])('%s is refused', (name, what) => {
  expect(() => targetNamed(name)).toThrow(
    expect.objectContaining({ code: 'E_TARGET_UNKNOWN', what, exitCode: 1 }),
  )
})
