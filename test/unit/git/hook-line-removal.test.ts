import { describe, expect, test } from 'vitest'
import { addHookLine, hookLine } from '../../../src/git/hook-line.ts'
import { removeHookLines } from '../../../src/git/hook-line-removal.ts'

const SCRIPT = 'node_modules/flow-agent/templates/hooks/entry.sh'
const added = (hook: Buffer, script = SCRIPT) => {
  const edit = addHookLine(hook, script)
  if (edit.kind !== 'added') throw new Error(edit.kind)
  return edit.bytes
}

describe('the line comes out of a hook as it went in', () => {
  test.each([
    ['empty', ''],
    ['without shebang', 'npm test\n'],
    ['behind the shebang', '#!/bin/sh\nnpm test\n'],
    ['no newline at the end', '#!/bin/sh\nnpm test'],
    ['end of line of Windows', '#!/bin/sh\r\nx\r\n'],
    ['husky 8', '#!/usr/bin/env sh\n. "$(dirname -- "$0")/_/husky.sh"\n\nnpm test\n'],
    ['no UTF-8', '# \xe9\n\xff\n'],
  ])('%s', (_, text) => {
    const hook = Buffer.from(text, 'latin1')
    for (const script of [SCRIPT, "a b/it's/flow-agent/templates/hooks/pre-commit.sh"]) {
      const { bytes, removedCount } = removeHookLines(added(hook, script))
      expect([bytes.toString('latin1'), removedCount]).toEqual([text, 1])
    }
    expect(removeHookLines(hook)).toMatchObject({ bytes: hook, removedCount: 0 })
  })

  test('what was added round it stays', () => {
    const hook = `#!/bin/sh\nbefore\n${hookLine(SCRIPT)}\nafter\n`
    expect(removeHookLines(Buffer.from(hook)).bytes.toString()).toBe('#!/bin/sh\nbefore\nafter\n')
  })
})

test.each([
  ['#!/bin/sh\n', true],
  ['', true],
  ['#!/bin/sh\n\n', true],
  ['#!/bin/sh\n# a comment\n', false],
  ['npm test\n', false],
])('of %j nothing is left: %s', (rest, isBare) => {
  expect(removeHookLines(added(Buffer.from(rest))).isBare).toBe(isBare)
})

test("a call of the person's own is named, not taken out", () => {
  const hook = Buffer.from(`#!/bin/sh\n. ../${SCRIPT}\n# . ${SCRIPT}\n`)
  expect(removeHookLines(hook)).toMatchObject({ bytes: hook, removedCount: 0, ownWayLines: [2] })
})
