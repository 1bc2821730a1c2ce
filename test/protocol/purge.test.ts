/** What the state directory has of a project that is gone goes 30 days after its last session. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import { purgeGone } from '../../src/session/forget.ts'
import { listHistory } from '../../src/session/history.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import { withRepositoryLock } from '../../src/session/repository-lock.ts'
import { acquireSession, releaseSession, type Session } from '../../src/session/session.ts'
import { listing } from '../helpers/on-disk.ts'
import { createWorld, faultyFiles, Killed, type World } from './world.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** A project with a past session and a note of a hook, and one that stays. */
function two(): { world: World; gone: Session; stays: Session } {
  const world = createWorld()
  const project = join(world.project, '../gone')
  mkdirSync(project)
  const gone = past(world, project)
  mkdirSync(gone.paths.firedFolder, { recursive: true })
  writeFileSync(join(gone.paths.firedFolder, 'SessionStart.json'), '{}')
  return { world, gone, stays: past(world, world.project) }
}

function past(world: World, projectPath: string, gitFolder: string | null = null): Session {
  const ports = world.start(100)
  const request = world.request({ projectPath, boundary: projectPath, gitFolder })
  const session = acquireSession(ports, world.home, request)
  releaseSession(ports, session)
  return session
}

/** Purges so many days later. */
function purge(world: World, days: number, ports: ProtocolPorts = world.start(300)): void {
  const now = new Date(ports.clock.now().getTime() + days * DAY_MS)
  purgeGone({ ...ports, clock: { ...ports.clock, now: () => now } }, world.home)
}

/** The world's clock is not that of its files. */
function date(world: World, { paths }: Session): void {
  const now = world.start(300).clock.now()
  if (existsSync(paths.projectSnapshotsFolder)) utimesSync(paths.projectSnapshotsFolder, now, now)
}

const remove = ({ projectPath }: Session) => rmSync(projectPath, { recursive: true })

function expectForgotten(world: World, { paths, projectPath }: Session): void {
  const { projectSnapshotsFolder, sessionFolder, gateFolder, firedFolder } = paths
  const left = [projectSnapshotsFolder, sessionFolder, gateFolder, firedFolder].filter(existsSync)
  expect(left).toEqual([])
  const history = listHistory(world.start(300), world.home)
  expect(history.filter((one) => one.projectPath === projectPath)).toEqual([])
}

test('it goes after 30 days, not before, and that of other projects stays', () => {
  const { world, gone, stays } = two()
  remove(gone)
  for (const one of [gone, stays]) date(world, one)
  const before = listing(world.home)
  purge(world, 29)
  expect(listing(world.home)).toEqual(before)
  purge(world, 31)
  expectForgotten(world, gone)
  expect(existsSync(stays.backupPath)).toBe(true)
  expect(listHistory(world.start(300), world.home)).toHaveLength(1)
})

test('with the last project of a repository that is gone goes the lock of the repository', () => {
  const world = createWorld()
  const gitFolder = join(world.project, '.git')
  mkdirSync(gitFolder)
  const session = past(world, world.project, gitFolder)
  withRepositoryLock(world.start(100), world.home, gitFolder, () => undefined)
  remove(session)
  date(world, session)
  purge(world, 31)
  expectForgotten(world, session)
  expect(readdirSync(session.paths.gatesFolder)).toEqual([])
})

describe('it stays', () => {
  type Case = (world: World, gone: Session) => void
  test.each<[string, Case]>([
    ['where the project is there', () => undefined],
    [
      'while a snapshot was never closed',
      (_, gone) => {
        rmSync(join(gone.backupPath, 'closed'))
        remove(gone)
      },
    ],
    [
      'while a snapshot has a copy of what somebody saved',
      (_, gone) => {
        writeFileSync(join(gone.backupPath, 'found-1234'), 'mine')
        remove(gone)
      },
    ],
    [
      'beside what is not flow’s',
      (_, gone) => {
        mkdirSync(join(gone.paths.projectSnapshotsFolder, 'theirs'))
        remove(gone)
      },
    ],
    [
      'while a session is open',
      (world, gone) => {
        const { projectPath } = gone
        acquireSession(
          world.start(200),
          world.home,
          world.request({ projectPath, boundary: projectPath }),
        )
        remove(gone)
      },
    ],
    [
      'while another process is in its gate',
      (world, gone) => {
        const holder = world.start(200)
        const files = faultyFiles({ at: 40, kind: 'kill' })
        const ports = { ...holder, fs: files.wrap(holder.fs) }
        const { projectPath } = gone
        const request = world.request({ projectPath, boundary: projectPath })
        expect(() => acquireSession(ports, world.home, request)).toThrow()
        expect(files.struck()).toBe(true)
        remove(gone)
      },
    ],
  ])('%s', (_, change) => {
    const { world, gone } = two()
    change(world, gone)
    date(world, gone)
    const before = listing(world.home)
    purge(world, 31)
    expect(listing(world.home)).toEqual(before)
  })
})

test('a kill at any step takes nothing but what goes, and the rest goes later', () => {
  for (let at = 1; ; at += 7) {
    const { world, gone, stays } = two()
    remove(gone)
    date(world, gone)
    const files = faultyFiles({ at, kind: 'kill' })
    const ports = world.start(300, files.wrap)
    const run = () => purge(world, 31, ports)
    try {
      run()
    } catch (error) {
      expect(error).toBeInstanceOf(Killed)
    }
    if (!files.struck()) break
    world.kill(300)
    expect(existsSync(stays.backupPath)).toBe(true)
    date(world, gone)
    purge(world, 62)
    expect(existsSync(gone.paths.projectSnapshotsFolder)).toBe(false)
    // The same project again, as if nothing had been.
    mkdirSync(gone.projectPath)
    expect(past(world, gone.projectPath).joined).toBe(false)
    const options = { force: false, automatic: false, cwd: null }
    expect(recoverSessions(world.start(400), world.home, options)).toEqual([])
  }
})

test('one that was moved away and back in the meantime has lost its past alone', () => {
  const { world, gone } = two()
  const elsewhere = join(dirname(gone.projectPath), 'elsewhere')
  renameSync(gone.projectPath, elsewhere)
  date(world, gone)
  purge(world, 31)
  renameSync(elsewhere, gone.projectPath)
  expect(past(world, gone.projectPath).joined).toBe(false)
})
