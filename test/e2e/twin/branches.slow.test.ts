/** Branches while an agent runs: git goes there and back, and the hooks go along. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isMerged, newTwins, OTHER, PATH } from '../../helpers/twin.ts'

const haiku = (text: string) => text.replace('"opus"', '"haiku"')

test.each([
  ['checkout', 'other'],
  ['switch', 'other'],
  ['checkout', 'far'],
  ['switch', 'far'],
])('%s %s and back: the hooks are in everywhere', async (command, branch) => {
  const twins = newTwins()
  const agent = await twins.start()
  twins.git(command, branch)
  expect(isMerged(twins.flow)).toBe(true)
  twins.git(command, 'main')
  expect(isMerged(twins.flow)).toBe(true)
  twins.git(command, '-')
  expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
  twins.compareAll()
})

test('the last one out leaves the branch’s own file', async () => {
  const twins = newTwins()
  const agent = await twins.start()
  twins.git('switch', 'other')
  await agent.end()
  expect(readFileSync(twins.flow.settingsPath, 'utf8')).toBe(OTHER)
  twins.compareAll()
})

test('a branch without the settings, and back', async () => {
  const twins = newTwins()
  const agent = await twins.start()
  twins.git('switch', 'without')
  expect(existsSync(twins.flow.settingsPath)).toBe(false)
  twins.git('switch', 'main')
  expect(isMerged(twins.flow)).toBe(true)
  twins.git('checkout', 'without')
  twins.git('checkout', 'other')
  expect(isMerged(twins.flow)).toBe(true)
  await agent.end()
  twins.compareAll()
})

test('the session ends on a branch without the settings', async () => {
  const twins = newTwins()
  const agent = await twins.start()
  twins.git('switch', 'without')
  await agent.end()
  expect(existsSync(twins.flow.settingsPath)).toBe(false)
  twins.compareAll()
})

test('edits go along where the settings are the same, and keep git from going where they differ', async () => {
  const twins = newTwins()
  const agent = await twins.start()
  twins.edit(haiku)
  expect(twins.git('switch', 'far').code).toBe(0)
  expect(twins.git('switch', 'other').stderr).toContain('would be overwritten')
  twins.git('checkout', 'other')
  twins.git('switch', '--discard-changes', 'other')
  twins.edit((text) => text.replace('of the other branch', 'mine'))
  twins.git('checkout', '-f', 'main')
  await agent.end()
  twins.compareAll()
})

test('files of another branch, a new branch, a detached head', async () => {
  const twins = newTwins()
  const agent = await twins.start()
  twins.git('checkout', 'other', '--', PATH)
  expect(isMerged(twins.flow)).toBe(true)
  twins.git('commit', '-m', 'their settings')
  twins.git('switch', '-c', 'mine')
  twins.git('restore', '--source', 'main~1', PATH)
  twins.git('commit', '-a', '-m', 'the old ones')
  twins.git('checkout', '--detach', 'main')
  twins.git('checkout', '-B', 'mine', 'far')
  twins.git('branch', '-D', 'other')
  await agent.end()
  twins.compareAll()
})

test('the settings are removed and brought back', async () => {
  const twins = newTwins()
  const agent = await twins.start()
  twins.git('rm', '--cached', PATH)
  twins.git('add', PATH)
  twins.git('rm', PATH)
  twins.git('commit', '-m', 'gone')
  twins.git('revert', '--no-edit', 'HEAD')
  await agent.end()
  twins.compareAll()
})

test('a worktree is added, worked in and removed', async () => {
  const twins = newTwins()
  const agent = await twins.start()
  twins.git('worktree', 'add', '../linked', 'other')
  twins.git('-C', '../linked', 'status')
  twins.git('-C', '../linked', 'switch', '-c', 'new')
  twins.sh('echo x >>../linked/.claude/settings.json && git -C ../linked commit -qam x')
  twins.git('worktree', 'remove', '../linked')
  await agent.end()
  twins.compareAll()
})
