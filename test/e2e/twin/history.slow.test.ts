/** Pulls, merges, rebases and picks while an agent runs. */
import { describe, expect, test } from 'vitest'
import { git, put } from '../../helpers/team.ts'
import { isMerged, newTwins, PATH } from '../../helpers/twin.ts'

const haiku = (text: string) => text.replace('"opus"', '"haiku"')
/** Main is ahead as well, by another file. */
const ahead = {
  before: (team: Parameters<typeof git>[0]) => {
    put(team.cwd, { 'ahead.txt': 'ahead\n' })
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'ahead')
  },
}
/** Main changed the line of the settings that theirs changes. */
const against = {
  before: (team: Parameters<typeof git>[0]) => {
    put(team.cwd, { [PATH]: git(team, 'show', `HEAD:${PATH}`).replace('a hook', 'no hook') })
    git(team, 'commit', '-qam', 'against')
  },
}

describe('pull', () => {
  test.each([
    ['that goes forward', ['pull']],
    ['that goes forward only', ['pull', '--ff-only']],
    ['with --rebase that goes forward', ['pull', '--rebase']],
  ])('%s', async (_, words) => {
    const twins = newTwins()
    const agent = await twins.start()
    twins.git(...words)
    await agent.end()
    twins.compareAll()
  })

  test.each([
    ['with a merge', ['pull', '--no-rebase', '--no-edit']],
    ['with a rebase', ['pull', '--rebase']],
    ['in one step', ['pull', '--rebase', '--autostash']],
  ])('%s', async (_, words) => {
    const twins = newTwins(ahead)
    const agent = await twins.start()
    twins.git(...words)
    twins.git('log', '--oneline')
    await agent.end()
    twins.compareAll()
  })

  test.each([
    ['a rebase', ['pull', '--rebase', '--autostash']],
    ['a merge', ['pull', '--no-rebase', '--no-edit', '--autostash']],
  ])('with an autostash of edits round %s', async (_, words) => {
    const twins = newTwins(ahead)
    const agent = await twins.start()
    twins.edit(haiku)
    twins.write({ 'notes.txt': 'edited\n' })
    twins.git(...words)
    await agent.end()
    twins.compareAll()
  })

  test('is refused by git over edits, as always', async () => {
    const twins = newTwins()
    const agent = await twins.start()
    twins.edit(haiku)
    expect(twins.git('pull').code).toBe(1)
    expect(isMerged(twins.flow)).toBe(true)
    await agent.end()
    twins.compareAll()
  })
})

describe('merge', () => {
  test('with another branch’s settings', async () => {
    const twins = newTwins(ahead)
    const agent = await twins.start()
    twins.git('merge', '--no-edit', 'other')
    expect(isMerged(twins.flow)).toBe(true)
    twins.git('reset', '--hard', 'HEAD~')
    twins.git('merge', '--squash', 'other')
    twins.git('commit', '-m', 'squashed')
    await agent.end()
    twins.compareAll()
  })

  test('with a conflict in the settings that is solved while the agent runs', async () => {
    const twins = newTwins(against)
    const agent = await twins.start()
    expect(twins.git('merge', '--no-edit', 'origin/main').code).toBe(1)
    twins.write({ [PATH]: '{ "model": "solved" }\n' })
    twins.git('add', PATH)
    twins.git('commit', '--no-edit')
    await agent.end()
    twins.compareAll()
  })

  test('with a conflict that is given up', async () => {
    const twins = newTwins(against)
    const agent = await twins.start()
    twins.git('merge', '--no-edit', 'origin/main')
    twins.git('merge', '--abort')
    await agent.end()
    twins.compareAll()
  })

  test('with a conflict that is still there when the session ends', async () => {
    const twins = newTwins(against)
    const agent = await twins.start()
    twins.git('merge', '--no-edit', 'origin/main')
    expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
    twins.compare()
    twins.git('checkout', '--theirs', PATH)
    twins.git('add', PATH)
    twins.git('commit', '--no-edit')
    twins.compareAll()
  })
})

describe('rebase', () => {
  test('onto other settings', async () => {
    const twins = newTwins(ahead)
    const agent = await twins.start()
    twins.git('rebase', 'other')
    await agent.end()
    twins.compareAll()
  })

  test('that changes the settings in the middle, and is given up once', async () => {
    const twins = newTwins(against)
    const agent = await twins.start()
    expect(twins.git('rebase', 'origin/main').code).toBe(1)
    twins.git('status')
    twins.git('rebase', '--abort')
    twins.git('rebase', 'origin/main')
    twins.write({ [PATH]: '{ "model": "solved" }\n' })
    twins.git('add', PATH)
    twins.sh('git rebase --continue', { GIT_EDITOR: 'true' })
    await agent.end()
    twins.compareAll()
  })

  test('that stops for an edit of the settings', async () => {
    const twins = newTwins(ahead)
    const agent = await twins.start()
    twins.sh('git rebase -i HEAD~2', { GIT_SEQUENCE_EDITOR: 'sed -i "1s/^pick/edit/"' })
    twins.sh(`sed -i s/opus/haiku/ ${PATH}`)
    twins.git('commit', '-a', '--amend', '--no-edit')
    twins.git('rebase', '--continue')
    await agent.end()
    twins.compareAll()
  })

  test('while which the session ends', async () => {
    const twins = newTwins(against)
    const agent = await twins.start()
    twins.git('rebase', 'origin/main')
    await agent.end()
    twins.compare()
    twins.git('rebase', '--abort')
    twins.compareAll()
  })
})

test('cherry-pick, revert, am and apply', async () => {
  const twins = newTwins(ahead)
  const agent = await twins.start()
  twins.git('cherry-pick', 'other')
  twins.git('revert', '--no-edit', 'HEAD')
  twins.git('cherry-pick', '--no-commit', 'origin/main')
  twins.git('commit', '-m', 'picked')
  twins.sh('git format-patch -q -1 other --stdout >../patch && git am ../patch')
  twins.sh('git show other >../diff; git apply --check ../diff; git apply -R ../diff')
  twins.git('commit', '-am', 'reversed')
  await agent.end()
  twins.compareAll()
})

test('bisect, and a bundle of commands that only look', async () => {
  const twins = newTwins(ahead)
  const agent = await twins.start()
  twins.git('bisect', 'start', 'HEAD', 'HEAD~2')
  twins.git('bisect', 'good')
  twins.git('bisect', 'reset')
  twins.git('describe', '--always', '--dirty')
  twins.git('diff-index', 'HEAD')
  twins.git('grep', '-n', 'opus')
  twins.git('blame', PATH)
  twins.git('archive', '--format=tar', '-o', '../a.tar', 'HEAD')
  twins.git('hash-object', PATH)
  await agent.end()
  twins.compareAll()
})

test('a repository that is named by GIT_DIR and GIT_WORK_TREE', async () => {
  const twins = newTwins()
  const agent = await twins.start()
  const env = { GIT_DIR: '.git', GIT_WORK_TREE: '.' }
  twins.edit(haiku)
  twins.sh('git status --short', env)
  twins.sh('git commit -qam haiku', env)
  twins.sh('git switch far', env)
  twins.sh('cd / && git status', { GIT_DIR: '', GIT_WORK_TREE: '' })
  await agent.end()
  twins.compareAll()
})
