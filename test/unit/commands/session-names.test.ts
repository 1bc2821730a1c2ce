import { describe, expect, test } from 'vitest'
import { namesAmong, whichSession } from '../../../src/commands/session-names.ts'
import { past } from './history/past-sessions.ts'

const sessions = [
  past('b00001', {
    sessionId: 'session-20260201T090000000Z-b00001',
    purpose: { kind: 'restore', of: 'session-20260131T140000000Z-9f2c1a' },
  }),
  past('9f2c1a'),
  past('9f33aa', { sessionId: 'session-20251231T140000000Z-9f33aa', projectPath: '/work/other' }),
  // By chance the last part of one begins as the date of another.
  past('202512', { sessionId: 'session-20251101T140000000Z-202512' }),
  past('aaaaaa', { sessionId: 'session-20251003T140000000Z-aaaaaa' }),
  past('aaaaaa', { sessionId: 'session-20251002T140000000Z-aaaaaa' }),
]
const here = sessions.filter(({ projectPath }) => projectPath === '/work/team')
const nameOf = namesAmong(sessions.map(({ sessionId }) => sessionId))
const which = (typed: string) =>
  whichSession(typed, { all: sessions, here, nameOf }).sessionId.slice('session-'.length)

test.each([
  ['session-20260131T140000000Z-9f2c1a', '20260131T140000000Z-9f2c1a'],
  ['session-20260131', '20260131T140000000Z-9f2c1a'],
  ['20251231T14', '20251231T140000000Z-9f33aa'],
  ['9f2', '20260131T140000000Z-9f2c1a'],
  ['b0', '20260201T090000000Z-b00001'],
  ['202512', '20251101T140000000Z-202512'],
  ['last', '20260131T140000000Z-9f2c1a'],
  ['latest', '20260131T140000000Z-9f2c1a'],
])('%s is %s', (typed, id) => {
  expect(which(typed)).toBe(id)
})

test('every session is found by its name', () => {
  const names = sessions.map(({ sessionId }) => nameOf(sessionId))
  expect(names).toEqual([
    ...['b00001', '9f2c1a', '9f33aa', '202512'],
    ...['20251003T140000000Z-aaaaaa', '20251002T140000000Z-aaaaaa'],
  ])
  expect(names.map((name) => `session-${which(name)}`)).toEqual(
    sessions.map(({ sessionId }) => sessionId),
  )
})

describe('what is refused', () => {
  test.each([
    ['9f', /is the beginning of 2 sessions: 9f2c1a .* claude\n9f33aa/],
    ['session', /is the beginning of 6 sessions/],
    ['aaaaaa', /is the beginning of 2 sessions: 20251003T140000000Z-aaaaaa .*\n20251002T14/],
    ['9f2c1b', /there is no past session "9f2c1b" \(did you mean "9f2c1a"\?\)/],
    ['', /there is no past session ""/],
    ['lats', /did you mean "last"\?/],
  ])('%j', (typed, message) => {
    expect(() => which(typed)).toThrow(message)
  })

  test('`last` where the project has none', () => {
    expect(() => whichSession('last', { all: sessions, here: [], nameOf })).toThrow(
      'there is no past session of this project',
    )
  })
})
