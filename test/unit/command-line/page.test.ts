import { describe, expect, test } from 'vitest'
import { argsOf, longFlag } from '../../../src/command-line/definition.ts'
import type { PageStyle } from '../../../src/command-line/page.ts'
import { parseCommandLine } from '../../../src/command-line/parse.ts'
import { COMMANDS } from '../../../src/commands/load.ts'
import { ALL, commandNamed, NAMES, STYLE, VISIBLE_NAMES } from '../../helpers/command-line.ts'

async function pageOf(command: string | null, style: Partial<PageStyle> = {}): Promise<string> {
  const words = command === null ? ['--help'] : [command, '--help']
  const parsed = await parseCommandLine(words, COMMANDS, { ...STYLE, ...style })
  return parsed.kind === 'text' ? parsed.text : ''
}

const linesOf = (page: string) => page.split('\n').slice(0, -1)

describe.each([null, ...NAMES])('the page of %s', (command) => {
  test.each(['flow', 'npx flow-agent', 'pnpm exec flow-agent'])(
    'called %s fits a screen of 24 lines and 80 columns, with the next prompt',
    async (name) => {
      const lines = linesOf(await pageOf(command, { program: () => name }))
      expect(lines.length).toBeLessThanOrEqual(23)
      expect(lines.filter((line) => line.length > 80)).toEqual([])
      expect(lines[0]).toMatch(new RegExp(`^Usage: ${name} ${command ?? '\\[options\\]'}`))
    },
  )

  test('wraps in a narrow terminal, all but what is to be typed', async () => {
    const narrow = await pageOf(command, { columns: () => 50 })
    const [usage = '', ...lines] = linesOf(narrow.split('\nExamples:')[0] ?? '')
    expect(usage).toMatch(/^Usage: flow/)
    expect(lines.filter((line) => line.length > 50)).toEqual([])
    const words = (text: string) => text.split(/\s+/)
    expect(words(narrow)).toEqual(words(await pageOf(command)))
  })

  test('has colours where they are wanted, and the same text', async () => {
    const colored = await pageOf(command, { hasColors: () => true })
    expect(colored).toContain('\u001b[1mUsage:\u001b[22m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(await pageOf(command))
  })
})

test.each(NAMES)('the page of %s has each argument and ends with examples', async (name) => {
  const page = await pageOf(name)
  const command = commandNamed(name)
  for (const arg of argsOf(command, 'option')) expect(page).toContain(longFlag(arg))
  for (const { usage } of argsOf(command, 'positional')) {
    expect(page).toContain(`\n  ${usage.slice(1, -1)}`)
  }
  const examples = command.meta.examples.map((line) => `  ${line}\n`).join('')
  expect(page.endsWith(`\n\nExamples:\n${examples}`)).toBe(true)
  expect(examples).toContain(`flow ${name}`)
})

test('the list has every command that people call, and none that programs call', async () => {
  const page = await pageOf(null)
  const listed = linesOf(page).map((line) => /^ {2}([a-z-]+) /.exec(line)?.[1])
  expect(listed.filter((name) => name !== undefined)).toEqual([...VISIBLE_NAMES, 'help'])
  for (const name of VISIBLE_NAMES) expect(page).toContain(commandNamed(name).meta.summary)
  expect(NAMES.filter((name) => ALL[name]?.meta.isHidden)).toEqual([
    ...['hook', 'prepare', 'pre-commit', 'clean', 'complete'],
  ])
})
