/** The line in git's hooks recovers whatever became of node_modules, package.json and the branch. */
import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addHookLine } from '../../src/git/hook-line.ts'
import { orphan } from '../helpers/agent.ts'
import { expectRecovery, recoversAfter, switchesOff } from '../helpers/checkouts.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { unprivileged } from '../helpers/refusal.ts'
import {
  flow,
  git,
  MEMORY,
  newTeam,
  put,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'

/** What may have happened to a repository since a session in it was killed. */
const CHANGES: Record<string, (team: Team) => void> = {
  'node_modules was moved': ({ cwd, folder }) =>
    renameSync(join(cwd, 'node_modules'), join(folder, 'node_modules-before')),
  'package.json is gone': ({ cwd }) => rmSync(join(cwd, 'package.json')),
  'node_modules has scripts of others in the places of flow’s': ({ cwd, folder }) => {
    const own = join(cwd, 'node_modules/flow-agent')
    for (const name of readdirSync(own, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(sh|cjs|js|mjs)$|post-|pre-/.test(name)) continue
      writeFileSync(join(own, name), `#!/bin/sh\n: >'${folder}/ran'\n`)
      chmodSync(join(own, name), 0o755)
    }
  },
}

describe('a checkout recovers where', () => {
  test.each(Object.entries(CHANGES))('%s', (_, change) => recoversAfter(change))

  test('the repository never had a package.json, and flow is another directory’s', async () => {
    const tools = newTeam()
    const cwd = join(tools.folder, 'plain')
    const team = { ...tools, cwd, settingsPath: join(cwd, '.claude/settings.json') }
    put(cwd, { 'MEMORY.md': `${MEMORY}\n`, '.claude/settings.json': SETTINGS })
    git(team, 'init', '-q', '-b', 'main')
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'first')
    const edit = addHookLine(null, 'post-checkout')
    const hook = join(cwd, '.git/hooks/post-checkout')
    writeFileSync(hook, edit.kind === 'added' ? edit.bytes : '', { mode: 0o755 })
    const before = fileAt(team.settingsPath)
    await orphan(team)
    rmSync(tools.cwd, { recursive: true })
    expectRecovery(team, 'checkout', '-q', '-b', 'other')
    expect(fileAt(team.settingsPath)).toEqual(before)
  })
})

test.each(['off', 'false', 'no'])('FLOW=%s switches all of it off', switchesOff)

describe('of a team with husky, a checkout recovers', () => {
  /** The hooks of husky's are there, and no hook of the team's: as `git checkout` leaves an older branch. */
  function olderBranch(team: Team): void {
    git(team, 'checkout', '-q', '--orphan', 'older')
    for (const path of [
      '.husky/post-checkout',
      '.husky/post-merge',
      '.husky/pre-commit',
      '.flowrc',
    ]) {
      git(team, 'rm', '-qf', path)
    }
    git(team, 'commit', '-qm', 'before flow')
    git(team, 'checkout', '-q', 'main')
  }

  test('on a branch that is older than flow, with node_modules moved away', async () => {
    const team = newTeam()
    olderBranch(team)
    const before = fileAt(team.settingsPath)
    await orphan(team)
    renameSync(join(team.cwd, 'node_modules'), join(team.folder, 'node_modules-before'))
    expectRecovery(team, 'checkout', '-q', 'older')
    expect(fileAt(team.settingsPath)).toEqual(before)
  })

  test('in a clone where nobody has installed yet', async () => {
    const team = newTeam()
    const cwd = join(team.folder, 'clone')
    git(team, 'clone', '-q', team.cwd, cwd)
    const clone = { ...team, cwd, settingsPath: join(cwd, '.claude/settings.json') }
    await orphan(clone)
    expect(git(clone, 'config', '--default', 'none', '--get', 'core.hooksPath')).toBe('none\n')
    expectRecovery(clone, 'checkout', '-q', '-b', 'other')
    expect(fileAt(clone.settingsPath)).toMatchObject({ bytes: SETTINGS })
    // The line in git's own directory keeps nobody from installing husky there.
    const { CI: _, ...env } = clone.env
    expect(await flow({ ...clone, env }, 'prepare')).toMatchObject({ code: 0, stderr: '' })
    expect(git(clone, 'config', '--get', 'core.hooksPath')).toBe('.husky/_\n')
  })

  test.each(['.husky/_', '.husky'])('but a session starts where %s is closed', async (path) => {
    const team = unprivileged(newTeam())
    rmSync(join(team.cwd, '.husky/_/post-merge'))
    chmodSync(join(team.cwd, path), 0o000)
    const { code, stdout, stderr } = await flow(team, 'run')
    chmodSync(join(team.cwd, path), 0o755)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(MEMORY)
  })

  test.each([
    ['the main tree', (team: Team) => team.cwd],
    ['a linked worktree', (team: Team) => join(team.folder, 'linked')],
  ])('in %s, where a tool has pointed core.hooksPath at .husky itself', async (_, directoryOf) => {
    const team = newTeam()
    git(team, 'worktree', 'add', '-q', '-b', 'linked', join(team.folder, 'linked'))
    const cwd = directoryOf(team)
    const tree = { ...team, cwd, settingsPath: join(cwd, '.claude/settings.json') }
    git(team, 'config', 'core.hooksPath', join(team.cwd, '.husky'))
    const before = fileAt(tree.settingsPath)
    await orphan(tree)
    expectRecovery(tree, 'checkout', '-q', '-b', 'other')
    expect(fileAt(tree.settingsPath)).toEqual(before)
  })

  test('with one line of words, where it cannot restore, though two hooks call flow', async () => {
    const team = newTeam()
    await orphan(team)
    writeFileSync(team.settingsPath, settingsOf(team).slice(0, -3))
    const { stderr } = spawnSync('git', ['checkout', '-qb', 'other'], { ...team, encoding: 'utf8' })
    expect(stderr.match(/^flow: /gm), stderr).toHaveLength(1)
  })
})
