import { describe, expect, test } from 'vitest'
import { whichSession } from '../../../../src/commands/restore/which.ts'
import { past } from '../history/past-sessions.ts'

const sessions = [
  past('b00001', {
    sessionId: 'session-20260201T090000000Z-b00001',
    purpose: { kind: 'restore', of: 'session-20260131T140000000Z-9f2c1a' },
  }),
  past('9f2c1a'),
  past('9f33aa', { sessionId: 'session-20251231T140000000Z-9f33aa', projectPath: '/work/other' }),
]
const here = sessions.filter(({ projectPath }) => projectPath === '/work/team')
const which = (typed: string) => whichSession(typed, sessions, here).sessionId.slice(-6)

test.each([
  ['session-20260131T140000000Z-9f2c1a', '9f2c1a'],
  ['session-20260131', '9f2c1a'],
  ['20251231T14', '9f33aa'],
  ['9f2', '9f2c1a'],
  ['b0', 'b00001'],
  ['last', '9f2c1a'],
  ['latest', '9f2c1a'],
])('%s is %s', (typed, id) => {
  expect(which(typed)).toBe(id)
})

describe('what is refused', () => {
  test.each([
    ['9f', /is the beginning of 2 sessions: 9f2c1a .* claude\n9f33aa/],
    ['session', /is the beginning of 3 sessions/],
    ['9f2c1b', /there is no past session "9f2c1b" \(did you mean "9f2c1a"\?\)/],
    ['', /there is no past session ""/],
    ['lats', /did you mean "last"\?/],
  ])('%j', (typed, message) => {
    expect(() => which(typed)).toThrow(message)
  })

  test('`last` where the project has none', () => {
    expect(() => whichSession('last', sessions, [])).toThrow(
      'there is no past session of this project',
    )
  })
})
