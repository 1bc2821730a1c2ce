/** The shells that run hooks: `sh` is one of these, or a shebang names it. */
import { describe } from 'vitest'
import { findExecutable } from '../../src/ports/find-executable.ts'

/** Those of `npm test`; the others are in the project `slow`. */
export const COMMON_SHELLS = ['dash', 'bash', 'zsh']

export const OTHER_SHELLS = [
  'bash --posix',
  'busybox sh',
  'zsh --emulate sh',
  'ksh',
  'mksh',
  'yash',
]

/** Declares the same tests for each shell; those of a shell that is missing here are skipped. */
export function inShells(
  names: readonly string[],
  declare: (shell: readonly string[]) => void,
): void {
  for (const name of names) {
    const [program = '', ...options] = name.split(' ')
    const path = findExecutable(program, '/', process.env.PATH)
    describe.skipIf(path === null)(name, () => declare([path ?? '', ...options]))
  }
}
