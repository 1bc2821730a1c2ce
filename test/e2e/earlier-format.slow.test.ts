/** A state home that an earlier flow, or another tool of the same layout, uses as well. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectHash } from '../../src/session/layout.ts'
import { orphan, startAgent } from '../helpers/agent.ts'
import { fileAt, listing } from '../helpers/on-disk.ts'
import { enter } from '../helpers/records.ts'
import { fourLines } from '../helpers/refusal.ts'
import { run } from '../helpers/running.ts'
import {
  flow,
  history,
  newTeam,
  ORIGINAL,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const GONE = 2 ** 22 + 1

/** Writes what others keep there about the projects at these paths; gives its lines on the disk. */
function addOthers({ stateHome }: Team, flagged: string, opened: string): () => string[] {
  const written: string[] = []
  const add = (path: string, value: unknown) => {
    const whole = join(stateHome, path)
    mkdirSync(dirname(whole), { recursive: true })
    writeFileSync(whole, JSON.stringify(value))
    written.push(whole)
  }
  const backupOf = (path: string) => `backups/${projectHash(path)}/session-1700000000000`
  for (const projectPath of [flagged, opened]) {
    const hash = projectHash(projectPath)
    const backupPath = join(stateHome, backupOf(projectPath))
    const one = { sessionId: 'session-1700000000000', projectPath, backupPath, target: 'claude' }
    add(`sessions/${hash}.json`, {
      ...one,
      projectHash: hash,
      status: 'active',
      refCount: 2,
      activePids: [process.pid, GONE],
      pid: process.pid,
      cleanupRequired: true,
      startTime: '2023-11-14T22:13:20.000Z',
    })
    add(`${backupOf(projectPath)}/settings.json`, { wrongly: 'restored' })
    add(`${backupOf(projectPath)}/manifest.json`, { ...one, version: '1.0' })
  }
  const hash = projectHash(opened)
  const backupPath = join(stateHome, backupOf(opened))
  const sessionId = 'session-1700000000000'
  const one = { sessionId, backupPath, projectPath: opened, target: 'claude' }
  add(`sessions/${hash}/backup.json`, {
    ...one,
    createdAt: '2023-11-14T22:13:20.000Z',
    createdByPid: process.pid,
  })
  for (const pid of [process.pid, GONE]) {
    add(`sessions/${hash}/pids/${pid}.json`, {
      pid,
      startTime: 1700000000000,
      target: 'claude',
      projectPath: opened,
    })
  }
  for (let n = 10; n < 80; n += 1) {
    add(`sessions/history/session-17000000000${n}.json`, { ...one, status: 'completed' })
    add(`snapshots/${projectHash(flagged)}/session-17000000000${n}/manifest.json`, one)
    add(`snapshots/${projectHash(flagged)}/session-17000000000${n}/settings.json`, {})
  }
  return () => listing(stateHome).filter((line) => written.includes(line.split(' ')[0] ?? ''))
}

describe('sessions of an earlier format, and of another tool', () => {
  test('every command leaves them as they are, and works beside them', async () => {
    const team = newTeam()
    const elsewhere = tempFolder()
    const others = addOthers(team, team.cwd, elsewhere)
    const before = others()
    expect(before.length).toBe(219)

    expect((await flow(team, 'run')).code).toBe(0)
    expect((await flow(team, 'exec', '--', 'true')).code).toBe(0)
    expect((await flow(team, 'status')).code).toBe(0)
    const agent = await startAgent(team)
    expect((await flow(team, 'status')).stdout).toContain(`pid ${agent.flow.pid},`)
    await agent.end()
    await orphan(team)
    expect(await enter(team, tempFolder())).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^flow: put [^\n]*\n$/),
    })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    await orphan(team)
    for (const words of [['recover'], ['recover', '--quiet'], ['recover', '--force']]) {
      await flow(team, ...words)
    }
    await run(['flow', 'hook', 'session-start'], team)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(history(team).filter(({ version }) => version === 1)).toHaveLength(5)
    expect(others()).toEqual(before)
  })

  test('a session that another tool has open in this very project is told, and nobody’s guess', async () => {
    const team = newTeam()
    const others = addOthers(team, tempFolder(), team.cwd)
    const before = others()
    for (const words of [['run'], ['recover'], ['recover', '--force']]) {
      const done = await flow(team, ...words)
      expect(done).toMatchObject({ code: 1, stdout: '' })
      expect(fourLines(done).what).toContain("is not flow's")
    }
    expect((await enter(team, team.cwd)).stderr).toBe('')
    expect(settingsOf(team)).toBe(SETTINGS)
    expect(others()).toEqual(before)
  })
})
