import { describe, expect, test } from 'vitest'
import { HOOK_NAMES, hookLine } from '../../../src/git/hook-line.ts'
import { lefthook } from '../../../src/setup/lefthook.ts'
import { simpleGitHooks } from '../../../src/setup/simple-git-hooks.ts'

const ENTRIES = HOOK_NAMES.map((name) => {
  return { name, line: hookLine(name) }
})

describe("what init adds to another hook manager's configuration comes out again", () => {
  test.each([
    ['lefthook.yml', ''],
    ['lefthook.yml', '# nothing yet\n'],
    ['lefthook.yml', 'pre-push:\n  commands:\n    test:\n      run: npm test\n'],
    [
      'lefthook.yml',
      'pre-commit:\n  parallel: true\n  commands:\n    # ours\n    lint:\n      run: npm run lint\n\npost-merge:\n  jobs:\n    - run: npm ci\n',
    ],
    ['lefthook.yml', 'pre-commit:\r\n  commands:\r\n    lint:\r\n      run: x\r\n'],
    ['lefthook.yml', 'pre-commit:\n  parallel: true\n'],
    [
      'lefthook.json',
      '{\n  "pre-push": {\n    "commands": { "test": { "run": "npm test" } }\n  }\n}\n',
    ],
    ['lefthook.json', '{\n  // ours\n  "pre-commit": {\n    "jobs": [{ "run": "lint" }]\n  }\n}\n'],
    ['simple-git-hooks.json', '{\n  "pre-commit": "npm test",\n  "pre-push": "x"\n}\n'],
    ['simple-git-hooks.json', '{\n  "pre-push": "x"\n}\n'],
  ])('%s: %j', (path, before) => {
    const manager = path.startsWith('lefthook') ? lefthook : simpleGitHooks
    const { add, remove } = manager.configuration ?? expect.fail()
    const after = add(path, before, ENTRIES)
    expect(after).not.toBeNull()
    expect(after).not.toBe(before)
    expect(remove(path, after ?? '')).toBe(before)
    expect(remove(path, before)).toBe(before)
  })

  test('what the user wrote in another manner is left', () => {
    const text = `pre-commit: { commands: { flow: { run: '${ENTRIES[0]?.line}' } } }\n`
    expect(lefthook.configuration?.remove('lefthook.yml', text)).toBe(text)
  })
})
