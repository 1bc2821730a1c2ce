/** The state home is nobody else's: mode 0700, files 0600, whatever the umask and whatever it was. */
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileAt, listing } from '../helpers/on-disk.ts'
import { unprivileged } from '../helpers/refusal.ts'
import { begin, run } from '../helpers/running.ts'
import { flow, newTeam, ORIGINAL, SETTINGS, settingsOf, type Team } from '../helpers/team.ts'

/** Kinds and permission bits that stand in the state home and below. */
function modesOf({ stateHome }: Team): string[] {
  const home = `${stateHome} ${statSync(stateHome).mode.toString(8)}`
  return [...new Set([home, ...listing(stateHome)].map((line) => line.split(' ')[1] ?? ''))].sort()
}

const CLOSED = ['100600', '40700']

test.each(['0000', '0277', '0777'])(
  'with umask %s: while a session is open, killed, recovered and over',
  async (umask) => {
    const team = unprivileged(newTeam())
    const work = `umask ${umask}; exec flow exec -- sh -c 'echo in; exec sleep 600'`
    const session = begin(['sh', '-c', work], team)
    await session.says('in')
    expect(modesOf(team)).toEqual(CLOSED)
    process.kill(-session.pid, 'SIGKILL')
    await session.ended
    const done = await run(['sh', '-c', `umask ${umask}; flow recover`], team)
    expect(done).toMatchObject({ code: 0 })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(modesOf(team)).toEqual(CLOSED)
  },
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
