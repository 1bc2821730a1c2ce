import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  clone,
  git,
  hooksPath,
  installMarker,
  preparesNothing,
  read,
  runPrepare,
  write,
} from '../helpers/team-repository.ts'

describe('flow prepare', () => {
  const quiet = { code: 0, out: '', err: '' }

  test('it mends a linked worktree, where git ignores the folder of husky', async () => {
    const folder = await clone()
    await runPrepare(folder)
    const linked = join(dirname(folder), 'linked')
    git(folder, 'worktree', 'add', '-q', linked)
    expect(await runPrepare(linked)).toEqual(quiet)
    installMarker()
    git(linked, 'checkout', '-qb', 'other')
    expect(read(linked, 'marker')).toContain('.husky/post-checkout')
  })

  test.each([{ CI: '1' }, { HUSKY: '0' }, { PATH: '/nowhere' }])(
    'under %j it does nothing, without a word',
    preparesNothing,
  )

  test('hooks in .git/hooks stay on', async () => {
    const folder = await clone()
    write(join(folder, '.git/hooks/pre-push'), '#!/bin/sh\n', 0o755)
    expect((await runPrepare(folder)).err).toMatch(/^flow: git hooks in .*\n$/)
    expect(hooksPath(folder)).toBe('')
  })
})
