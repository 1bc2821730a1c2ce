/** Many agents start, work and are killed while somebody commits: no commit ever has an entry of flow's. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listing } from '../helpers/on-disk.ts'
import { begin, type Ended, run } from '../helpers/running.ts'
import { bound } from '../helpers/search.ts'
import {
  backupRefs,
  flow,
  git,
  MARK,
  newTeam,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'

const AGENTS = bound(12, 30)
/** Agents keep starting until so many commits were made and so many agents ended well. */
const ENOUGH = { commits: 6, worked: AGENTS / 3 }
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

test('thirty starts at once, kills, and a person who commits all the time', {
  timeout: 600_000,
}, async () => {
  const team = newTeam()
  const config = readFileSync(join(team.cwd, '.git/config'))
  const info = listing(join(team.cwd, '.git/info'))
  const person = begin(['sh', '-c', COMMITTER], team)
  const ended: Ended[] = []
  const commits = () => Number(git(team, 'rev-list', '--count', 'HEAD'))
  const worked = () => ended.filter(({ code }) => code === 0).length
  do ended.push(...(await startAndKill(team)))
  while (commits() < ENOUGH.commits || worked() <= ENOUGH.worked)
  await run(['touch', '../enough'], team)
  await person.ended
  const tried = { agents: ended.length, worked: worked(), commits: commits() }
  console.log(`under load: ${JSON.stringify(tried)}`)
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

/** Starts agents all at once; a third of them are killed, wherever they are by then. */
function startAndKill(team: Team): Promise<Ended[]> {
  const ends = Array.from({ length: AGENTS }, async (_, at) => {
    const agent = begin(['flow', 'exec', '--', 'sleep', String((at % 5) / 10)], team)
    if (at % 3 === 0) {
      await run(['sleep', '0.4'], team)
      agent.kill('SIGKILL')
    }
    return agent.ended
  })
  return Promise.all(ends)
}
