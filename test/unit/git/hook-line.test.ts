import { describe, expect, test } from 'vitest'
import {
  addHookLine,
  carriesHookLine,
  hookLine,
  hookScriptPath,
} from '../../../src/git/hook-line.ts'
import { shellWord } from '../../../src/shell-word.ts'

const SCRIPT = 'node_modules/flow-agent/templates/hooks/entry.sh'
const LINE = `[ ! -r ./${SCRIPT} ] || . ./${SCRIPT} || : # flow\n`

/** The hook after the line was added; text in, text out. */
function added(hook: string | null): string {
  const edit = addHookLine(hook === null ? null : Buffer.from(hook), SCRIPT)
  if (edit.kind !== 'added') throw new Error(edit.kind)
  return edit.bytes.toString()
}

describe('the line in a hook', () => {
  test.each([
    ['a new hook starts with a shebang', null, `#!/bin/sh\n${LINE}`],
    ['an empty hook', '', LINE],
    ['a hook without shebang', 'npm test\n', `${LINE}npm test\n`],
    ['behind the shebang', '#!/bin/sh\nnpm test\n', `#!/bin/sh\n${LINE}npm test\n`],
    ['a shebang through env', '#!/usr/bin/env bash\nx\n', `#!/usr/bin/env bash\n${LINE}x\n`],
    ['a shebang alone, without newline', '#!/bin/sh', `#!/bin/sh\n${LINE}`],
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
      `#!/bin/sh\n. "$(dirname "$0")/_/husky.sh"\n${LINE}`,
    ],
  ])('%s', (_, before, after) => {
    expect(added(before)).toBe(after)
  })

  test('bytes that are no UTF-8 stay as they are', () => {
    const hook = Buffer.from([0x23, 0x20, 0xe9, 0x0a, 0xff, 0x0a])
    const edit = addHookLine(hook, SCRIPT)
    expect(edit).toEqual({ kind: 'added', bytes: Buffer.concat([Buffer.from(LINE), hook]) })
  })

  test('a hook has it once only', () => {
    expect(addHookLine(Buffer.from(added('npm test\n')), SCRIPT)).toEqual({ kind: 'present' })
  })

  test('a line written by hand counts, a comment does not', () => {
    expect(carriesHookLine(Buffer.from(`. ../${SCRIPT}`), SCRIPT)).toBe(true)
    expect(carriesHookLine(Buffer.from(`  # . ../${SCRIPT}`), SCRIPT)).toBe(false)
  })

  test('what is no shell script is left to the person', () => {
    const edit = addHookLine(Buffer.from('#!/usr/bin/env python3\n'), SCRIPT)
    expect(edit).toEqual({ kind: 'not-shell', shebang: '#!/usr/bin/env python3' })
  })

  test('a star stands for any name, and nothing else does', () => {
    const line = hookLine('.yarn/unplugged/flow-agent-*/$x/a.sh')
    const word = "./.yarn/unplugged/flow-agent-*'/$x/a.sh'"
    expect(line).toBe(`[ ! -r ${word} ] 2>/dev/null || . ${word} || : # flow`)
  })

  test('zsh gets no star, at which it would end the hook where flow is not installed', () => {
    const zsh = Buffer.from('#!/bin/zsh\n')
    expect(addHookLine(zsh, 'a-*/templates/hooks/entry.sh').kind).toBe('not-shell')
    expect(addHookLine(zsh, SCRIPT).kind).toBe('added')
  })

  test('each hook has a script of its own', () => {
    const path = hookScriptPath('a/flow-agent', 'pre-commit')
    expect(path).toBe('a/flow-agent/templates/hooks/pre-commit.sh')
    expect(carriesHookLine(Buffer.from(hookLine(path)), path)).toBe(true)
    expect(carriesHookLine(Buffer.from(hookLine(path)), SCRIPT)).toBe(false)
    expect(hookScriptPath('', 'post-merge')).toBe('templates/hooks/entry.sh')
  })

  test('a path with blanks and quotes is one word', () => {
    expect(hookLine("a b/it's/$x.sh")).toBe(
      "[ ! -r './a b/it'\\''s/$x.sh' ] || . './a b/it'\\''s/$x.sh' || : # flow",
    )
  })
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
