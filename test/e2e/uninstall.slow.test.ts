/** `flow init`, a session, `flow uninstall` in a linked worktree: nothing differs from before. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshTeam, git } from '../helpers/team.ts'
import { everything, initRunUninstall } from '../helpers/undone.ts'

describe('init, run, uninstall: every byte and mode is as before', () => {
  test('a linked worktree', async () => {
    const team = freshTeam()
    const linked = { ...team, cwd: join(team.folder, 'linked tree') }
    git(team, 'worktree', 'add', '-qb', 'linked', linked.cwd)
    const before = everything(team)
    await initRunUninstall(linked)
    expect(everything(team)).toEqual(before)
  })
})
