/** `flow init`, a session, `flow uninstall`: nothing differs from before. */
import { describe, expect, test } from 'vitest'
import { freshTeam, git } from '../helpers/team.ts'
import { done, everything, initRunUninstall } from '../helpers/undone.ts'

describe('init, run, uninstall: every byte and mode is as before', () => {
  test.each<[string, Record<string, string | null>]>([
    ['no hooks at all', {}],
    [
      'hooks of others in .husky',
      {
        '.husky/pre-commit': 'true\n',
        '.husky/post-merge': '#!/bin/sh\necho merged',
        '.husky/post-checkout': '',
      },
    ],
  ])('%s', async (_, files) => {
    const team = freshTeam({ files })
    const before = everything(team)
    await initRunUninstall(team)
    expect(everything(team)).toEqual(before)
    expect(git(team, 'status', '--porcelain')).toBe('')
    expect(await done(team, 'uninstall', '--yes')).toMatch(
      /^flow is not set up here: nothing to undo/,
    )
    expect(everything(team)).toEqual(before)
  })
})
