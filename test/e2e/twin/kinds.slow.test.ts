/** Repositories of other kinds: for git it is as if flow were not there in them either. */
import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { git, type Team } from '../../helpers/team.ts'
import { isMerged, newTwins, type TwinOptions, type Twins } from '../../helpers/twin.ts'

const haiku = (text: string) => text.replace('"opus"', '"haiku"')

async function workIn(twins: Twins): Promise<void> {
  const agent = await twins.start()
  expect(isMerged(twins.flow)).toBe(true)
  twins.git('status')
  twins.edit(haiku)
  twins.write({ 'notes.txt': 'changed\n' })
  twins.git('add', '-A')
  twins.git('commit', '-m', 'haiku')
  twins.git('stash')
  twins.git('switch', 'other')
  expect(isMerged(twins.flow)).toBe(true)
  twins.git('switch', 'main')
  twins.git('merge', '--no-edit', 'far')
  expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
  twins.compareAll()
}

const configured =
  (...settings: readonly (readonly [string, string])[]) =>
  (team: Team) => {
    for (const [key, value] of settings) git(team, 'config', key, value)
    git(team, 'update-index', '--force-write-index')
  }

test.each<[string, TwinOptions['before']]>([
  ['a split index', configured(['core.splitIndex', 'true'])],
  ['an index of version 4', configured(['index.version', '4'])],
  ['an untracked cache', configured(['core.untrackedCache', 'true'])],
  ['many files', configured(['feature.manyFiles', 'true'])],
  ['line ends of Windows in the working tree', configured(['core.autocrlf', 'true'])],
  ['no trust in modes', configured(['core.fileMode', 'false'])],
  ['names without case', configured(['core.ignoreCase', 'true'])],
  ['settings of its worktrees', configured(['extensions.worktreeConfig', 'true'])],
  ['a monitor of files', configured(['core.fsmonitor', 'false'])],
  [
    'a sparse checkout',
    (team) => {
      git(team, 'sparse-checkout', 'set', '--cone', '--sparse-index', '.claude', '.husky')
    },
  ],
  [
    'no hooks folder, and nothing but the filter in the info folder',
    ({ cwd, env }) => {
      for (const name of ['info', 'hooks']) rmSync(join(cwd, '.git', name), { recursive: true })
      const { FLOW: _, ...withFlow } = env
      execFileSync('flow', ['exec', '--', 'true'], { cwd, env: withFlow })
      expect(readdirSync(join(cwd, '.git/info'))).toEqual(['attributes', 'exclude'])
    },
  ],
  ['a detached head', (team) => git(team, 'checkout', '-q', '--detach')],
  ['packed refs and objects', (team) => git(team, 'gc', '-q')],
])('with %s', async (_, before) => {
  await workIn(newTwins({ before: before as (team: Team) => void }))
})

test('a shallow clone', async () => {
  await workIn(
    newTwins({
      before(team) {
        git(team, 'fetch', '-q', '--depth=1', 'origin', 'far')
      },
    }),
  )
})

test('a repository whose .git is a file', async () => {
  await workIn(
    newTwins({
      before(team) {
        git(team, 'init', '-q', '--separate-git-dir', '../apart.git')
      },
    }),
  )
})
