/** Where flow has to create the settings: git sees neither them nor the `.gitignore` next to them. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { isMerged, newTwins, type TwinOptions } from '../../helpers/twin.ts'

const ABSENT: TwinOptions = { settings: null }

test('status, diff, commit, stash and clean', async () => {
  const twins = newTwins(ABSENT)
  const agent = await twins.start()
  expect(isMerged(twins.flow)).toBe(true)
  twins.git('status')
  twins.write({ 'notes.txt': 'changed\n', 'new.txt': 'new\n' })
  twins.git('status', '--short', '-uall')
  twins.git('stash', '-u')
  twins.git('stash', 'pop')
  twins.git('add', '-A')
  twins.git('commit', '-m', 'work')
  twins.write({ 'notes.txt': 'again\n', 'directory/new.txt': 'new\n' })
  twins.git('commit', '-a', '-m', 'more')
  twins.git('clean', '-n', '-d')
  twins.git('clean', '-fd')
  twins.git('reset', '--hard', 'HEAD~')
  expect(isMerged(twins.flow)).toBe(true)
  expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
  expect(existsSync(dirname(twins.flow.settingsPath))).toBe(false)
  twins.compareAll()
})

test.each(['checkout', 'switch'])('%s to a branch with settings, and back', async (command) => {
  const twins = newTwins(ABSENT)
  const agent = await twins.start()
  twins.git(command, 'other')
  expect(isMerged(twins.flow)).toBe(true)
  twins.git(command, 'main')
  twins.git(command, 'without')
  twins.git(command, 'other')
  twins.git('commit', '--allow-empty', '-m', 'work')
  twins.git(command, 'main')
  await agent.end()
  twins.compareAll()
})

test('the session ends on a branch with settings', async () => {
  const twins = newTwins(ABSENT)
  const agent = await twins.start()
  twins.git('switch', 'other')
  await agent.end()
  twins.compareAll()
})

test('pull, merge, rebase and pick bring settings', async () => {
  const twins = newTwins(ABSENT)
  const agent = await twins.start()
  twins.git('cherry-pick', '--no-commit', 'other')
  twins.git('commit', '-m', 'picked')
  twins.git('reset', '--hard', 'HEAD~')
  twins.git('merge', '--no-edit', 'other')
  twins.git('reset', '--hard', 'main~')
  twins.git('rebase', 'other')
  twins.git('pull', '--rebase')
  await agent.end()
  twins.compareAll()
})

test('kill -9 of flow and its agent, then a commit and a checkout', async () => {
  const twins = newTwins({ ...ABSENT, hearsFlow: true })
  const agent = await twins.start()
  await agent.kill()
  twins.write({ 'new.txt': 'new\n' })
  twins.git('add', '-A')
  twins.git('commit', '-m', 'work')
  twins.git('checkout', 'other')
  expect(isMerged(twins.flow)).toBe(false)
  twins.compareAll()
})
