/** The state home is nobody else's: mode 0700, files 0600, whatever the umask and whatever it was. */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectHash } from '../../src/session/layout.ts'
import { startAgent } from '../helpers/agent.ts'
import { staysClosed } from '../helpers/modes.ts'
import { namesIn } from '../helpers/on-disk.ts'
import { fourLines, unprivileged } from '../helpers/refusal.ts'
import { backupRefs, flow, newTeam, SETTINGS, settingsOf } from '../helpers/team.ts'

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

describe.runIf(process.getuid?.() === 0)('a state home that root wrote in', () => {
  const parts = ['sessions', 'gates', 'snapshots', 'runtime', 'hooks'] as const

  test.each(parts)('in %s: the error names root, and the command that repairs it', async (part) => {
    const team = unprivileged(newTeam())
    expect((await flow(team, 'exec', '--', 'true')).code).toBe(0)
    const [first = ''] = namesIn(join(team.stateHome, part))
    // The other gate is the repository's: a session that cannot enter it goes on without.
    const name = part === 'gates' ? projectHash(team.cwd) : first
    const path = join(team.stateHome, part, name)
    chownSync(path, 0, 0)
    const session = ['exec', '--', 'chmod', '700', '.']
    const done = await flow(team, ...session)
    expect(done.code).toBe(1)
    const { why, next } = fourLines(done)
    expect(why).toMatch(new RegExp(`\\(EACCES\\).*; ${path} is owned by root$`, 's'))
    const repair = `sudo chown -R "$(id -un)" ${team.stateHome}`
    expect(next.split('\n')[0]).toBe(repair)
    execFileSync('chown', ['-R', '65534', team.stateHome])
    expect((await flow(team, ...session)).code).toBe(0)
    expect(settingsOf(team)).toBe(SETTINGS)
  })

  test('while an agent works: the end says so, and recovery restores the settings afterwards', async () => {
    const team = unprivileged(newTeam())
    const agent = await startAgent(team)
    const [backupRef = ''] = backupRefs(team)
    chownSync(dirname(backupRef), 0, 0)
    for (const done of [await agent.end(), await flow(team, 'recover')]) {
      expect(done.code).toBe(1)
      expect(fourLines(done).next).toContain(`sudo chown -R "$(id -un)" ${team.stateHome}`)
    }
    execFileSync('chown', ['-R', '65534', team.stateHome])
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(settingsOf(team)).toBe(SETTINGS)
  })
})
