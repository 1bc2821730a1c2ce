/** Settings that become a link out of the repository while a session is open. */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { recoverSessions } from '../../src/session/recover.ts'
import { acquireSession, releaseSession } from '../../src/session/session.ts'
import { listing } from '../helpers/on-disk.ts'
import { createWorld, TRACE, type World } from './world.ts'

const MINE = '{\n  "model": "opus"\n}\n'
const RECOVER = { force: false, automatic: false, cwd: null }

function begin(followSymlinks = false) {
  const world = createWorld()
  const outside = join(world.project, '../outside')
  mkdirSync(outside)
  world.writeSettings(MINE)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request({ followSymlinks }))
  return { world, outside, ports, session }
}

/** As somebody does who keeps all settings in one place. */
function moveSettings(world: World, outside: string): string {
  const moved = join(outside, 'settings.json')
  renameSync(world.settingsPath, moved)
  symlinkSync(moved, world.settingsPath)
  return moved
}

test('they are not changed there, that is told, and recovery goes on once they are back', () => {
  const { world, outside, ports, session } = begin()
  const moved = moveSettings(world, outside)
  const before = listing(outside)
  expect(() => releaseSession(ports, session)).toThrow(
    expect.objectContaining({ code: 'E_SETTINGS_LINK', why: expect.stringContaining(moved) }),
  )
  world.kill(100)
  const other = world.start(200)
  expect(recoverSessions(other, world.home, RECOVER)).toMatchObject([
    { kind: 'failed', error: { code: 'E_SETTINGS_LINK' } },
  ])
  expect(listing(outside)).toEqual(before)
  expect(readFileSync(moved, 'utf8')).toContain(TRACE)

  rmSync(world.settingsPath)
  renameSync(moved, world.settingsPath)
  expect(recoverSessions(other, world.home, RECOVER)).toMatchObject([{ kind: 'restored' }])
  expect(world.readSettings()).toBe(MINE)
  expect(readdirSync(outside)).toEqual([])
})

test('what holds nothing of flow’s is left, and the session ends', () => {
  const { world, outside, ports, session } = begin()
  writeFileSync(join(outside, 'settings.json'), '{ "of": "another project" }')
  rmSync(world.settingsPath)
  symlinkSync(join(outside, 'settings.json'), world.settingsPath)
  const before = listing(outside)
  expect(releaseSession(ports, session).kind).toBe('restored')
  expect(lstatSync(world.settingsPath).isSymbolicLink()).toBe(true)
  expect(listing(outside)).toEqual(before)
})

test('their whole folder as a link: nothing in it is changed, drafts of flow’s own names included', () => {
  const { world, outside, ports, session } = begin()
  const folder = dirname(world.settingsPath)
  rmSync(folder, { recursive: true })
  symlinkSync(outside, folder)
  for (const end of ['new', 'aaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb.aside']) {
    writeFileSync(join(outside, `.settings.json.${session.sessionId}.${end}`), 'mine')
  }
  const before = listing(outside)
  expect(releaseSession(ports, session).kind).toBe('restored')
  expect(listing(outside)).toEqual(before)
})

test('a person who follows links has them restored where they lead', () => {
  const { world, outside, ports, session } = begin(true)
  const moved = moveSettings(world, outside)
  expect(releaseSession(ports, session).kind).toBe('restored')
  expect(readFileSync(moved, 'utf8')).toBe(MINE)
  expect(lstatSync(world.settingsPath).isSymbolicLink()).toBe(true)
})
