import { expect, test } from 'vitest'
import type { DoctorContext } from '../../../../src/commands/doctor/context.ts'
import { CHECKS, examine } from '../../../../src/commands/doctor/doctor.ts'
import { FlowError } from '../../../../src/errors.ts'

const context = { ports: { log: () => undefined } } as unknown as DoctorContext

test('a check that fails is a finding, and those behind it are made', () => {
  const findings = examine(context, [
    {
      id: 'one',
      look() {
        throw new FlowError({ code: 'E_X', what: 'it is closed', why: 'EACCES', next: 'open it' })
      },
    },
    {
      id: 'two',
      look() {
        throw new TypeError('not a function')
      },
    },
    { id: 'three', look: () => null },
    { id: 'four', look: () => [{ id: 'five', status: 'ok', title: 'fine' }] },
  ])
  expect(findings).toEqual([
    { id: 'one', status: 'broken', title: 'it is closed', detail: 'EACCES\nopen it' },
    { id: 'two', status: 'broken', title: 'could not check two', detail: 'not a function' },
    { id: 'five', status: 'ok', title: 'fine' },
  ])
})

test('no two checks have the same id', () => {
  const ids = CHECKS.map(({ id }) => id)
  expect(ids.length).toBeGreaterThan(10)
  expect(new Set(ids).size).toBe(ids.length)
})
