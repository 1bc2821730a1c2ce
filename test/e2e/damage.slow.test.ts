import {
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { fourLines, unprivileged } from '../helpers/refusal.ts'
import {
  backupRefs,
  flow,
  git,
  MARK,
  newTeam,
  ORIGINAL,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'

/** Where a killed session's state lies. */
interface Remains {
  readonly backupRef: string
  readonly manifest: string
  /** The original settings. */
  readonly saved: string
  readonly lock: string
  /** The lock's one-line twin. */
  readonly line: string
}

function remainsOf(team: Team): Remains {
  const [backupRef = ''] = backupRefs(team)
  const { backupPath } = JSON.parse(readFileSync(backupRef, 'utf8'))
  const pids = join(dirname(backupRef), 'pids')
  const [lock = ''] = readdirSync(pids).filter((name) => name.endsWith('.json'))
  return {
    backupRef,
    manifest: join(backupPath, 'manifest.json'),
    saved: join(backupPath, 'settings.json'),
    lock: join(pids, lock),
    line: join(pids, lock.replace('.json', '.proc')),
  }
}

function cutInHalf(path: string): void {
  truncateSync(path, Math.floor(statSync(path).size / 2))
}

/** Every file of the state home, as text. */
function keptTexts({ stateHome }: Team): string[] {
  return readdirSync(stateHome, { recursive: true, encoding: 'utf8' })
    .map((name) => join(stateHome, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
}

describe('a damaged state file: the settings come back from its twin, and the damaged one is kept', () => {
  test.each([
    ['backup.json cut off', 'backupRef', cutInHalf],
    ['backup.json empty', 'backupRef', (path: string) => truncateSync(path)],
    [
      'backup.json of rubbish',
      'backupRef',
      (path: string) => writeFileSync(path, '\0\xff rubbish'),
    ],
    ['backup.json of other JSON', 'backupRef', (path: string) => writeFileSync(path, '{"a": 1}')],
    ['a pid lock cut off', 'lock', cutInHalf],
    ['an empty pid lock', 'lock', (path: string) => truncateSync(path)],
  ] as const)('%s', async (_, which, damage) => {
    const team = newTeam()
    await orphan(team)
    const path = remainsOf(team)[which]
    damage(path)
    const damaged = readFileSync(path, 'latin1')
    const { code, stderr } = await flow(team, 'recover')
    expect(code).toBe(0)
    expect(stderr).toContain(`${path} was damaged`)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(backupRefs(team)).toEqual([])
    const aside = join(team.stateHome, 'corrupt')
    const texts = readdirSync(aside).map((name) => readFileSync(join(aside, name), 'latin1'))
    expect(texts).toEqual([damaged])
    expect(stderr).toContain(aside)
  })

  test.each([
    ['a manifest cut off', 'manifest', cutInHalf],
    ['a line of a lock cut off', 'line', cutInHalf],
    ['backup.json gone', 'backupRef', (path: string) => rmSync(path)],
    ['the manifest gone', 'manifest', (path: string) => rmSync(path)],
    ['the saved settings gone', 'saved', (path: string) => rmSync(path)],
    ['the saved settings cut off', 'saved', cutInHalf],
    ['every snapshot gone', 'saved', (path: string) => rmSync(dirname(path), { recursive: true })],
  ] as const)('%s: what is left is enough', async (_, which, damage) => {
    const team = newTeam()
    await orphan(team)
    damage(remainsOf(team)[which])
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(backupRefs(team)).toEqual([])
    expect((await flow(team, 'status')).stdout).toContain('no session is open')
  })

  test('the next `flow run` does the same', async () => {
    const team = newTeam()
    await orphan(team)
    cutInHalf(remainsOf(team).backupRef)
    const { code, stderr } = await flow(team, 'run')
    expect(code).toBe(0)
    expect(stderr).toContain('was damaged')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test('a damaged lock of somebody alive still keeps the session open', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    cutInHalf(remainsOf(team).lock)
    expect((await flow(team, 'run')).stderr).toContain('was damaged')
    expect(settingsOf(team)).toContain(MARK)
    expect((await agent.end()).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test('the whole state home removed while the agent works: its end takes the hooks out', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    rmSync(team.stateHome, { recursive: true })
    expect((await agent.end()).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(backupRefs(team)).toEqual([])
  })

  test('with both twins damaged flow says that it could not, every time, and loses nothing', async () => {
    const team = newTeam()
    await orphan(team)
    const { backupRef, manifest } = remainsOf(team)
    for (const path of [backupRef, manifest]) cutInHalf(path)
    const damaged = [backupRef, manifest].map((path) => readFileSync(path, 'latin1'))
    const merged = settingsOf(team)
    for (const _ of ['first', 'second']) {
      const done = await flow(team, 'recover')
      expect(done.code).toBe(1)
      expect(fourLines(done).why).toContain('damaged')
    }
    expect(settingsOf(team)).toBe(merged)
    expect(keptTexts(team)).toEqual(expect.arrayContaining([SETTINGS, ...damaged]))
  })
})

describe('what cannot be put back is told and kept', () => {
  test('the saved settings gone and the file edited since: --force takes the hooks out', async () => {
    const team = newTeam()
    await orphan(team)
    rmSync(remainsOf(team).saved)
    writeFileSync(team.settingsPath, settingsOf(team).replace('opus', 'haiku'))
    const edited = settingsOf(team)
    for (const command of ['recover', 'run']) {
      const done = await flow(team, command)
      expect(done).toMatchObject({ code: 1, stdout: '' })
      expect(fourLines(done).next).toContain('flow recover --force')
      expect(settingsOf(team)).toBe(edited)
    }
    expect((await flow(team, 'recover', '--force')).code).toBe(0)
    expect(settingsOf(team)).toBe(SETTINGS.replace('opus', 'haiku'))
  })

  test('settings that do not parse any more stay as they are until they are mended', async () => {
    const team = newTeam()
    await orphan(team)
    const merged = settingsOf(team)
    writeFileSync(team.settingsPath, merged.slice(0, -1))
    const done = await flow(team, 'recover')
    expect(done.code).toBe(1)
    expect(fourLines(done).why).toMatch(/line \d+, column \d+/)
    expect(settingsOf(team)).toBe(merged.slice(0, -1))
    writeFileSync(team.settingsPath, merged)
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test('a project folder that is gone: the others are put back, and it too once it is there again', async () => {
    const team = newTeam()
    const other = newTeam({ stateHome: team.stateHome })
    await orphan(team)
    await orphan(other)
    const elsewhere = `${team.cwd}-moved`
    renameSync(team.cwd, elsewhere)
    const done = await flow(other, 'recover')
    expect(done.code).toBe(1)
    expect(done.stderr).toContain(`could not restore the session in ${team.cwd}`)
    expect(done.stderr).toContain('flow recover --force')
    expect(fileAt(other.settingsPath)).toEqual(ORIGINAL)
    expect(git(other, 'checkout', '-q', '-b', 'fresh')).toBe('')
    renameSync(elsewhere, team.cwd)
    expect((await flow(other, 'recover')).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test('a project folder that is gone for good: --force closes its session and keeps the backup', async () => {
    const team = newTeam()
    const other = newTeam({ stateHome: team.stateHome })
    await orphan(team)
    rmSync(team.cwd, { recursive: true })
    expect((await flow(other, 'recover')).code).toBe(1)
    expect((await flow(other, 'recover', '--force')).code).toBe(0)
    expect(backupRefs(team)).toEqual([])
    expect(keptTexts(team)).toContain(SETTINGS)
  })

  test('an agent that locks its settings: flow fails, and `flow recover` ends it later', async () => {
    const team = unprivileged(newTeam())
    const done = await flow(team, 'exec', '--', 'chmod', '555', '.claude')
    expect(done.code).toBe(1)
    expect(fourLines(done).why).toContain('permission denied (EACCES)')
    chmodSync(dirname(team.settingsPath), 0o755)
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })
})
