import { describe, expect, test } from 'vitest'
import { hookLine } from '../../../src/git/hook-line.ts'
import type { HookEntry } from '../../../src/setup/hook-managers.ts'
import { simpleGitHooks } from '../../../src/setup/simple-git-hooks.ts'

const LINE = hookLine('pre-commit')
const ENTRY = { name: 'pre-commit', line: LINE } as const
const CHECKOUT = { name: 'post-checkout', line: hookLine('post-checkout') } as const

const add = (text: string, isPackage: boolean, entries: HookEntry[]) =>
  simpleGitHooks.configuration?.add(isPackage ? '/r/package.json' : '/r/x.json', text, entries)

describe("simple-git-hooks' commands", () => {
  test('in package.json: a new one, and one in front of what is there', () => {
    const before =
      '{\n\t"simple-git-hooks": {\n\t\t"pre-commit": "npx lint",\n\t\t"pre-push": "x"\n\t},\n\t"name": "x"\n}'
    const after = add(before, true, [CHECKOUT, ENTRY]) ?? ''
    expect(after).toBe(
      before
        .replace('"npx lint"', JSON.stringify(`${LINE}\nnpx lint`))
        .replace('"x"\n\t},', `"x",\n\t\t"post-checkout": ${JSON.stringify(CHECKOUT.line)}\n\t},`),
    )
    expect(add(after, true, [CHECKOUT, ENTRY])).toBe(after)
  })

  test('in a file of its own', () => {
    const after = add('{\n  "pre-commit": "x"\n}\n', false, [CHECKOUT, ENTRY]) ?? ''
    expect(after).toBe(
      `{\n  "pre-commit": ${JSON.stringify(`${LINE}\nx`)},\n  "post-checkout": ${JSON.stringify(CHECKOUT.line)}\n}\n`,
    )
  })

  test.each([
    ['a path to another file', '{"simple-git-hooks": "./hooks.js"}'],
    ['a command that is no text', '{"simple-git-hooks": {"pre-commit": ["x"]}}'],
    ['broken JSON', '{"simple-git-hooks": '],
  ])('%s is left to a person', (_, text) => {
    expect(add(text, true, [ENTRY])).toBeNull()
  })

  test('who is shown the lines', () => {
    expect(simpleGitHooks.configuration?.byHand('', [ENTRY])).toBe(
      `"pre-commit": ${JSON.stringify(LINE)},`,
    )
  })
})
