/** Settings that flow made next to a `.gitignore` of the user's, and the line that hides them. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Habitat } from '../../src/ports/processes.ts'
import { readTop } from '../../src/session/claim.ts'
import { ownRecord } from '../../src/session/participants.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import { repositoryPaths, withRepositoryLock } from '../../src/session/repository-lock.ts'
import { acquireSession, releaseSession, updateIgnored } from '../../src/session/session.ts'
import { namesIn } from '../helpers/on-disk.ts'
import { createWorld, HABITAT, Killed, type World } from './world.ts'

const LINE = '/.claude/settings.jso[n]\n'
const EXCLUDE = '*.tmp'
const RECOVER = { force: false, automatic: false, cwd: null }

interface Scene extends World {
  readonly ignorePath: string
  readonly excludePath: string
  exclude(): string
}

function scene(): Scene {
  const world = createWorld(undefined, { inGit: true })
  const ignorePath = join(dirname(world.settingsPath), '.gitignore')
  const excludePath = join(world.project, '.git/info/exclude')
  for (const path of [ignorePath, excludePath]) {
    mkdirSync(dirname(path))
    writeFileSync(path, EXCLUDE)
  }
  return { ...world, ignorePath, excludePath, exclude: () => readFileSync(excludePath, 'latin1') }
}

test('a change of no concern enters no gate and changes nothing', () => {
  const world = scene()
  const changes: string[] = []
  const watched = ['createFile', 'rename', 'unlink', 'link', 'createFolder'] as const
  const ports = world.start(100, (fs) => ({
    ...fs,
    ...Object.fromEntries(
      watched.map((name) => [
        name,
        (...args: unknown[]) => {
          changes.push(`${name} ${args[0]}`)
          return (fs[name] as (...all: unknown[]) => unknown)(...args)
        },
      ]),
    ),
  }))
  const session = acquireSession(ports, world.home, world.request())
  changes.length = 0
  updateIgnored(ports, session)
  expect(changes).toEqual([])
  writeFileSync(world.settingsPath, '{}')
  updateIgnored(ports, session)
  expect(world.exclude()).toBe(EXCLUDE)
  expect(changes.length).toBeGreaterThan(0)
})

test('a watcher changes nothing once its session is over', () => {
  const world = scene()
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  const merged = world.readSettings() ?? ''
  world.kill(100)
  recoverSessions(world.start(200), world.home, RECOVER)
  world.running.set(100, session.lock.startTime ?? '')
  world.writeSettings(merged)
  updateIgnored(ports, session)
  expect(world.exclude()).toBe(EXCLUDE)
})

test.each([
  ['removed', (path: string) => rmSync(path)],
  ['replaced', (path: string) => writeFileSync(path, '*.local')],
])('where a checkout %s the .gitignore of flow’s, a line hides the file', (_, checkOut) => {
  const world = scene()
  rmSync(world.ignorePath)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  expect(world.exclude()).toBe(EXCLUDE)
  checkOut(world.ignorePath)
  const names = namesIn(dirname(world.ignorePath))
  updateIgnored(ports, session)
  expect(world.exclude()).toBe(LINE + EXCLUDE)
  // git may be about to write one.
  expect(namesIn(dirname(world.ignorePath))).toEqual(names)
  rmSync(world.ignorePath, { force: true })
  updateIgnored(ports, session)
  expect(world.exclude()).toBe(LINE + EXCLUDE)
  releaseSession(ports, session)
  expect(world.exclude()).toBe(EXCLUDE)
  expect(namesIn(dirname(world.settingsPath))).toEqual([])
})

test('a file that is not named `.json` gets no line', () => {
  const world = scene()
  const files = world.request().files.map((plan) => ({ ...plan, path: '.claude/settings.toml' }))
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request({ files }))
  expect(world.exclude()).toBe(EXCLUDE)
  releaseSession(ports, session)
  expect(world.exclude()).toBe(EXCLUDE)
})

test.each([
  [
    'a directory',
    (path: string) => {
      rmSync(path)
      mkdirSync(path)
    },
  ],
  ['missing, as its directory is', (path: string) => rmSync(dirname(path), { recursive: true })],
  [
    'in a file',
    (path: string) => {
      rmSync(dirname(path), { recursive: true })
      writeFileSync(dirname(path), '')
    },
  ],
])('an info/exclude that is %s keeps no session from ending', (_, change) => {
  const world = scene()
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  change(world.excludePath)
  expect(releaseSession(ports, session).kind).toBe('restored')
  expect(world.readSettings()).toBe(null)
})

test.each(['EACCES', 'EROFS', 'ENOSPC'])(
  'an info that cannot be written (%s) keeps no session from starting',
  (code) => {
    const world = scene()
    const refuse = (path: string) => {
      if (dirname(path) === dirname(world.excludePath))
        throw Object.assign(new Error(code), { code, syscall: 'open' })
    }
    const ports = world.start(100, (fs) => ({
      ...fs,
      createFile(path, ...rest) {
        refuse(path)
        fs.createFile(path, ...rest)
      },
    }))
    const session = acquireSession(ports, world.home, world.request())
    expect(world.readSettings()).not.toBe(null)
    expect(world.exclude()).toBe(EXCLUDE)
    expect(releaseSession(ports, session).kind).toBe('restored')
  },
)

test('a line that cannot be removed leaves the session to recovery', () => {
  const world = scene()
  const session = acquireSession(world.start(100), world.home, world.request())
  const closed = world.start(100, (fs) => ({
    ...fs,
    rename(from, to) {
      if (to === world.excludePath)
        throw Object.assign(new Error('EROFS'), { code: 'EROFS', syscall: 'rename' })
      fs.rename(from, to)
    },
  }))
  expect(() => releaseSession(closed, session)).toThrow('info/exclude')
  world.kill(100)
  recoverSessions(world.start(200), world.home, RECOVER)
  expect(world.exclude()).toBe(EXCLUDE)
  expect(namesIn(dirname(world.excludePath))).toEqual(['exclude'])
})

describe('a lock of the repository', () => {
  const gitDirectory = (world: World) => join(world.project, '.git')

  /** A process that stops inside, and is never heard of again. */
  function stopInside(world: World, habitat: Partial<Habitat> = {}): void {
    let isStopped = false
    const ports = world.start(300, (fs) => ({
      ...fs,
      rename(from, to) {
        if (isStopped) throw new Killed()
        fs.rename(from, to)
      },
    }))
    const processes = { ...ports.processes, habitat: { ...HABITAT, ...habitat } }
    const stop = () => {
      isStopped = true
    }
    expect(() =>
      withRepositoryLock({ ...ports, processes }, world.home, gitDirectory(world), stop),
    ).toThrow(Killed)
  }

  const elsewhere = { machineId: 'machine-b', bootId: 'boot-2', hostName: 'there' }

  test.each([
    ['a stopped process', {}],
    ['another machine', elsewhere],
  ])('that %s holds keeps no session from starting and ending', (_, habitat) => {
    const world = scene()
    world.start(100)
    releaseSession(world.start(100), acquireSession(world.start(100), world.home, world.request()))
    stopInside(world, habitat)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    expect(world.exclude()).toBe(LINE + EXCLUDE)
    releaseSession(ports, session)
    expect(world.exclude()).toBe(EXCLUDE)
    expect(world.readSettings()).toBe(null)
  })

  test('that another machine held is open again, and one of a running process is not', () => {
    const world = scene()
    releaseSession(world.start(100), acquireSession(world.start(100), world.home, world.request()))
    const paths = repositoryPaths(world.home, gitDirectory(world))
    const isOpen = (): boolean => {
      const self = ownRecord(world.start(400))
      return readTop(world.start(400), paths, self, false).holder === null
    }
    stopInside(world, elsewhere)
    expect(isOpen()).toBe(false)
    withRepositoryLock(world.start(100), world.home, gitDirectory(world), () => undefined)
    expect(isOpen()).toBe(true)
    stopInside(world)
    withRepositoryLock(world.start(100), world.home, gitDirectory(world), () => undefined)
    expect(isOpen()).toBe(false)
  })

  test('where there can be none, an edit is made without', () => {
    const world = scene()
    mkdirSync(join(world.home, 'gates'), { recursive: true })
    const { gateFolder } = repositoryPaths(world.home, gitDirectory(world))
    symlinkSync('elsewhere', gateFolder)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    expect(world.exclude()).toBe(LINE + EXCLUDE)
    releaseSession(ports, session)
    expect(world.exclude()).toBe(EXCLUDE)
  })
})

test('an info/exclude that is a link gets no line and loses none', () => {
  const world = scene()
  renameSync(world.excludePath, `${world.excludePath}.shared`)
  symlinkSync('exclude.shared', world.excludePath)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  expect(world.exclude()).toBe(EXCLUDE)
  releaseSession(ports, session)
  expect(world.exclude()).toBe(EXCLUDE)
})

test('a file that recovery cannot read is shown, before a checkout overwrites it', () => {
  const world = scene()
  rmSync(world.ignorePath)
  acquireSession(world.start(100), world.home, world.request())
  world.kill(100)
  world.writeSettings(`${world.readSettings()}}`)
  const outcomes = recoverSessions(world.start(200), world.home, RECOVER)
  expect(outcomes.map(({ kind }) => kind)).toEqual(['failed'])
  expect(namesIn(dirname(world.settingsPath))).toEqual(['settings.json'])
})

test.each([
  ['a directory', (path: string) => mkdirSync(path)],
  ['a link', (path: string) => symlinkSync('elsewhere', path)],
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
])('%s in the place of the file is shown', (_, replace) => {
  const world = scene()
  rmSync(world.ignorePath)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  rmSync(world.settingsPath)
  replace(world.settingsPath)
  updateIgnored(ports, session)
  expect(namesIn(dirname(world.settingsPath))).toEqual(['settings.json'])
})

test('an empty .gitignore that a checkout brought stays', () => {
  const world = scene()
  rmSync(world.ignorePath)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  writeFileSync(world.ignorePath, '')
  releaseSession(ports, session)
  expect(namesIn(dirname(world.settingsPath))).toEqual(['.gitignore'])
})

test('what hid a file of an earlier session is removed from the user’s', () => {
  const world = scene()
  rmSync(world.ignorePath)
  const ports = world.start(100)
  const first = acquireSession(ports, world.home, world.request())
  const own = readFileSync(world.ignorePath, 'utf8')
  releaseSession(ports, first)
  // As `git stash pop`, a copy of the project, or an editor's old buffer brings it back.
  writeFileSync(world.ignorePath, own)
  writeFileSync(world.excludePath, LINE + EXCLUDE)
  world.writeSettings('{}\n')
  const second = acquireSession(ports, world.home, world.request())
  expect(namesIn(dirname(world.settingsPath))).toEqual(['settings.json'])
  expect(world.exclude()).toBe(EXCLUDE)
  releaseSession(ports, second)
  expect(world.readSettings()).toBe('{}\n')
})

test('a byte order mark stays at the start of info/exclude', () => {
  const world = scene()
  const mark = Buffer.from([0xef, 0xbb, 0xbf])
  const before = Buffer.concat([mark, Buffer.from('*.secret\n')])
  writeFileSync(world.excludePath, before)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  expect(readFileSync(world.excludePath)).toEqual(
    Buffer.concat([mark, Buffer.from(`${LINE}*.secret\n`)]),
  )
  releaseSession(ports, session)
  expect(readFileSync(world.excludePath)).toEqual(before)
})

test('git is told not to look at a .gitignore that is not whole', () => {
  const world = scene()
  rmSync(world.ignorePath)
  const names: string[] = []
  const ports = world.start(100, (fs) => ({
    ...fs,
    createFile(path, ...rest) {
      if (dirname(path) === dirname(world.ignorePath)) names.push(basename(path))
      fs.createFile(path, ...rest)
    },
  }))
  const session = acquireSession(ports, world.home, world.request())
  // The pattern of `excludeLine`.
  for (const name of names) expect(name).toMatch(/^\.settings\.json\.session-/)
  expect(names).toHaveLength(2)
  releaseSession(ports, session)
})

test('a directory that takes the place of the .gitignore of flow’s keeps no session from ending', () => {
  const world = scene()
  rmSync(world.ignorePath)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  rmSync(world.ignorePath)
  mkdirSync(world.ignorePath)
  updateIgnored(ports, session)
  expect(releaseSession(ports, session).kind).toBe('restored')
  expect(namesIn(dirname(world.settingsPath))).toEqual(['.gitignore'])
  expect(world.exclude()).toBe(EXCLUDE)
})

describe.each([
  ['a directory', (path: string) => mkdirSync(path)],
  ['a link to itself', (path: string) => symlinkSync('.gitignore', path)],
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
])('%s in the place of the .gitignore', (_, make) => {
  test.each([null, '{}\n'])('keeps no session from ending after an edit of %j', (before) => {
    const world = scene()
    rmSync(world.ignorePath)
    make(world.ignorePath)
    if (before !== null) world.writeSettings(before)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    world.writeSettings(JSON.stringify({ mine: 1, ...JSON.parse(world.readSettings() ?? '') }))
    updateIgnored(ports, session)
    expect(releaseSession(ports, session).kind).toBe('restored')
    expect(JSON.parse(world.readSettings() ?? '')).toEqual({ mine: 1 })
    expect(world.exclude()).toBe(EXCLUDE)
  })
})
