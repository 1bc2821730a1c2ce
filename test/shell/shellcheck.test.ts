import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findExecutable } from '../../src/ports/find-executable.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const scripts = spawnSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', '*.sh', '*.bash', 'templates/hooks'],
  {
    cwd: ROOT,
    encoding: 'utf8',
  },
)
  .stdout.split('\n')
  .filter((path) => path !== '')

const isInstalled = spawnSync('shellcheck', ['--version']).status === 0

describe.skipIf(!isInstalled)('shellcheck has nothing to say', () => {
  test('there is something to check', () => {
    expect(scripts).toContain('templates/hooks/pending.sh')
    expect(scripts).toContain('templates/hooks/post-checkout')
    expect(scripts).toContain('templates/launch.sh')
    expect(scripts).toContain('templates/shell/flow.bash')
  })

  test.each(scripts)('%s', (path) => {
    const done = spawnSync('shellcheck', ['--', path], { cwd: ROOT, encoding: 'utf8' })
    expect(done.stdout + done.stderr).toBe('')
  })
})

// bash(1) reads such a pattern in `[[` without the option extglob from version 4.1 on. macOS has 3.2, for
// which it is an error of syntax that takes the whole file away.
test.each(scripts.filter((path) => path.startsWith('templates/') && path.endsWith('.bash')))(
  '%s has no pattern that bash 3.2 could not read',
  (path) => {
    expect(readFileSync(resolve(ROOT, path), 'utf8')).not.toMatch(/[?*+@!]\([^)]*\|/)
  },
)

// shellcheck knows neither zsh nor fish: they read them themselves.
describe.each([
  ['zsh', '-n'],
  ['fish', '--no-execute'],
])('%s', (shell, flag) => {
  const isThere = findExecutable(shell, '/', process.env.PATH) !== null
  test.skipIf(!isThere)(`${shell} ${flag} has nothing to say`, () => {
    const words = [flag, `templates/shell/flow.${shell}`]
    const done = spawnSync(shell, words, { cwd: ROOT, encoding: 'utf8' })
    expect({ ...done, said: done.stdout + done.stderr }).toMatchObject({ status: 0, said: '' })
  })
})
