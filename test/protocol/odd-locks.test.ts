/** Locks of an older or unknown format: their name still has a pid, and only its death is proof. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import { acquireSession, isSessionActive, releaseSession } from '../../src/session/session.ts'
import { createWorld, HABITAT, TRACE } from './world.ts'

const MINE = '{\n  "model": "opus"\n}\n'
const RECOVER = { force: false, automatic: false, cwd: null }

const WHOLE = {
  ...HABITAT,
  pid: 150,
  startTime: 'x',
  sessionId: 'session-1',
  target: 'claude',
  projectPath: '/p',
  agent: 'claude',
  cwd: '/p',
  startedAt: '2026-01-01T00:00:00.000Z',
}

test.each<[string, string]>([
  [
    'an earlier format',
    '{"pid":150,"startTime":1700000000000,"target":"claude","projectPath":"/p"}',
  ],
  ['no version', JSON.stringify(WHOLE)],
  ['version 0', JSON.stringify({ ...WHOLE, version: 0 })],
  ['a version that is text', JSON.stringify({ ...WHOLE, version: '1' })],
  ['no boot, no place', '{"version":1,"pid":150,"startTime":null}'],
  ['a plain number', '150\n'],
  ['another pid, as a plain number', '1\n'],
  ['a date', '"2026-01-01"'],
  ['nothing', ''],
  ['null', 'null'],
  ['a list', '[150]'],
  ['a pid that is text', JSON.stringify({ ...WHOLE, version: 1, pid: '150' })],
  ['a pid that is none', JSON.stringify({ ...WHOLE, version: 1, pid: -1 })],
  ['half of a lock', JSON.stringify({ ...WHOLE, version: 1 }).slice(0, 60)],
])(
  '%s: open while that pid runs, restored when it is gone, and kept to be looked at',
  (_, text) => {
    const world = createWorld()
    world.writeSettings(MINE)
    acquireSession(world.start(100), world.home, world.request())
    world.kill(100)
    const { pidsFolder } = projectPaths(world.home, projectHash(world.project))
    for (const name of readdirSync(pidsFolder)) rmSync(join(pidsFolder, name))
    const lock = join(pidsFolder, '150.json')
    writeFileSync(lock, text)
    world.start(150)

    const other = world.start(200)
    expect(isSessionActive(other, world.home, world.project)).toBe(true)
    expect(recoverSessions(other, world.home, { ...RECOVER, force: true })).toEqual([])
    expect(readFileSync(lock, 'utf8')).toBe(text)
    expect(world.readSettings()).toContain(TRACE)

    world.kill(150)
    expect(isSessionActive(other, world.home, world.project)).toBe(false)
    const [outcome] = recoverSessions(other, world.home, RECOVER)
    expect(outcome).toMatchObject({ kind: 'restored', mended: [{ path: lock }] })
    expect(world.readSettings()).toBe(MINE)
    const aside = join(world.home, 'corrupt')
    expect(readdirSync(aside).map((name) => readFileSync(join(aside, name), 'utf8'))).toEqual([
      text,
    ])
  },
)

test('who joins beside a lock that cannot be read does not put the settings back at its end', () => {
  const world = createWorld()
  world.writeSettings(MINE)
  acquireSession(world.start(100), world.home, world.request())
  world.kill(100)
  const { pidsFolder } = projectPaths(world.home, projectHash(world.project))
  for (const name of readdirSync(pidsFolder)) rmSync(join(pidsFolder, name))
  // No twin stands in: what is known of 150 is its name alone.
  writeFileSync(join(pidsFolder, '150.proc'), 'rubbish\n')
  world.start(150)
  const ports = world.start(200)
  const session = acquireSession(ports, world.home, world.request())
  expect(session.joined).toBe(true)
  expect(releaseSession(ports, session)).toEqual({ kind: 'left', othersCount: 1 })
  expect(world.readSettings()).toContain(TRACE)
})
