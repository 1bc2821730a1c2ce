import { expect, test } from 'vitest'
import { completionTable } from '../../../src/command-line/completion.ts'
import { COMMAND_NAMES, VISIBLE_NAMES, wordsOf } from '../../../src/command-line/definition.ts'

const rows = completionTable()
  .split('\n')
  .map((line) => line.split('|'))

test('every line has four parts, whatever the sentences say', () => {
  expect(rows.filter((parts) => parts.length !== 4)).toEqual([])
})

test('every command and every option is in it, and none that is hidden', () => {
  const commands = rows.filter(([name, kind]) => name === '' && kind === 'word')
  expect(commands.map(([, , word]) => word)).toEqual(VISIBLE_NAMES)
  for (const name of VISIBLE_NAMES) {
    const options = Object.keys(wordsOf(name).options).map((option) => `--${option}`)
    const told = rows.filter(([command, kind]) => command === name && kind === 'option')
    expect(told.map(([, , word]) => word)).toEqual([...options, '--help'])
  }
  expect(COMMAND_NAMES).toContain('complete')
  expect(rows.flat()).not.toContain('complete')
})
