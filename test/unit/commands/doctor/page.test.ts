import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { toJson, toText } from '../../../../src/commands/doctor/page.ts'
import type { Finding } from '../../../../src/setup/finding.ts'

const FINDINGS: readonly Finding[] = [
  { id: 'git', status: 'ok', title: 'git 2.39.5' },
  {
    id: 'switches',
    status: 'warning',
    title: 'HUSKY=0 is set',
    detail: 'husky runs no hooks',
    mend: 'unset HUSKY',
  },
  { id: 'a', status: 'broken', title: 'it broke', detail: 'why\nin two lines', mend: 'one\ntwo' },
  { id: 'b', status: 'broken', title: 'nobody can mend it' },
]

const plain = pc.createColors(false)

describe('the findings on a page', () => {
  test('a line for each; details and commands only where something is wrong', () => {
    expect(toText(FINDINGS, plain)).toBe(`  ok       git 2.39.5
  warning  HUSKY=0 is set
           husky runs no hooks
             unset HUSKY
  broken   it broke
           why
           in two lines
             one
             two
  broken   nobody can mend it

2 broken, 1 warning: below each stands the command that mends it
`)
  })

  test.each([
    [['ok', 'ok'], 'all is well'],
    [['warning'], '1 warning: '],
    [['warning', 'warning'], '2 warnings: '],
    [['broken', 'ok'], '1 broken: '],
  ] as const)('of %j it says in the end %j', (statuses, words) => {
    const findings = statuses.map((status) => ({ id: 'x', status, title: 'x' }))
    const [last = ''] = toText(findings, plain).trimEnd().split('\n').slice(-1)
    expect(last.startsWith(words)).toBe(true)
  })

  test('a title is one line, whatever a path holds', () => {
    const finding = { id: 'x', status: 'ok', title: 'in /two\nlines' } as const
    expect(toText([finding], plain).split('\n')[0]).toBe('  ok       in /two\\nlines')
  })

  test('with colours the words are the same', () => {
    const coloured = toText(FINDINGS, pc.createColors(true))
    expect(coloured).toContain('\u001b[')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(toText(FINDINGS, plain))
  })

  test('as JSON it has a version, and leaves nothing out', () => {
    expect(JSON.parse(toJson(FINDINGS))).toEqual({ version: 1, findings: FINDINGS })
  })
})
