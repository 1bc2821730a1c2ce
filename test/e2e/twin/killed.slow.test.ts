/** Sessions that are killed: whatever git does next is as if flow had never been there. */
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { git, put } from '../../helpers/team.ts'
import { isMerged, newTwins, PATH, type TwinOptions, type Twins } from '../../helpers/twin.ts'

const haiku = (text: string) => text.replace('"opus"', '"haiku"')
const ahead: TwinOptions = {
  hearsFlow: true,
  before: (team) => {
    put(team.cwd, { 'ahead.txt': 'ahead\n' })
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'ahead')
  },
}

const STEPS: readonly (readonly [string, readonly string[]])[] = [
  ['checkout', ['checkout', 'other']],
  ['switch to the same settings', ['switch', 'far']],
  ['switch to a branch without settings', ['switch', 'without']],
  ['pull', ['pull', '--no-rebase', '--no-edit']],
  ['pull --rebase', ['pull', '--rebase']],
  ['pull --rebase --autostash', ['pull', '--rebase', '--autostash']],
  ['merge', ['merge', '--no-edit', 'other']],
  ['rebase', ['rebase', 'other']],
  ['commit -a', ['commit', '-a', '--allow-empty', '-m', 'all']],
  ['stash', ['stash']],
  ['reset --hard', ['reset', '--hard']],
]

describe('kill -9 of flow and its agent, then', () => {
  test.each(STEPS)('%s', async (_, words) => {
    const twins = newTwins(ahead)
    const agent = await twins.start()
    await agent.kill()
    twins.git(...words)
    twins.git('checkout', 'far')
    expect(isMerged(twins.flow)).toBe(false)
    twins.compareAll()
  })

  test.each(STEPS)('%s over edits', async (_, words) => {
    const twins = newTwins(ahead)
    const agent = await twins.start()
    twins.edit(haiku)
    twins.write({ 'new.txt': 'new\n' })
    await agent.kill()
    twins.git(...words)
    twins.git('checkout', '-f', 'far')
    expect(isMerged(twins.flow)).toBe(false)
    twins.compareAll()
  })
})

/** What people do, without anything of flow's in the repository to help. */
const COURSES: Record<string, (twins: Twins) => void> = {
  'edits, stages and commits'(twins) {
    twins.edit(haiku)
    twins.git('status')
    twins.git('diff')
    twins.sh('printf "y\\n" | git add -p .claude/settings.json')
    twins.git('restore', '--staged', PATH)
    twins.git('add', '-A')
    twins.git('commit', '-m', 'haiku')
    twins.edit((text) => text.replace('haiku', 'sonnet'))
    twins.git('commit', '-a', '-m', 'sonnet')
    twins.git('commit', '--amend', '-m', 'amended')
  },
  'stashes, restores, resets and cleans'(twins) {
    twins.edit(haiku)
    twins.write({ 'new.txt': 'new\n' })
    twins.git('stash', '-u')
    twins.git('stash', 'pop')
    twins.git('restore', PATH)
    twins.edit((text) => `${text}\n`)
    twins.git('reset', '--hard')
    twins.git('clean', '-fd')
  },
  'switches to other settings, to none, and back'(twins) {
    twins.git('checkout', 'other')
    twins.git('switch', 'without')
    twins.git('switch', 'main')
    twins.git('worktree', 'add', '../linked', 'far')
    twins.git('worktree', 'remove', '../linked')
  },
  'pulls, merges and picks'(twins) {
    twins.git('pull', '--ff-only')
    twins.git('merge', '--no-edit', 'far')
    twins.git('cherry-pick', '--no-commit', 'other')
    twins.git('checkout', '--force', 'HEAD')
    twins.git('merge', '--no-edit', 'other')
    twins.git('merge', '--abort')
  },
  'pulls with a rebase, over edits and against them'(twins) {
    twins.git('commit', '--allow-empty', '-m', 'ours')
    twins.edit(haiku)
    twins.git('pull', '--rebase', '--autostash')
    twins.git('commit', '-a', '-m', 'haiku')
    twins.git('rebase', 'other')
    twins.git('rebase', '--abort')
  },
  'works by GIT_DIR'(twins) {
    const env = { GIT_DIR: '.git', GIT_WORK_TREE: '.' }
    twins.edit(haiku)
    twins.sh('git commit -qam haiku', env)
    twins.sh('git switch far', env)
  },
}

describe('with node_modules gone in the middle of a session', () => {
  test.each(Object.entries(COURSES))(
    'somebody %s, and the session ends well',
    async (_, course) => {
      const twins = newTwins()
      const agent = await twins.start()
      for (const team of [twins.flow, twins.plain]) {
        renameSync(join(team.cwd, 'node_modules'), join(team.folder, 'node_modules'))
      }
      course(twins)
      await agent.end()
      twins.compareAll()
    },
  )

  test.each(STEPS)('and flow killed: %s', async (_, words) => {
    const twins = newTwins(ahead)
    const agent = await twins.start()
    await agent.kill()
    for (const team of [twins.flow, twins.plain]) {
      renameSync(join(team.cwd, 'node_modules'), join(team.folder, 'node_modules'))
    }
    twins.git(...words)
    twins.git('status')
    for (const team of [twins.flow, twins.plain]) {
      renameSync(join(team.folder, 'node_modules'), join(team.cwd, 'node_modules'))
    }
    git(twins.flow, 'checkout', '-q', 'far')
    git(twins.plain, 'checkout', '-q', 'far')
    expect(isMerged(twins.flow)).toBe(false)
    twins.compareAll()
  })
})

describe('with the state home gone in the middle of a session', () => {
  test('git works, and shows what the settings hold', async () => {
    const twins = newTwins({ hearsFlow: true })
    const agent = await twins.start()
    renameSync(twins.flow.stateHome, join(twins.flow.folder, 'elsewhere'))
    const { env, cwd } = twins.flow
    expect(git({ env, cwd }, 'status', '--short')).toBe('')
    git({ env, cwd }, 'add', '-A')
    renameSync(join(twins.flow.folder, 'elsewhere'), twins.flow.stateHome)
    await agent.end()
    twins.git('reset', '-q')
    twins.compareAll()
  })
})
