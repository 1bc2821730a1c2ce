/** Sessions that begin and end within git commands: its hooks, `rebase --exec`, `bisect run`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { backupRefs, git } from '../../helpers/team.ts'
import { isMerged, newTwins, type Twins } from '../../helpers/twin.ts'

const haiku = (text: string) => text.replace('"opus"', '"haiku"')

/** Every commit starts something in a session of its own, three times. */
function withHooks(): Twins {
  return newTwins({
    hearsFlow: true,
    before(team) {
      for (const name of ['pre-commit', 'prepare-commit-msg', 'post-commit']) {
        const path = join(team.cwd, '.husky', name)
        const text = name === 'pre-commit' ? readFileSync(path, 'utf8') : ''
        writeFileSync(path, `${text}\nflow exec -- git diff --quiet HEAD -- MEMORY.md\n`)
      }
      git(team, 'add', '-A')
      git(team, '-c', 'core.hooksPath=/dev/null', 'commit', '-qm', 'hooks')
    },
  })
}

test('hooks of a commit, also of one that holds the index', async () => {
  const twins = withHooks()
  twins.write({ 'notes.txt': 'changed\n' })
  twins.git('commit', '-a', '-m', 'all')
  twins.edit(haiku)
  twins.git('commit', '-a', '--amend', '-m', 'amended')
  // Here nobody can change the index, and the next session in line does what is left.
  twins.write({ 'notes.txt': 'changed again\n' })
  for (const team of [twins.flow, twins.plain]) git(team, 'commit', '-qm', 'one', 'notes.txt')
  twins.compare()
  expect(backupRefs(twins.flow)).toEqual([])
  twins.compareAll()
})

test('rebase --exec and bisect run, in a session and without', async () => {
  const twins = newTwins({ hearsFlow: true })
  const agent = await twins.start()
  twins.git('rebase', '-f', '--exec', 'flow exec -- true', 'HEAD~1')
  twins.git('bisect', 'start', 'HEAD', 'HEAD~2')
  twins.git('bisect', 'run', 'flow', 'exec', '--', 'true')
  twins.git('bisect', 'reset')
  expect(isMerged(twins.flow)).toBe(true)
  await agent.end()
  twins.git('rebase', '-f', '--exec', 'flow exec -- git status', 'HEAD~1')
  twins.compareAll()
})
