/** What a stash brings back after its session is over, and who takes it out. */
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { type RecoverOutcome, recoverSessions } from '../../src/session/recover.ts'
import { acquireSession, releaseSession } from '../../src/session/session.ts'
import { createWorld, faultyFiles, Killed, TRACE, type World } from './world.ts'

const MINE = '{\n\t"model": "opus",\n\t"hooks": {}\n}'

// Thousands of synced writes: in memory where there is such a folder, since no power cut is tried here.
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const root = realpathSync(mkdtempSync(join(base, 'flow-residue-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A session is over, and what it had written is in the settings again, with an edit. */
function withResidue(): { world: World; wanted: string } {
  const world = createWorld(mkdtempSync(join(root, 'w-')))
  world.writeSettings(MINE)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  const stashed = (world.readSettings() ?? '').replace('opus', 'haiku')
  releaseSession(ports, session)
  world.kill(100)
  world.writeSettings(stashed)
  return { world, wanted: MINE.replace('opus', 'haiku') }
}

function recover(
  world: World,
  options: { automatic?: boolean; cwd?: string | null } = {},
  wrap?: Parameters<World['start']>[1],
): RecoverOutcome[] {
  const ports = world.start(200, wrap)
  return recoverSessions(ports, world.home, {
    force: false,
    automatic: options.automatic ?? false,
    cwd: options.cwd === undefined ? world.project : options.cwd,
  })
}

describe('`flow recover` typed in the project', () => {
  test('takes it out, keeps the edits, says so, and leaves no session', () => {
    const { world, wanted } = withResidue()
    expect(recover(world)).toMatchObject([
      { kind: 'restored', report: { files: [{ kind: 'edits-kept' }] } },
    ])
    expect(world.readSettings()).toBe(wanted)
    const { sessionsFolder } = projectPaths(world.home, projectHash(world.project))
    expect(readdirSync(sessionsFolder)).toEqual(['history'])
    expect(recover(world)).toEqual([])
  })

  test('of a killed session and of one that was over before, tells both', () => {
    const { world, wanted } = withResidue()
    const stashed = world.readSettings() ?? ''
    acquireSession(world.start(100), world.home, world.request())
    world.kill(100)
    world.writeSettings(stashed)
    expect(recover(world)).toMatchObject([
      { kind: 'restored', report: { files: [{}] }, cameBack: { files: [{ kind: 'edits-kept' }] } },
    ])
    expect(world.readSettings()).toBe(wanted)
  })

  test('does the same after a kill at any step of it', () => {
    for (let at = 1; ; at += 1) {
      const { world, wanted } = withResidue()
      const files = faultyFiles({ at, kind: 'kill' })
      try {
        recover(world, {}, files.wrap)
      } catch (error) {
        if (!(error instanceof Killed)) throw error
      }
      world.kill(200)
      if (!files.struck()) {
        expect(at).toBeGreaterThan(50)
        return
      }
      for (const { kind } of recover(world)) expect(['restored', 'nothing']).toContain(kind)
      expect(world.readSettings(), `killed before ${at}`).toBe(wanted)
      expect(world.projectFiles()).toEqual(['.claude', '.claude/settings.json'])
    }
  })

  test('says where the settings do not parse, and leaves them', () => {
    const { world } = withResidue()
    const conflict = `<<<<<<<\n${world.readSettings()}`
    world.writeSettings(conflict)
    expect(recover(world)).toMatchObject([
      { kind: 'failed', error: { code: 'E_SETTINGS_INVALID' } },
    ])
    expect(world.readSettings()).toBe(conflict)
  })

  test('finds nothing where the settings are gone', () => {
    const { world } = withResidue()
    rmSync(world.settingsPath)
    expect(recover(world)).toEqual([])
    expect(existsSync(world.settingsPath)).toBe(false)
  })
})

test.each([
  ['elsewhere', { cwd: '/nowhere' }],
  ['by a hook', { automatic: true }],
])('a recovery %s does not read the settings of this project', (_, options) => {
  const { world } = withResidue()
  expect(recover(world, options)).toEqual([])
  expect(world.readSettings()).toContain(TRACE)
})

test('groups of a session that is open are left', () => {
  const { world, wanted } = withResidue()
  const ports = world.start(300)
  const session = acquireSession(ports, world.home, world.request())
  recover(world)
  expect(world.readSettings()).toContain(TRACE)
  releaseSession(ports, session)
  expect(world.readSettings()).toBe(wanted)
})
