/** The state home is nobody else's: mode 0700, files 0600, whatever the umask and whatever it was. */
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { staysClosed } from '../helpers/modes.ts'
import { flow, newTeam } from '../helpers/team.ts'

test.each(['0000'])(
  'with umask %s: while a session is open, killed, recovered and over',
  staysClosed,
)

describe('a state home that stood open to others', () => {
  test('is closed by the next session', async () => {
    const team = newTeam()
    mkdirSync(team.stateHome)
    for (const mode of [0o777, 0o2775]) {
      chmodSync(team.stateHome, mode)
      expect((await flow(team, 'exec', '--', 'true')).code).toBe(0)
      expect(statSync(team.stateHome).mode & 0o777).toBe(0o700)
    }
  })
})
