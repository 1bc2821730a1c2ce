/**
 * The process dies before its k-th file operation, for every k of acquire, join, release, recovery
 * and the putting back of entries; also in the middle of a write, and once more in the recovery that
 * follows. Then a fresh process recovers, and the bytes on disk are compared.
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { FlowError } from '../../src/errors.ts'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import { acquireSession, releaseSession, type Session } from '../../src/session/session.ts'
import { bound } from '../helpers/search.ts'
import { createWorld, type Fault, faultyFiles, Killed, TRACE, type World } from './world.ts'

const MINE = '{\r\n\t"model": "opus",\r\n\t"hooks": {}}'
const EDITED = '{\r\n\t"model": "haiku",\r\n\t"hooks": {}}'
const RECOVER = { force: false, automatic: false, cwd: null }

interface Scenario {
  readonly name: string
  readonly inGit?: boolean
  /** The user has a `.gitignore` next to the settings, and lines in `info/exclude`. */
  readonly hasIgnoreFile?: boolean
  /** Everything before the part that dies; returns what that part needs. */
  prepare(world: World): Session | null
  /** The part that dies, as process 500. */
  act(world: World, ports: ProtocolPorts, session: Session | null): void
  /** Who is alive besides. */
  readonly others?: readonly number[]
  /** What the settings must be when all is over; null: absent. */
  readonly finally: string | null
}

const start = (world: World, pid: number) =>
  acquireSession(world.start(pid), world.home, world.request())

const ERRNOS = ['ENOSPC', 'EIO', 'EACCES'] as const

const outsideGit: Scenario[] = [
  {
    name: 'acquire over a file',
    prepare: (world) => {
      world.writeSettings(MINE)
      return null
    },
    act: (world, ports) => void acquireSession(ports, world.home, world.request()),
    finally: MINE,
  },
  {
    name: 'acquire where there is no file',
    prepare: () => null,
    act: (world, ports) => void acquireSession(ports, world.home, world.request()),
    finally: null,
  },
  {
    name: 'acquire through a link',
    prepare: (world) => {
      mkdirSync(join(world.project, '.claude'))
      writeFileSync(join(world.project, 'shared.json'), MINE)
      symlinkSync('../shared.json', world.settingsPath)
      return null
    },
    act: (world, ports) => void acquireSession(ports, world.home, world.request()),
    finally: MINE,
  },
  {
    name: 'acquire of a file with two names, in place',
    prepare: (world) => {
      world.writeSettings(MINE)
      linkSync(world.settingsPath, join(world.project, 'twin.json'))
      return null
    },
    act: (world, ports) => void acquireSession(ports, world.home, world.request()),
    finally: MINE,
  },
  {
    name: 'acquire over an orphan',
    prepare: (world) => {
      world.writeSettings(MINE)
      start(world, 100)
      world.kill(100)
      return null
    },
    act: (world, ports) => void acquireSession(ports, world.home, world.request()),
    finally: MINE,
  },
  {
    name: 'join after a checkout took the entries out',
    prepare: (world) => {
      start(world, 100)
      world.writeSettings(MINE)
      return null
    },
    act: (world, ports) => void acquireSession(ports, world.home, world.request()),
    others: [100],
    finally: MINE,
  },
  {
    name: 'release, the last one out',
    prepare: (world) => {
      world.writeSettings(MINE)
      return start(world, 500)
    },
    act: (_, ports, session) => void releaseSession(ports, session as Session),
    finally: MINE,
  },
  {
    name: 'release where there was no file',
    prepare: (world) => start(world, 500),
    act: (_, ports, session) => void releaseSession(ports, session as Session),
    finally: null,
  },
  {
    name: 'release of an edited file',
    prepare: (world) => {
      world.writeSettings(MINE)
      const session = start(world, 500)
      world.writeSettings((world.readSettings() ?? '').replace('opus', 'haiku'))
      return session
    },
    act: (_, ports, session) => void releaseSession(ports, session as Session),
    finally: EDITED,
  },
  {
    name: 'release of a file with two names, in place',
    prepare: (world) => {
      world.writeSettings(MINE)
      linkSync(world.settingsPath, join(world.project, 'twin.json'))
      return start(world, 500)
    },
    act: (_, ports, session) => void releaseSession(ports, session as Session),
    finally: MINE,
  },
  {
    name: 'release while another stays',
    prepare: (world) => {
      world.writeSettings(MINE)
      const session = start(world, 500)
      start(world, 100)
      return session
    },
    act: (_, ports, session) => void releaseSession(ports, session as Session),
    others: [100],
    finally: MINE,
  },
  {
    name: 'recovery',
    prepare: (world) => {
      world.writeSettings(MINE)
      start(world, 100)
      world.kill(100)
      return null
    },
    act: (world, ports) => void recoverSessions(ports, world.home, RECOVER),
    finally: MINE,
  },
  {
    name: 'recovery from the manifest alone',
    prepare: (world) => {
      world.writeSettings(MINE)
      const session = start(world, 100)
      world.kill(100)
      writeFileSync(session.paths.backupRefPath, '')
      return null
    },
    act: (world, ports) => void recoverSessions(ports, world.home, RECOVER),
    finally: MINE,
  },
  {
    name: 'release of a worktree that was removed, but for its directory',
    prepare: (world) => {
      const repository = join(world.project, '../main/.git')
      const gitFolder = join(repository, 'worktrees/tree')
      mkdirSync(gitFolder, { recursive: true })
      writeFileSync(join(repository, 'HEAD'), '')
      const request = world.request({ gitFolder })
      const session = acquireSession(world.start(500), world.home, request)
      for (const path of [world.project, gitFolder]) rmSync(path, { recursive: true })
      mkdirSync(world.project)
      return session
    },
    act: (_, ports, session) => void releaseSession(ports, session as Session),
    finally: null,
  },
]

/** The same with git's clean filter round it. */
const inGit = outsideGit
  .filter(({ name }) =>
    /^(acquire (over a file|where)|join|release, |release where|recovery$)/.test(name),
  )
  .map((scenario) => ({ ...scenario, name: `${scenario.name}, in git`, inGit: true }))

/** The same where a line of `info/exclude` hides the settings. */
const nextToIgnoreFile = inGit
  .filter(({ name }) => /where there (is|was) no file/.test(name))
  .map((scenario) => ({
    ...scenario,
    name: `${scenario.name}, next to a .gitignore`,
    hasIgnoreFile: true,
  }))

const scenarios = [...outsideGit, ...inGit, ...nextToIgnoreFile]

// Thousands of synced writes: in memory where there is such a folder, since no power cut is tried here.
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const root = realpathSync(mkdtempSync(join(base, 'flow-crash-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const tried = { kills: 0, torn: 0, doubleKills: 0, faults: 0 }

describe.each(scenarios)('$name', (scenario) => {
  test('runs to its end without a fault', () => {
    const { world, run } = begin(scenario, null)
    expect(run()).toBeUndefined()
    expectOver(world, scenario)
  })

  test('survives a kill before every file operation, and in every write', () => {
    for (let at = 1; ; at += 1) {
      const files = survive(at, 'kill')
      if (!files.struck()) {
        expect(at).toBeGreaterThan(10)
        break
      }
      tried.kills += 1
      if (!files.struckWrite()) continue
      survive(at, 'torn')
      tried.torn += 1
    }
  })

  function survive(at: number, kind: 'kill' | 'torn') {
    const { world, run, files } = begin(scenario, { at, kind })
    const error = run()
    if (!files.struck()) return files
    expect(error, `${kind} at ${at}`).toBeInstanceOf(Killed)
    world.kill(500)
    expectNothingLost(world, scenario, `${kind} at ${at}`)
    expectOver(world, scenario, `${kind} at ${at}`)
    return files
  }

  test('survives a second kill in the recovery that follows', () => {
    for (let at = 1; ; at += bound(23, 13)) {
      const first = begin(scenario, { at, kind: 'kill' })
      first.run()
      if (!first.files.struck()) break
      for (let again = 1; ; again += bound(13, 7)) {
        const { world, run } = begin(scenario, { at, kind: 'kill' })
        run()
        world.kill(500)
        const files = faultyFiles({ at: again, kind: 'kill' })
        const ports = world.start(600, files.wrap)
        const error = attempt(() => recoverSessions(ports, world.home, RECOVER))
        if (!files.struck()) break
        expect(error).toBeInstanceOf(Killed)
        world.kill(600)
        expectOver(world, scenario, `kill at ${at}, then at ${again}`)
        tried.doubleKills += 1
      }
    }
  })

  test.each(ERRNOS.map((kind, index) => ({ kind, index })))(
    'says what happened and keeps everything when a file operation fails with $kind',
    ({ kind, index }) => {
      // In the small bound every second operation meets one of them.
      for (let at = bound(1 + 2 * index, 1); ; at += bound(2 * ERRNOS.length, 1)) {
        const { world, run, files } = begin(scenario, { at, kind })
        const error = run()
        if (!files.struck()) break
        if (error !== undefined) expect(error, `${kind} at ${at}`).toBeInstanceOf(FlowError)
        world.kill(500)
        expectNothingLost(world, scenario, `${kind} at ${at}`)
        expectOver(world, scenario, `${kind} at ${at}`)
        tried.faults += 1
      }
    },
  )
})

test('the matrix is as large as it claims', () => {
  console.log(`crash matrix: ${JSON.stringify(tried)}`)
  expect(tried.kills).toBeGreaterThan(800)
  expect(tried.doubleKills).toBeGreaterThan(bound(150, 500))
  expect(tried.faults).toBeGreaterThan(bound(400, 2500))
})

const gitBefore = new WeakMap<World, string[]>()

function begin(scenario: Scenario, fault: Fault | null) {
  const world = createWorld(mkdtempSync(join(root, 'w-')), scenario)
  if (scenario.hasIgnoreFile) {
    for (const folder of ['.claude', '.git/info']) mkdirSync(join(world.project, folder))
    writeFileSync(join(world.project, '.claude/.gitignore'), '*.local')
    writeFileSync(join(world.project, '.git/info/exclude'), '*.tmp')
  }
  gitBefore.set(world, world.gitFiles())
  const session = scenario.prepare(world)
  const files = faultyFiles(fault)
  const ports = portsOf(world, session, files.wrap)
  const run = () => attempt(() => scenario.act(world, ports, session))
  return { world, run, files }
}

/** Process 500: the one that holds `session`, where there is one. */
function portsOf(
  world: World,
  session: Session | null,
  wrap: ReturnType<typeof faultyFiles>['wrap'],
) {
  const ports = world.start(500, wrap)
  if (session?.lock.pid === 500) world.running.set(500, session.lock.startTime ?? '')
  return ports
}

function attempt(action: () => void): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}

/** At no instant is there neither the file nor its backup. */
function expectNothingLost(world: World, scenario: Scenario, when: string): void {
  if (scenario.finally === null) return
  const model = /"(opus|haiku)"/.exec(scenario.finally)?.[0] ?? ''
  const texts = [world.readSettings() ?? '']
  const folder = join(world.project, '.claude')
  for (const name of readdirSync(folder)) texts.push(readFileSync(join(folder, name), 'utf8'))
  expect(
    texts.some((text) => text.includes(model)),
    when,
  ).toBe(true)
}

/** Everybody ends, somebody recovers: the user's bytes, nothing of flow's, no session. */
function expectOver(world: World, scenario: Scenario, when = 'no fault'): void {
  world.kill(500)
  for (const pid of scenario.others ?? []) world.kill(pid)
  const ports = world.start(900)
  const outcomes = recoverSessions(ports, world.home, RECOVER)
  expect(
    outcomes.filter(({ kind }) => kind !== 'restored' && kind !== 'nothing'),
    when,
  ).toEqual([])
  expect(world.readSettings(), when).toBe(scenario.finally)
  for (const name of world.projectFiles()) {
    expect(name, when).not.toMatch(/\.(new|aside)$/)
    if (/json$/.test(name)) {
      expect(readFileSync(join(world.project, name), 'utf8'), when).not.toContain(TRACE)
    }
  }
  const others = scenario.hasIgnoreFile ? ['.claude', '.claude/.gitignore'] : []
  if (scenario.finally === null) expect(world.projectFiles(), when).toEqual(others)
  const paths = projectPaths(world.home, projectHash(world.project))
  expect(
    list(paths.sessionsFolder).filter((name) => name !== 'history'),
    when,
  ).toEqual([])
  expect(world.gitFiles(), when).toEqual(gitBefore.get(world))
  expect(list(join(world.home, 'filters')), when).toEqual([])
  // And the next session is like the first: what a killed one left in the gate is swept by then.
  releaseSession(ports, acquireSession(ports, world.home, world.request()))
  expect(world.readSettings(), when).toBe(scenario.finally)
  const drafts = [...list(paths.gateFolder), ...list(paths.gatesFolder)]
  expect(
    drafts.filter((name) => name.startsWith('.')),
    when,
  ).toEqual([])
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
