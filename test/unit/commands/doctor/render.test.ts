import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { widthOf } from '../../../../src/commands/columns.ts'
import { render, toJson } from '../../../../src/commands/doctor/render.ts'
import type { Finding } from '../../../../src/setup/finding.ts'

const FINDINGS: readonly Finding[] = [
  { id: 'git', status: 'ok', title: 'git 2.39.5' },
  {
    id: 'switches',
    status: 'warning',
    title: 'HUSKY=0 is set',
    detail: 'husky runs no hooks',
    fix: 'unset HUSKY',
  },
  { id: 'a', status: 'broken', title: 'it broke', detail: 'why\nin two lines', fix: 'one\ntwo' },
  { id: 'b', status: 'broken', title: 'nobody can fix it' },
  { id: 'c', status: 'broken', title: 'nor this' },
  { id: 'd', status: 'warning', title: 'it is half broken', detail: 'too', fix: 'one\ntwo' },
]

const style = { columns: 80, colors: pc.createColors(false), isVerbose: false }

describe('the findings', () => {
  test('are problems first, each command once, and a count of what is fine', () => {
    expect(render(FINDINGS, style)).toBe(`  broken   it broke
           why
           in two lines
  warning  it is half broken
           too
             one
             two
  broken   nobody can fix it
  broken   nor this
  warning  HUSKY=0 is set
           husky runs no hooks
             unset HUSKY

3 broken, 2 warnings, 1 check passed (--verbose lists them)
`)
  })

  test('are all listed where that is asked for', () => {
    const text = render(FINDINGS, { ...style, isVerbose: true })
    expect(text).toContain(
      '\n             unset HUSKY\n  ok       git 2.39.5\n\n3 broken, 2 warnings, 1 check passed\n',
    )
  })

  test.each([
    [['ok', 'ok'], 'all is well: 2 checks passed (--verbose lists them)'],
    [['warning'], '1 warning'],
    [['broken', 'ok', 'ok'], '1 broken, 2 checks passed (--verbose lists them)'],
  ] as const)('of %j are counted as %j', (statuses, words) => {
    const findings = statuses.map((status) => ({ id: 'x', status, title: 'x' }))
    expect(render(findings, style).trimEnd().split('\n').at(-1)).toBe(words)
  })

  test.each([40, 80, 120])(
    'are folded between words in %d columns, commands are not',
    (columns) => {
      const words = 'a title of many words, '.repeat(9)
      const fix = `rm ${'x'.repeat(200)}`
      const finding = { id: 'x', status: 'broken', title: words, detail: words, fix } as const
      const lines = render([finding], { ...style, columns }).split('\n')
      expect(lines.filter((line) => widthOf(line) > columns)).toEqual([`             ${fix}`])
    },
  )

  test('give what only the user can add whole, in front of the commands', () => {
    const text = `${'a long line '.repeat(20)}\n  and one more`
    const byHand = [{ path: '/team/lefthook.toml', text }]
    const finding = { id: 'x', status: 'broken', title: 'it broke', byHand, fix: 'one' } as const
    expect(render([finding], style)).toBe(`  broken   it broke
             in /team/lefthook.toml:
               ${text.split('\n')[0]}
                 and one more
             one

1 broken
`)
    expect(JSON.parse(toJson([finding])).findings[0].byHand).toEqual(byHand)
  })

  test('have titles without a line break, whatever a path holds', () => {
    const finding = { id: 'x', status: 'broken', title: 'in /two\nlines' } as const
    expect(render([finding], style).split('\n')[0]).toBe('  broken   in /two\\nlines')
  })

  test('with colours are the same words', () => {
    const coloured = render(FINDINGS, { ...style, colors: pc.createColors(true) })
    expect(coloured).toContain('\u001b[')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(render(FINDINGS, style))
  })

  test('as JSON have a version, and nothing is left out', () => {
    const findings = FINDINGS.map(({ fix, ...one }) => ({ ...one, ...(fix && { mend: fix }) }))
    expect(JSON.parse(toJson(FINDINGS))).toEqual({ version: 1, findings })
  })
})
