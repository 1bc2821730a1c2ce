import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import { statusOf } from '../helpers/status.ts'
import { flow, history, newTeam } from '../helpers/team.ts'

describe('`flow status`', () => {
  test('a start that was killed before it changed anything is no session', async () => {
    const team = newTeam()
    await flow(team, 'exec', '--', 'true')
    const [ended] = history(team)
    const snapshots = dirname(ended?.backupPath ?? '')
    mkdirSync(join(snapshots, 'session-20300101T000000000Z-000000'))
    expect((await statusOf(team)).json.projects).toEqual([])
  })

  test('names everybody who joined', async () => {
    const team = newTeam()
    const [first, second] = [await startAgent(team), await startAgent(team)]
    const { text } = await statusOf(team)
    expect(text.match(/in it .*/g)).toHaveLength(2)
    for (const { flow: wrapper } of [first, second]) expect(text).toContain(`pid ${wrapper.pid},`)
  })
})

describe('the command that it prints for a restore by hand', () => {
  test('takes a settings file away that was not there', async () => {
    const team = newTeam({ files: { '.claude': null } })
    await orphan(team)
    const [file] = (await statusOf(team)).json.projects[0]?.files ?? []
    await run(['sh', '-c', file?.restoreByHand ?? 'false'], team)
    expect(fileAt(team.settingsPath)).toBe(null)
  })
})
