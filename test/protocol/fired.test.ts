import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lastFired, noteFired } from '../../src/session/fired.ts'
import { printRunId, projectHash, projectPaths } from '../../src/session/layout.ts'
import { ownSession } from '../../src/session/own-session.ts'
import { acquireSession, releaseSession } from '../../src/session/session.ts'
import { listing } from '../helpers/on-disk.ts'
import { createWorld } from './world.ts'

const EVENT = 'session-start'

function openOne() {
  const world = createWorld()
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  const paths = projectPaths(world.home, projectHash(world.project))
  const runId = printRunId({ ...session, hash: paths.hash })
  const note = (changes: { runId?: string; event?: string } = {}) => {
    const own = ownSession(ports, world.home, changes.runId ?? runId)
    if (own !== null) noteFired(ports, own, changes.event ?? EVENT)
  }
  return { world, ports, session, paths, runId, note }
}

describe('a note that a merged hook fired', () => {
  test('tells when and by which session, after that session too; for nobody else to read', () => {
    const { ports, session, paths, note } = openOne()
    note()
    expect(releaseSession(ports, session).kind).toBe('restored')
    const fired = lastFired(ports, paths, EVENT)
    expect(fired).toEqual({
      version: 1,
      sessionId: session.sessionId,
      firedAt: expect.stringMatching(/^2026-01-01T00:00:00\.\d{3}Z$/),
    })
    expect(lastFired(ports, paths, 'notification')).toBe(null)
    expect(statSync(join(paths.firedFolder, `${EVENT}.json`)).mode & 0o777).toBe(0o600)
    for (const folder of [paths.firedFolder, dirname(paths.firedFolder)]) {
      expect(statSync(folder).mode & 0o777).toBe(0o700)
    }
  })

  test('is one file for each event, however often it fires', () => {
    const { ports, paths, note } = openOne()
    let before = ''
    for (let time = 0; time < 50; time += 1) {
      note()
      note({ event: 'notification' })
      const { firedAt = '' } = lastFired(ports, paths, EVENT) ?? {}
      expect(firedAt > before).toBe(true)
      before = firedAt
    }
    expect(readdirSync(paths.firedFolder).sort()).toEqual(['notification.json', `${EVENT}.json`])
  })

  test.each([
    ['empty', () => ''],
    ['a stem alone', () => '..100'],
    ['no stem', (id: string, hash: string) => `${hash}.${id}`],
    ['no project', (id: string) => `${id}.100`],
    ['no session', (_: string, hash: string) => `${hash}.100`],
    ['another project', (id: string) => `0000000000000000.${id}.100`],
    ['a path to the project', (id: string, hash: string) => `../sessions/${hash}.${id}.100`],
    ['a path behind the project', (id: string, hash: string) => `${hash}/../${hash}.${id}.100`],
    ['a path', (id: string, hash: string) => `${hash}.../../${id}.100`],
    ['an absolute path', (id: string, hash: string) => `${hash}./tmp/${id}.100`],
    ['a path behind it', (id: string, hash: string) => `${hash}.${id}/../../x.100`],
    ['a NUL', (id: string, hash: string) => `${hash}.${id}\0.100`],
    ['a newline', (id: string, hash: string) => `${hash}.${id}\n.100`],
    ['a session that nobody has', (id: string, hash: string) => `${hash}.${id}0.100`],
    ['a word of objects', (_: string, hash: string) => `${hash}.__proto__.100`],
    [
      'a megabyte',
      (_: string, hash: string) => `${hash}.session-20260101T000000000Z-${'9'.repeat(1 << 20)}.100`,
    ],
  ])('is not written for an id that is %s', (_, make) => {
    const { world, session, paths, note } = openOne()
    const before = listing(dirname(world.home))
    note({ runId: make(session.sessionId, paths.hash) })
    expect(listing(dirname(world.home))).toEqual(before)
  })

  test('is not written for a session that is over', () => {
    const { world, ports, session, note } = openOne()
    releaseSession(ports, session)
    const before = listing(world.home)
    note()
    expect(listing(world.home)).toEqual(before)
  })

  test('is not hidden by another project whose state nobody can read', () => {
    const { world, ports, paths, note } = openOne()
    const other = projectPaths(world.home, '0000000000000000')
    // A folder in the place of the file, which even root cannot read.
    mkdirSync(other.backupRefPath, { recursive: true })
    note()
    expect(lastFired(ports, paths, EVENT)).not.toBe(null)
  })

  test.each(['fired', 'fired/HASH'])('follows no link at %s', (name) => {
    const { world, ports, paths, note } = openOne()
    const outside = join(dirname(world.home), 'outside')
    mkdirSync(outside)
    const link = join(world.home, name.replace('HASH', paths.hash))
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(outside, link)
    expect(() => note()).toThrow(expect.objectContaining({ code: 'E_STATE_LINK' }))
    expect(readdirSync(outside)).toEqual([])
    expect(() => lastFired(ports, paths, EVENT)).toThrow()
  })

  test('takes the place of a link, and leaves alone what that led to', () => {
    const { world, paths, note } = openOne()
    const victim = join(dirname(world.home), 'victim')
    writeFileSync(victim, 'mine')
    mkdirSync(paths.firedFolder, { recursive: true })
    const path = join(paths.firedFolder, `${EVENT}.json`)
    symlinkSync(victim, path)
    note()
    expect(readFileSync(victim, 'utf8')).toBe('mine')
    expect(lstatSync(path).isFile()).toBe(true)
  })

  test.each([
    '',
    '{',
    '[]',
    '{"version": 2}',
    '{"version": 1, "sessionId": "x", "firedAt": "now"}',
  ])('that reads %j is none', (text) => {
    const { ports, paths, note } = openOne()
    note()
    writeFileSync(join(paths.firedFolder, `${EVENT}.json`), text)
    expect(lastFired(ports, paths, EVENT)).toBe(null)
  })

  test('where there is no state home, none is made', () => {
    const world = createWorld()
    const runId = '0123456789abcdef.session-20260101T000000000Z-abcdef.100'
    expect(ownSession(world.start(1), world.home, runId)).toBe(null)
    expect(existsSync(world.home)).toBe(false)
  })
})
