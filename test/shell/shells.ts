/** The shells that run hooks: `sh` is one of these, or a shebang names it. */
import { describe } from 'vitest'
import { findExecutable } from '../../src/ports/find-executable.ts'

const SHELLS = [
  'dash',
  'bash --posix',
  'bash',
  'busybox sh',
  'zsh --emulate sh',
  'zsh',
  'ksh',
  'mksh',
  'yash',
]

/** Declares the same tests for each shell; those of a shell that is missing here are skipped. */
export function inEveryShell(declare: (shell: readonly string[]) => void): void {
  for (const name of SHELLS) {
    const [program = '', ...options] = name.split(' ')
    const path = findExecutable(program, '/', process.env.PATH)
    describe.skipIf(path === null)(name, () => declare([path ?? '', ...options]))
  }
}
