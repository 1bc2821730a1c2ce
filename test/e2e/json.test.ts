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

  test('flow hook notification --test', async () => {
    const test = ['hook', 'notification', '--test', '--json']
    const team = newTeam({ files: { '.flowrc': 'notifications: { command: ["true"] }\n' } })
    const sent = await flow(team, ...test)
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    const answer = JSON.parse(sent.stdout)
    expect(keysOf(answer)).toEqual(keysOf(documented('flow hook notification --test --json')))
    expect(answer).toMatchObject({ version: 1, sentBy: 'command', why: null })
    const off = newTeam({ files: { '.flowrc': 'notifications: false\n' } })
    for (const [place, why] of [
      [{ ...team, env: { ...team.env, FLOW: '0' } }, /^FLOW=0 is set$/],
      [off, /^`notifications` is false in .*\.flowrc$/],
    ] as const) {
      const { code, stdout } = await flow(place, ...test)
      expect(code).toBe(1)
      expect(JSON.parse(stdout)).toEqual({
        ...{ version: 1, sentBy: null, notification: null, ways: [] },
        why: expect.stringMatching(why),
      })
    }
  })

  test('flow doctor', async () => {
    const team = newTeam()
    const doctor = JSON.parse((await flow(team, 'doctor', '--json')).stdout)
    const keys = keysOf(documented('flow doctor --json'))
    for (const key of keysOf(doctor)) expect(keys).toContain(key)
    expect(keysOf(doctor)).toContain('findings[].status')
  })
})
