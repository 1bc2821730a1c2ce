/** `flow complete`: rarer situations. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { flow, newTeam, put } from '../helpers/team.ts'

describe('flow complete -- restore', () => {
  test('keeps to one line a word, whatever stands in a path, and passes over what is damaged', async () => {
    const team = newTeam({ name: 'a\nteam\u001b[31m' })
    await flow(team, 'exec', '--', 'true')
    put(join(team.stateHome, 'sessions/history'), { 'session-x.json': '{' })
    const { code, stdout, stderr } = await flow(team, 'complete', '--', 'restore', '')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^[0-9a-f]{6}\t\S+ \/\S+\/a\?team\?\[31m\n$/)
  })

  test('of a state home that cannot be used it says so, for whoever asks by hand', async () => {
    const team = newTeam()
    const env = { ...team.env, FLOW_HOME: 'relative' }
    const { code, stdout, stderr } = await flow({ ...team, env }, 'complete', '--', 'restore', '')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('FLOW_HOME')
  })
})
