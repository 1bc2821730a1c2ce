import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { CHECKS } from '../../../../src/commands/doctor/doctor.ts'
import { SHELL_NAMES } from '../../../../src/commands/shell/snippet.ts'
import { HOOK_NAMES } from '../../../../src/git/hook-line.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')
const DIRECTORIES = ['src/commands/doctor', 'src/setup'].map((path) => join(ROOT, path))

test('docs/DOCTOR.md lists every id that a finding can have, and no other', () => {
  const sources = DIRECTORIES.flatMap((directory) =>
    readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8')),
  )
  const inSource = sources.flatMap((text) => [
    ...text.matchAll(/(?:\b(?:ok|warning|broken)\(\s*|const ID = )'([a-z-]+)'/g),
  ])
  const ids = [
    ...inSource.map(([, id = '']) => id),
    ...CHECKS.map(({ id }) => id),
    ...HOOK_NAMES.map((name) => `hook-${name}`),
    ...SHELL_NAMES.map((name) => `shell-${name}`),
  ]
  const docs = readFileSync(join(ROOT, 'docs/DOCTOR.md'), 'utf8')
  const rows = docs.split('\n').filter((line) => line.startsWith('| `'))
  const documented = rows.flatMap((row) => {
    return [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, id = '']) => id)
  })
  expect(documented.sort()).toEqual([...new Set(ids)].sort())
})
