import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')

const scripts = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '*.sh', '*.bash'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .stdout.split('\n')
  .filter((path) => path !== '')

const isInstalled = spawnSync('shellcheck', ['--version']).status === 0

describe.skipIf(!isInstalled)('shellcheck has nothing to say', () => {
  test('there is something to check', () => {
    expect(scripts).toContain('templates/hooks/entry.sh')
    expect(scripts).toContain('templates/launch.sh')
  })

  test.each(scripts)('%s', (path) => {
    const done = spawnSync('shellcheck', ['--', path], { cwd: ROOT, encoding: 'utf8' })
    expect(done.stdout + done.stderr).toBe('')
  })
})
