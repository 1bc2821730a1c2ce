import { describe, expect, test } from 'vitest'
import { headOf, tailOf } from '../../../src/hooks/cut.ts'

const LINES = 'one\ntwo\nthree\nfour'
const FACES = '😀😀😀'

describe('headOf', () => {
  test.each([
    [LINES, 100, LINES],
    [LINES, LINES.length, LINES],
    [LINES, 12, 'one\ntwo'],
    ['a long line without an end', 6, 'a long'],
    ['ab\nlong long long', 10, 'ab\nlong lo'],
    [FACES, 3, '😀'],
    [FACES, 4, '😀😀'],
    [FACES, 1, ''],
    [LINES, 0, ''],
    [LINES, -5, ''],
  ])('of %j in %d units is %j', (text, units, head) => {
    expect(headOf(text, units)).toBe(head)
  })
})

describe('tailOf', () => {
  test.each([
    [LINES, 100, LINES],
    [LINES, LINES.length, LINES],
    [LINES, 12, 'three\nfour'],
    ['a line without an end', 6, 'an end'],
    ['long long long\nab', 10, 'ng long\nab'],
    [FACES, 3, '😀'],
    [FACES, 4, '😀😀'],
    [FACES, 1, ''],
    [LINES, 0, ''],
    [LINES, -5, ''],
  ])('of %j in %d units is %j', (text, units, tail) => {
    expect(tailOf(text, units)).toBe(tail)
  })
})
