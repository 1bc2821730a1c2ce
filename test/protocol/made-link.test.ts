/** Edits of settings that flow made, under a hard link: a checkout overwrites what git ignores. */
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FileSystem } from '../../src/ports/file-system.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import {
  acquireSession,
  type ReleaseResult,
  releaseSession,
  type Session,
  updateIgnored,
} from '../../src/session/session.ts'
import { createWorld, type World } from './world.ts'

const MINE = '{"mine": 1}\n'
const THEIRS = '{"theirs": 2}\n'

function open(wrap?: (fs: FileSystem) => FileSystem) {
  const world = createWorld(undefined, { inGit: true })
  const ports = world.start(100, wrap)
  const session = acquireSession(ports, world.home, world.request())
  return { world, ports, session }
}

/** As git does: the file gets a new inode. */
function checkOut({ settingsPath }: World, text: string): void {
  rmSync(settingsPath)
  writeFileSync(settingsPath, text)
}

function namesOfLinks({ ref }: Session): string[] {
  return readdirSync(ref.backupPath).filter((name) => name.endsWith('.link'))
}

function keptIn(result: ReleaseResult): string[] {
  if (result.kind !== 'restored') return [result.kind]
  return result.report.files.flatMap(({ kept = [] }) =>
    kept.map((one) => readFileSync(one, 'utf8')),
  )
}

function copiesIn({ ref }: Session): string[] {
  return readdirSync(ref.backupPath)
    .filter((name) => name.startsWith('found-'))
    .map((name) => readFileSync(join(ref.backupPath, name), 'utf8'))
}

describe('an edit in place of settings that flow made', () => {
  test('is kept, and reported, when a checkout overwrites it before git is shown the file', () => {
    const { world, ports, session } = open()
    world.writeSettings(MINE)
    checkOut(world, THEIRS)
    updateIgnored(ports, session)
    expect(keptIn(releaseSession(ports, session))).toEqual([MINE])
    expect(copiesIn(session)).toEqual([MINE])
    expect(world.readSettings()).toBe(THEIRS)
    expect(namesOfLinks(session)).toEqual([])
  })

  test('is kept, and reported, by the recovery of a killed session', () => {
    const { world, session } = open()
    world.kill(100)
    world.writeSettings(MINE)
    checkOut(world, THEIRS)
    const options = { force: false, automatic: false, cwd: null }
    const kept = recoverSessions(world.start(200), world.home, options).flatMap((one) =>
      one.kind === 'restored' ? keptIn(one) : [one.kind],
    )
    expect(kept).toEqual([MINE])
    expect(copiesIn(session)).toEqual([MINE])
  })

  test('is kept when the entries go back into what was checked out', () => {
    const { world, ports, session } = open()
    world.writeSettings(MINE)
    checkOut(world, THEIRS)
    const second = acquireSession(world.start(101), world.home, world.request())
    expect(second.joined).toBe(true)
    expect(world.readSettings()).toContain('theirs')
    releaseSession(world.start(101), second)
    expect(keptIn(releaseSession(ports, session))).toEqual([MINE])
    expect(world.readSettings()).toBe(THEIRS)
  })

  test('needs no copy while the file is there', () => {
    const { world, ports, session } = open()
    world.writeSettings(MINE)
    expect(keptIn(releaseSession(ports, session))).toEqual([])
    expect(world.readSettings()).toBe(MINE)
    expect(copiesIn(session)).toEqual([])
    expect(namesOfLinks(session)).toEqual([])
  })

  test('needs no link once git is shown the file', () => {
    const { world, ports, session } = open()
    expect(namesOfLinks(session)).toHaveLength(1)
    world.writeSettings(MINE)
    updateIgnored(ports, session)
    expect(namesOfLinks(session)).toEqual([])
    checkOut(world, THEIRS)
    expect(keptIn(releaseSession(ports, session))).toEqual([])
  })
})

test('a file that flow had to make again has a link again', () => {
  const { world, ports, session } = open()
  rmSync(world.settingsPath)
  const second = acquireSession(world.start(101), world.home, world.request())
  world.writeSettings(MINE)
  checkOut(world, THEIRS)
  releaseSession(world.start(101), second)
  expect(keptIn(releaseSession(ports, session))).toEqual([MINE])
})

test('two edits of one session that checkouts overwrote are both kept', () => {
  const { world, ports, session } = open()
  const edits = [MINE, '{"mine": 2}\n']
  for (const edit of edits) {
    world.writeSettings(edit)
    checkOut(world, THEIRS)
    rmSync(world.settingsPath)
    // It joins, and makes the file again.
    releaseSession(world.start(101), acquireSession(world.start(101), world.home, world.request()))
  }
  expect(keptIn(releaseSession(ports, session)).sort()).toEqual([...edits].sort())
})

test('what flow made and nobody edited is no copy to keep', () => {
  const { world, ports, session } = open()
  checkOut(world, THEIRS)
  expect(keptIn(releaseSession(ports, session))).toEqual([])
  expect(copiesIn(session)).toEqual([])
  expect(namesOfLinks(session)).toEqual([])
})

test('a file with a link of the user’s too is not taken for the last', () => {
  const { world, ports, session } = open()
  world.writeSettings(MINE)
  linkSync(world.settingsPath, join(world.project, 'second.json'))
  renameSync(world.settingsPath, join(world.project, 'moved.json'))
  expect(keptIn(releaseSession(ports, session))).toEqual([])
  expect(readFileSync(join(world.project, 'moved.json'), 'utf8')).toBe(MINE)
})

test.each(['EXDEV', 'EPERM', 'EMLINK'])('where the link fails with %s, a session works', (code) => {
  const { world, ports, session } = open((fs) => ({
    ...fs,
    link(from, to) {
      if (to.endsWith('.link')) throw Object.assign(new Error(code), { code, syscall: 'link' })
      fs.link(from, to)
    },
  }))
  expect(namesOfLinks(session)).toEqual([])
  expect(keptIn(releaseSession(ports, session))).toEqual([])
  expect(world.readSettings()).toBe(null)
})

test('settings that were there get no link', () => {
  const world = createWorld(undefined, { inGit: true })
  world.writeSettings(MINE)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  expect(namesOfLinks(session)).toEqual([])
  releaseSession(ports, session)
  expect(world.readSettings()).toBe(MINE)
})
