/** Many agents start, work and are killed while somebody commits: no commit ever has an entry of flow's. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listing } from '../helpers/on-disk.ts'
import { begin, run } from '../helpers/running.ts'
import { bound } from '../helpers/search.ts'
import { backupRefs, flow, git, MARK, newTeam, SETTINGS, settingsOf } from '../helpers/team.ts'

const AGENTS = bound(12, 30)
/** Tries again when another git holds the index, as a person would. */
const COMMITTER = `
n=0
while [ ! -e ../enough ]; do
  n=$((n + 1))
  echo "$n" >work.txt
  until git add -A 2>/dev/null; do :; done
  until git commit -qm "work $n" 2>/dev/null; do [ ! -e ../enough ] || exit 0; done
done
`

test('thirty starts at once, kills, and a person who commits all the time', async () => {
  const team = newTeam()
  const config = readFileSync(join(team.cwd, '.git/config'))
  const info = listing(join(team.cwd, '.git/info'))
  const person = begin(['sh', '-c', COMMITTER], team)
  const agents = Array.from({ length: AGENTS }, (_, at) =>
    begin(['flow', 'exec', '--', 'sleep', String((at % 5) / 10)], team),
  )
  const ends = agents.map(async (agent, at) => {
    if (at % 3 === 0) {
      await run(['sleep', '0.4'], team)
      agent.kill('SIGKILL')
    }
    return agent.ended
  })
  const ended = await Promise.all(ends)
  await run(['touch', '../enough'], team)
  await person.ended
  const worked = ended.filter(({ code }) => code === 0).length
  const commits = git(team, 'rev-list', 'HEAD').split('\n').length
  console.log(`under load: ${JSON.stringify({ agents: AGENTS, worked, commits })}`)
  expect(worked).toBeGreaterThan(AGENTS / 3)
  expect(commits).toBeGreaterThan(5)
  expect((await flow(team, 'recover')).code).toBe(0)
  expect(backupRefs(team)).toEqual([])
  expect(settingsOf(team)).toBe(SETTINGS)
  expect(git(team, 'log', '-S', MARK, '--oneline')).toBe('')
  expect(git(team, 'log', '--format=%h', '--', '.claude')).toBe(
    git(
      team,
      'log',
      '--format=%h',
      '--reverse',
      '--max-count=1',
      '--diff-filter=A',
      '--',
      '.claude',
    ),
  )
  expect(git(team, 'status', '--short')).toMatch(/^( M work.txt\n)?$/)
  expect(readFileSync(join(team.cwd, '.git/config'))).toEqual(config)
  expect(listing(join(team.cwd, '.git/info'))).toEqual(info)
})
