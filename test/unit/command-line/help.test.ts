import { describe, expect, test } from 'vitest'
import {
  COMMAND_NAMES,
  type CommandName,
  VISIBLE_NAMES,
  wordsOf,
} from '../../../src/command-line/definition.ts'
import { helpPage } from '../../../src/command-line/help.ts'

const PAGES: readonly (CommandName | null)[] = [null, ...VISIBLE_NAMES]

describe.each(PAGES)('help of %s', (command) => {
  const page = helpPage('10.20.30', command, undefined)
  const lines = page.split('\n').slice(0, -1)

  test('fits a screen of 24 lines and 80 columns, with the next prompt', () => {
    expect(lines.length).toBeLessThanOrEqual(23)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  test('fits it by a longer name, too', () => {
    const moved = helpPage('10.20.30', command, undefined, undefined, '"$FLOW_HOME"')
    expect(moved).toContain('\n  ls "$FLOW_HOME"/snapshots/*/*')
    const named = helpPage('10.20.30', command, undefined, 'pnpm exec flow-agent').split('\n')
    expect(named.length - 1).toBeLessThanOrEqual(23)
    expect(named.filter((line) => line.length > 80)).toEqual([])
    expect(named.filter((line) => /^ +flow /.test(line))).toEqual([])
  })

  test('ends with how to restore by hand', () => {
    const end = lines.slice(lines.indexOf('To restore by hand:'))
    expect(end.map((line) => line.slice(0, 14).trim())).toEqual([
      'To restore by',
      'flow recover',
      'flow status',
      'ls ~/.sylphx',
    ])
  })

  test('wraps in a narrow terminal, and says the same', () => {
    const narrow = helpPage('10.20.30', command, 40)
    const long = narrow.split('\n').filter((line) => line.length > 40)
    expect(long).toEqual([])
    const words = (text: string) => new Set(text.split(/\s+/))
    expect(words(narrow)).toEqual(words(page))
  })

  test('has an example that can be typed', () => {
    const example = page.replaceAll(/\s+/g, ' ')
    expect(example).toContain(`Example: flow ${command ?? ''}`)
  })

  test('a wide terminal changes nothing', () => {
    expect(helpPage('10.20.30', command, 200)).toBe(page)
  })
})

test('the list has every command that people or scripts call', () => {
  const page = helpPage('0.0.0', null, undefined)
  for (const name of VISIBLE_NAMES.filter((one) => one !== 'help')) {
    expect(page).toContain(` ${name} `)
    expect(page).toContain(wordsOf(name).summary)
  }
})

test('every option and argument of a command is told', () => {
  for (const name of COMMAND_NAMES) {
    const page = helpPage('0.0.0', name, undefined)
    const { options, argument } = wordsOf(name)
    for (const option of Object.keys(options)) expect(page).toContain(`--${option}`)
    if (argument !== undefined) expect(page).toContain(`  ${argument.name} `)
  }
})
