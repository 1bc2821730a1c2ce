import { describe, expect, test } from 'vitest'
import { refusal } from '../helpers/refusal.ts'
import { flow, newTeam } from '../helpers/team.ts'

describe('flow config', () => {
  test('the very words of a refusal are those of flow run', async () => {
    const team = newTeam({ files: { '.flowrc': 'agnet: x\n' } })
    const [run, told] = [
      await refusal(team, ['flow', 'run']),
      await refusal(team, ['flow', 'config']),
    ]
    expect(told).toEqual(run)
    expect((await flow(team, 'config', '--json')).stdout).toBe('')
  })
})
