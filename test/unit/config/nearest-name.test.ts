import { expect, test } from 'vitest'
import { didYouMean, nearestName } from '../../../src/config/nearest-name.ts'

const KEYS = ['agent', 'agents', 'memory', 'notifications', 'hooks']

test.each([
  ['agnet', 'agent'],
  ['memroy', 'memory'],
  ['notification', 'notifications'],
  ['Hooks', 'hooks'],
  ['hook', 'hooks'],
  ['notificatoins', 'notifications'],
])('%s was meant as %s', (typed, meant) => {
  expect(nearestName(typed, KEYS)).toBe(meant)
})

test.each(['theme', 'x', '', 'plugins', 'a'.repeat(100_000)])('nothing is near %.20s', (typed) => {
  expect(nearestName(typed, KEYS)).toBeUndefined()
})

test('of two near names the nearer one is suggested', () => {
  expect(nearestName('agentss', KEYS)).toBe('agents')
})

test('no suggestion adds no words', () => {
  expect(didYouMean('theme', KEYS)).toBe('')
  expect(didYouMean('agnet', KEYS)).toBe(' (did you mean "agent"?)')
})
