import { expect, test } from 'vitest'
import { bar } from '../../../../src/commands/status/bar.ts'

const whole = { fromMs: 0, toMs: 100 }

test.each([
  ['the whole', 0, 100, '##########'],
  ['the second half', 50, 100, '     #####'],
  ['a part in the middle', 20, 60, '  ####    '],
  ['a moment just now shows all the same', 100, 100, '         #'],
  ['a moment at the beginning', 0, 0, '#         '],
  ['what began before, as a clock that was set back makes it', -50, 100, '##########'],
  ['what lies in the future', 200, 300, '         #'],
])('%s', (_, fromMs, toMs, drawn) => {
  expect(bar({ fromMs, toMs }, whole, 10, '#')).toBe(drawn)
})

test('a span of no length, and no room at all', () => {
  expect(bar({ fromMs: 5, toMs: 5 }, { fromMs: 5, toMs: 5 }, 4, '#')).toHaveLength(4)
  expect(bar({ fromMs: 0, toMs: 1 }, whole, 0, '#')).toBe('')
})
