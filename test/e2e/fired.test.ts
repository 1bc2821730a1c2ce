import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { startAgent } from '../helpers/agent.ts'
import { backupRefs, flow, history, newTeam, type Team } from '../helpers/team.ts'

function noteOf({ stateHome, cwd }: Team): string {
  return join(projectPaths(stateHome, projectHash(cwd)).firedFolder, 'session-start.json')
}

describe('that a merged hook fired', () => {
  test('is noted with its session, and stays noted when that has ended', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const [{ sessionId = '' } = {}] = backupRefs(team).map((path) =>
      JSON.parse(readFileSync(path, 'utf8')),
    )
    await agent.end()
    expect(JSON.parse(readFileSync(noteOf(team), 'utf8'))).toMatchObject({ sessionId })
    expect(history(team).map((past) => past.sessionId)).toEqual([sessionId])
  })

  test('is not noted of a client that runs no hooks', async () => {
    const team = newTeam()
    await flow(team, 'exec', '--', 'true')
    expect(existsSync(noteOf(team))).toBe(false)
  })

  test('is not noted of one tried out with --test', async () => {
    const team = newTeam()
    await flow(team, 'exec', '--', 'flow', 'hook', 'notification', '--test')
    expect(existsSync(join(noteOf(team), '../notification.json'))).toBe(false)
  })
})
