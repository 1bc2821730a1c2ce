/** The state home is nobody else's: mode 0700, files 0600, whatever the umask and whatever it was. */
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { staysClosed } from '../helpers/modes.ts'
import { flow, newTeam, SETTINGS, settingsOf } from '../helpers/team.ts'

test.each(['0277', '0777'])(
  'with umask %s: while a session is open, killed, recovered and over',
  staysClosed,
)

describe('a state home that stood open to others', () => {
  test('keeps its mode when it is not flow’s alone, and what flow makes in it is closed', async () => {
    const team = newTeam()
    mkdirSync(team.stateHome)
    chmodSync(team.stateHome, 0o755)
    writeFileSync(join(team.stateHome, 'mine'), '')
    expect((await flow(team, 'exec', '--', 'true')).code).toBe(0)
    expect(statSync(team.stateHome).mode & 0o777).toBe(0o755)
    for (const name of ['sessions', 'gates', 'snapshots', 'runtime']) {
      expect(statSync(join(team.stateHome, name)).mode & 0o777).toBe(0o700)
    }
    expect(settingsOf(team)).toBe(SETTINGS)
  })
})
