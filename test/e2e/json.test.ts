import { describe, expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { documented, keysOf } from '../helpers/documented-json.ts'
import { flow, newTeam } from '../helpers/team.ts'

describe('what docs/JSON.md shows is what is printed', () => {
  test('flow status and flow history', async () => {
    const team = newTeam()
    const { end } = await startAgent(team)
    const status = JSON.parse((await flow(team, 'status', '--json')).stdout)
    expect(keysOf(status)).toEqual(keysOf(documented('flow status --json')))
    expect(status.version).toBe(1)
    await end()
    const history = JSON.parse((await flow(team, 'history', '--json')).stdout)
    expect(keysOf(history)).toEqual(keysOf(documented('flow history --json')))
    expect(history.version).toBe(1)
  })

  test('flow config', async () => {
    const team = newTeam({
      files: { '.flowrc': 'hooks: { Stop: [{ hooks: [{ type: command, command: "true" }] }] }\n' },
    })
    const config = JSON.parse((await flow(team, 'config', '--json')).stdout)
    const keys = keysOf(documented('flow config --json'))
    // Values and groups are the person's own, of any shape.
    const own = (key: string) => !/^(values\[\]\.value|hooks\[\]\.group)\b./.test(key)
    expect(keysOf(config).filter(own)).toEqual(keys.filter(own))
  })

  test('flow doctor', async () => {
    const team = newTeam()
    const doctor = JSON.parse((await flow(team, 'doctor', '--json')).stdout)
    const keys = keysOf(documented('flow doctor --json'))
    for (const key of keysOf(doctor)) expect(keys).toContain(key)
    expect(keysOf(doctor)).toContain('findings[].status')
  })
})
