import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addHookLine,
  carriesHookLine,
  HOOK_NAMES,
  type HookName,
  hookLine,
  otherCalls,
  removeHookLines,
} from '../../../src/git/hook-line.ts'
import { shellWord } from '../../../src/shell-word.ts'

const LINE = `${hookLine('post-checkout')}\n`

/** The hook after the line was added; text in, text out. */
function added(hook: Buffer | string | null, name: HookName = 'post-checkout'): Buffer {
  const edit = addHookLine(hook === null ? null : Buffer.from(hook), name)
  if (edit.kind !== 'added') throw new Error(edit.kind)
  return edit.bytes
}

test('the line is one constant for each hook', () => {
  expect(HOOK_NAMES.map(hookLine)).toEqual(
    ['post-checkout', 'post-merge', 'pre-commit'].map(
      (name) =>
        `flow_home=\${FLOW_HOME:-\${HOME:-.}/.sylphx-flow}; case $flow_home in /*) [ -O "$flow_home/hooks/${name}" ] && . "$flow_home/hooks/${name}" ;; esac || : # flow`,
    ),
  )
})

describe('the line in a hook', () => {
  test.each([
    ['a new hook starts with a shebang', null, `#!/bin/sh\n${LINE}`],
    ['an empty hook', '', LINE],
    ['a hook without shebang', 'npm test\n', `${LINE}npm test\n`],
    ['behind the shebang', '#!/bin/sh\nnpm test\n', `#!/bin/sh\n${LINE}npm test\n`],
    ['a shebang through env', '#!/usr/bin/env bash\nx\n', `#!/usr/bin/env bash\n${LINE}x\n`],
    ['a shebang alone, without newline', '#!/bin/sh', `#!/bin/sh\n${LINE.trimEnd()}`],
    ['a shebang alone', '#!/bin/sh\n', `#!/bin/sh\n${LINE}\n`],
    ['no newline at the end', '#!/bin/sh\nnpm test', `#!/bin/sh\n${LINE}npm test`],
    ['a hook that ends early', '#!/bin/sh\nexit 0', `#!/bin/sh\n${LINE}exit 0`],
    ['end of line of Windows', '#!/bin/sh\r\nx\r\n', `#!/bin/sh\r\n${LINE}x\r\n`],
    [
      'behind the line of husky 8, which starts the hook anew',
      '#!/usr/bin/env sh\n# ours\n. "$(dirname -- "$0")/_/husky.sh"\n\nnpm test\n',
      `#!/usr/bin/env sh\n# ours\n. "$(dirname -- "$0")/_/husky.sh"\n${LINE}\nnpm test\n`,
    ],
    [
      'behind the line of husky 8 at the very end',
      '#!/bin/sh\n. "$(dirname "$0")/_/husky.sh"',
      `#!/bin/sh\n. "$(dirname "$0")/_/husky.sh"\n${LINE.trimEnd()}`,
    ],
  ])('%s', (_, before, after) => {
    expect(added(before).toString()).toBe(after)
  })

  test('bytes that are no UTF-8 stay as they are', () => {
    const hook = Buffer.from([0x23, 0x20, 0xe9, 0x0a, 0xff, 0x0a])
    expect(added(hook)).toEqual(Buffer.concat([Buffer.from(LINE), hook]))
  })

  test('a hook has it once only', () => {
    expect(addHookLine(added('npm test\n'), 'post-checkout')).toEqual({ kind: 'present' })
  })

  test('inside a line of the user it counts, in a comment it does not, and each hook has its own', () => {
    const line = hookLine('post-checkout')
    expect(carriesHookLine(Buffer.from(`  if true; then ${line}\nfi\n`), 'post-checkout')).toBe(
      true,
    )
    expect(carriesHookLine(Buffer.from(`  # ${line}\n`), 'post-checkout')).toBe(false)
    expect(carriesHookLine(Buffer.from(line), 'post-merge')).toBe(false)
  })

  test.each([
    ['#!/opt/ash/python3', 'not-shell'],
    ['#!/usr/bin/env -S node --title=sh', 'not-shell'],
    ['#!/usr/bin/perl -w # bash', 'not-shell'],
    ['#!/usr/bin/env', 'not-shell'],
    ['#!/usr/bin/env -i PATH=/bin bash', 'added'],
    ['#! /bin/busybox sh', 'added'],
    ['#!C:/Git/usr/bin/sh.exe', 'added'],
  ])('the interpreter decides: %s', (shebang, kind) => {
    expect(addHookLine(Buffer.from(`${shebang}\nx\n`), 'post-checkout').kind).toBe(kind)
  })

  test('a compiled program stays as it is', () => {
    const program = Buffer.from('7f454c4602010100000000000a', 'hex')
    expect(addHookLine(program, 'pre-commit')).toEqual({ kind: 'not-shell', what: 'a program' })
  })

  test('what is no shell script is left to the person', () => {
    const edit = addHookLine(Buffer.from('#!/usr/bin/env python3\n'), 'post-checkout')
    expect(edit).toEqual({ kind: 'not-shell', what: '#!/usr/bin/env python3' })
    expect(addHookLine(Buffer.from('#!/bin/zsh\n'), 'post-checkout').kind).toBe('added')
  })
})

describe('the line comes out of a hook as it went in', () => {
  test.each([
    ['empty', ''],
    ['a shebang alone', '#!/bin/sh\n'],
    ['a shebang without newline', '#!/bin/sh'],
    ['a shebang and blanks', '#!/bin/sh\n\n  '],
    ['without shebang', 'npm test\n'],
    ['behind the shebang', '#!/bin/sh\nnpm test\n'],
    ['no newline at the end', '#!/bin/sh\nnpm test'],
    ['end of line of Windows', '#!/bin/sh\r\nx\r\n'],
    ['husky 8', '#!/usr/bin/env sh\n. "$(dirname -- "$0")/_/husky.sh"\n\nnpm test\n'],
    ['no UTF-8', '# \xe9\n\xff\n'],
  ])('%s', (_, text) => {
    const hook = Buffer.from(text, 'latin1')
    for (const name of HOOK_NAMES) {
      const { bytes, removedCount } = removeHookLines(added(hook, name))
      expect([bytes.toString('latin1'), removedCount]).toEqual([text, 1])
    }
    expect(removeHookLines(hook)).toMatchObject({ bytes: hook, removedCount: 0 })
  })

  test('from any place, also where git has changed the ends of its lines', () => {
    const hook = `#!/bin/sh\nbefore\n${LINE}after\n`
    const remove = (text: string) => removeHookLines(Buffer.from(text)).bytes.toString()
    expect(remove(hook)).toBe('#!/bin/sh\nbefore\nafter\n')
    expect(remove(hook.replaceAll('\n', '\r\n'))).toBe('#!/bin/sh\r\nbefore\r\nafter\r\n')
    expect(remove(LINE.trimEnd())).toBe('')
  })

  test('any hook, any place: removed(added(x)) is x', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('#!/bin/sh', 'x', '# é', 'exit 0', '', '\r'), { maxLength: 6 }),
        fc.constantFrom(...HOOK_NAMES),
        (lines, name) => {
          const hook = Buffer.from(lines.join('\n'))
          const edit = addHookLine(hook, name)
          if (edit.kind !== 'added') return
          const { bytes, isMade } = removeHookLines(edit.bytes)
          expect([bytes.toString(), isMade]).toEqual([hook.toString(), false])
        },
      ),
    )
  })
})

test.each([
  ['#!/bin/sh\n', true],
  ['', true],
  ['#!/bin/sh\n\n', true],
  ['#!/bin/sh\n# a comment\n', false],
  ['npm test\n', false],
])('of %j nothing is left: %s', (rest, isBare) => {
  expect(removeHookLines(added(rest)).isBare).toBe(isBare)
})

test('what is not the line is named, and stays', () => {
  const call = '. ~/.sylphx-flow/hooks/post-checkout'
  const hook = Buffer.from(`#!/bin/sh\n${call}\n# ${call}\n${LINE}${LINE.trimEnd()} really\n`)
  expect(otherCalls(hook)).toEqual([2, 5])
  expect(removeHookLines(hook)).toMatchObject({ removedCount: 1 })
  expect(removeHookLines(hook).bytes.toString()).toContain(call)
})

test.each([
  ['plain/path-1.0_x@y', 'plain/path-1.0_x@y'],
  ['', "''"],
  ['a b', "'a b'"],
  ['$HOME', "'$HOME'"],
  ["it's", "'it'\\''s'"],
  ['line\nbreak', "'line\nbreak'"],
  ['ä', "'ä'"],
])('a shell reads %j as one word', (text, word) => {
  expect(shellWord(text)).toBe(word)
})
