import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { listed, tellsWhoRecovered, text } from '../helpers/history.ts'
import { isOver } from '../helpers/running.ts'
import { flow, history, newTeam } from '../helpers/team.ts'

describe('`flow history`', () => {
  test.each([
    ['the next start', 'next-start', ['flow', 'exec', '--', 'true']],
    ['a git hook', 'git-hook', ['git', 'checkout', '-q', '-b', 'other']],
  ])('tells of a killed session that %s recovered it', tellsWhoRecovered)

  test('says of one who was killed while others went on', async () => {
    const team = newTeam()
    const [first, second] = [await startAgent(team), await startAgent(team)]
    await first.kill()
    await isOver(first.pid)
    await second.end()
    expect(await text(team)).toContain('clean; 1 of 2 killed before\n')
  })

  test('says which backups are pruned', async () => {
    const team = newTeam()
    await flow(team, 'exec', '--', 'true')
    rmSync(dirname(history(team)[0]?.backupPath ?? ''), { recursive: true })
    expect(await text(team)).toContain('clean; no backup left\n')
    expect((await listed(team)).sessions).toMatchObject([{ canRestore: false }])
  })
})
