import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { hookLine } from '../../../src/git/hook-line.ts'
import type { HookEntry } from '../../../src/setup/hook-managers.ts'
import { lefthook } from '../../../src/setup/lefthook.ts'

const entry = (name: HookEntry['name']): HookEntry => ({
  name,
  line: hookLine(name),
})
const CHECKOUT = entry('post-checkout')
const COMMIT = entry('pre-commit')
const RUN = `'${COMMIT.line}'`
const edit = (text: string, entries = [COMMIT], path = 'lefthook.yml') =>
  lefthook.configuration?.add(path, text, entries)

const byHand = (path: string, entries: HookEntry[]) =>
  lefthook.configuration?.byHand(path, entries) ?? ''

describe("lefthook's YAML", () => {
  test.each([
    [
      'a new hook comes last',
      '# ours\npre-push:\n  commands: {a: {run: x}}   # odd\n',
      `# ours\npre-push:\n  commands: {a: {run: x}}   # odd\npre-commit:\n  commands:\n    flow:\n      priority: 1\n      run: ${RUN}\n`,
    ],
    [
      'comments alone, without a newline at the end, which stays so',
      '# nothing yet',
      `# nothing yet\npre-commit:\n  commands:\n    flow:\n      priority: 1\n      run: ${RUN}`,
    ],
    [
      'in front of the commands, whose comments stay theirs',
      'pre-commit:\n    parallel: true\n    commands: # all\n        # lint first\n        lint:\n            run: x\n',
      `pre-commit:\n    parallel: true\n    commands: # all\n        flow:\n          priority: 1\n          run: ${RUN}\n        # lint first\n        lint:\n            run: x\n`,
    ],
    [
      'in front of the jobs',
      'pre-commit:\n  jobs:\n  - run: x\n  - run: y',
      `pre-commit:\n  jobs:\n  - name: flow\n    run: ${RUN}\n  - run: x\n  - run: y`,
    ],
    [
      'beside scripts',
      'pre-commit:\n  scripts:\n    "a.sh":\n      runner: sh\n',
      `pre-commit:\n  commands:\n    flow:\n      priority: 1\n      run: ${RUN}\n  scripts:\n    "a.sh":\n      runner: sh\n`,
    ],
    [
      'end of line of Windows',
      'pre-commit:\r\n  jobs:\r\n    - run: x\r\n',
      `pre-commit:\r\n  jobs:\r\n    - name: flow\r\n      run: ${RUN}\r\n    - run: x\r\n`,
    ],
  ])('%s', (_, before, after) => {
    expect(edit(before)).toBe(after)
    expect(edit(after)).toBe(after)
  })

  test('several hooks in one text', () => {
    const text = edit('pre-commit:\n  jobs:\n    - run: x\n', [CHECKOUT, COMMIT]) ?? ''
    expect(parse(text)).toEqual({
      'pre-commit': { jobs: [{ name: 'flow', run: COMMIT.line }, { run: 'x' }] },
      'post-checkout': { commands: { flow: { priority: 1, run: CHECKOUT.line } } },
    })
  })

  test.each([
    ['braces', 'pre-commit: {commands: {a: {run: x}}}\n'],
    ['braces round all', '{pre-commit: {commands: {a: {run: x}}}}\n'],
    ['a hook without anything', 'pre-commit:\n'],
    ['an alias', 'x: &x\n  commands:\n    a: {run: y}\npre-commit: *x\n'],
    ['a command of that name', 'pre-commit:\n  commands:\n    flow:\n      run: x\n'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['an end of the document', 'a: 1\n...\n'],
    ['a tab', 'a:\n\tb: 1\n'],
    ['a list', '- a\n'],
  ])('%s is left to a person', (_, text) => {
    expect(edit(text)).toBeNull()
  })
})

describe("lefthook's JSON", () => {
  const CHECK = 'lefthook.jsonc'
  test('comments and order stay; a new hook comes last', () => {
    const before = '{\n    // ours\n    "pre-push": { "jobs": [] }\n}\n'
    const after = edit(before, [COMMIT], CHECK) ?? ''
    expect(after.startsWith('{\n    // ours\n    "pre-push": { "jobs": [] },\n')).toBe(true)
    expect(after).toContain(`"run": ${JSON.stringify(COMMIT.line)}`)
    expect(edit(after, [COMMIT], CHECK)).toBe(after)
  })

  test.each([
    [
      '{"pre-commit": {"jobs": [{"run": "x"}]}}',
      { jobs: [{ name: 'flow', run: COMMIT.line }, { run: 'x' }] },
    ],
    [
      '{"pre-commit": {"parallel": true, "commands": {"a": {"run": "x"}}}}',
      {
        parallel: true,
        commands: { flow: { priority: 1, run: COMMIT.line }, a: { run: 'x' } },
      },
    ],
  ])('in front of what %s has', (before, hook) => {
    const after = edit(before, [COMMIT], 'lefthook.json') ?? ''
    expect(JSON.stringify(JSON.parse(after)['pre-commit'])).toBe(JSON.stringify(hook))
  })
})

test('TOML is left to a person, who is shown each line in the words of the file', () => {
  expect(edit('', [COMMIT], 'lefthook.toml')).toBeNull()
  expect(byHand('lefthook.toml', [COMMIT])).toBe(
    `[pre-commit.commands.flow]\nrun = ${JSON.stringify(COMMIT.line)}`,
  )
  expect(parse(byHand('lefthook.yml', [COMMIT, CHECKOUT]))).toMatchObject({
    'post-checkout': { commands: { flow: { run: CHECKOUT.line } } },
  })
  expect(JSON.parse(byHand('lefthook.json', [COMMIT]))).toMatchObject({
    'pre-commit': { commands: { flow: { run: COMMIT.line } } },
  })
})
