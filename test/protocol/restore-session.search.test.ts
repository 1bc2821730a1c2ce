/**
 * `flow restore`, killed before each of its file operations, in each of its writes, and with each one
 * failing: the old bytes stand or the new, and what was replaced is kept and can be put back.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { FlowError } from '../../src/errors.ts'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import { readKept } from '../../src/session/kept.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { listPast } from '../../src/session/past.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import { restoreSession } from '../../src/session/restore-session.ts'
import { acquireSession, releaseSession } from '../../src/session/session.ts'
import { bound } from '../helpers/search.ts'
import { createWorld, type Fault, faultyFiles, Killed, type World } from './world.ts'

const OLD = '{\r\n\t"model": "opus"}'
const NEW = '{ "model": "haiku",\n'
const ERRNOS = ['ENOSPC', 'EIO', 'EACCES'] as const
const RECOVER = { force: false, automatic: false, cwd: null }

/** What the session found, and what stands there when it is restored. */
interface Scene {
  readonly name: string
  readonly found: string | null
  readonly present: string | null
}

const scenes: Scene[] = [
  { name: 'over a file that is no JSON', found: OLD, present: NEW },
  { name: 'where the file and its folder are gone', found: OLD, present: null },
  { name: 'where there was no file', found: null, present: NEW },
]

// Many synced writes: in memory where there is such a folder.
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const root = realpathSync(mkdtempSync(join(base, 'flow-restore-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A session that is over, and what somebody did since; its id. */
function past(world: World, { found, present }: Scene): string {
  if (found !== null) world.writeSettings(found)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  releaseSession(ports, session)
  world.kill(100)
  if (found !== null) chmodSync(world.settingsPath, 0o640)
  if (present === null) rmSync(dirname(world.settingsPath), { recursive: true })
  else world.writeSettings(present)
  return session.sessionId
}

function restore(world: World, ports: ProtocolPorts, sessionId: string) {
  const kept = readKept(ports, world.home, { projectPath: world.project, sessionId })
  return restoreSession(ports, world.home, kept, { cwd: world.project })
}

function attempt(action: () => void): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}

describe.each(scenes)('a restore $name', (scene) => {
  test('puts back what the session found, and the one after it what stood there', () => {
    const world = createWorld()
    const id = past(world, scene)
    const undo = restore(world, world.start(500), id)
    expect(world.readSettings()).toBe(scene.found)
    expect(restore(world, world.start(501), undo.sessionId).files).toHaveLength(1)
    expect(world.readSettings()).toBe(scene.present)
    const kinds = listPast(world.start(502), world.home).map(({ purpose }) => purpose)
    expect(kinds).toEqual([
      { kind: 'restore', of: undo.sessionId },
      { kind: 'restore', of: id },
      null,
    ])
  })

  test('survives a kill before every file operation, and in every write', () => {
    let tried = 0
    for (let at = 1; strikeOne(scene, { at, kind: 'kill' }); at += bound(2, 1)) {
      strikeOne(scene, { at, kind: 'torn' })
      tried += 1
    }
    console.log(`kills in a restore ${scene.name}: ${tried}`)
    expect(tried).toBeGreaterThan(bound(25, 50))
  })

  test('says what happened when a file operation fails', () => {
    let at = 1
    while (strikeOne(scene, { at, kind: ERRNOS[at % ERRNOS.length] ?? 'EIO' })) at += bound(2, 1)
    expect(at).toBeGreaterThan(50)
  })
})

/** False when there are fewer operations. */
function strikeOne(scene: Scene, fault: Fault): boolean {
  const when = `${fault.kind} at ${fault.at}`
  const world = createWorld(mkdtempSync(join(root, 'w-')))
  const id = past(world, scene)
  const files = faultyFiles(fault)
  const error = attempt(() => restore(world, world.start(500, files.wrap), id))
  if (!files.struck()) return false
  if (fault.kind === 'kill' || fault.kind === 'torn') expect(error, when).toBeInstanceOf(Killed)
  else if (error !== undefined) expect(error, when).toBeInstanceOf(FlowError)
  world.kill(500)

  const ports = world.start(900)
  const before = world.readSettings()
  const outcomes = recoverSessions(ports, world.home, RECOVER)
  expect(
    outcomes.filter(({ kind }) => kind === 'failed'),
    when,
  ).toEqual([])
  expect(world.readSettings(), when).toBe(before)
  expect([scene.found, scene.present], when).toContain(before)
  for (const name of world.projectFiles()) expect(name, when).not.toMatch(/\.(new|aside)$/)
  expect(existsSync(projectPaths(world.home, projectHash(world.project)).sessionFolder), when).toBe(
    false,
  )
  if (before !== scene.present) {
    const [undo] = listPast(ports, world.home)
    expect(undo?.purpose, when).toEqual({ kind: 'restore', of: id })
    restore(world, ports, undo?.sessionId ?? '')
    expect(world.readSettings(), when).toBe(scene.present)
  }
  return true
}

describe('a restore', () => {
  const scene = { name: '', found: OLD, present: NEW }

  test('keeps the mode of the file that stands there', () => {
    const world = createWorld()
    const id = past(world, scene)
    chmodSync(world.settingsPath, 0o600)
    restore(world, world.start(500), id)
    expect(statSync(world.settingsPath).mode & 0o777).toBe(0o600)
  })

  test('gives a file that is gone the mode that it had', () => {
    const world = createWorld()
    world.writeSettings(OLD)
    chmodSync(world.settingsPath, 0o640)
    const session = acquireSession(world.start(100), world.home, world.request())
    releaseSession(world.start(100), session)
    rmSync(world.settingsPath)
    restore(world, world.start(500), session.sessionId)
    expect(statSync(world.settingsPath).mode & 0o777).toBe(0o640)
  })

  test.each([
    [
      'a session that is open',
      (world: World) => void acquireSession(world.start(200), world.home, world.request()),
    ],
    [
      'an orphan',
      (world: World) => {
        acquireSession(world.start(200), world.home, world.request())
        world.kill(200)
      },
    ],
  ])('leaves the settings of %s alone', (_, open) => {
    const world = createWorld()
    const id = past(world, { ...scene, present: '{}' })
    open(world)
    const before = world.readSettings()
    expect(() => restore(world, world.start(500), id)).toThrow(/a session is open/)
    expect(world.readSettings()).toBe(before)
  })

  test('writes over nothing that was saved after the difference was shown', () => {
    const world = createWorld()
    const id = past(world, scene)
    const ports = world.start(500)
    const kept = readKept(ports, world.home, { projectPath: world.project, sessionId: id })
    world.writeSettings('{ "saved": "since" }')
    expect(() => restoreSession(ports, world.home, kept, { cwd: world.project })).toThrow(
      /has changed since/,
    )
    expect(world.readSettings()).toBe('{ "saved": "since" }')
    expect(listPast(ports, world.home)).toHaveLength(1)
  })

  test('is refused through a link that leads out of the repository', () => {
    const world = createWorld()
    const id = past(world, scene)
    const outside = join(world.project, '../outside.json')
    writeFileSync(outside, NEW)
    rmSync(world.settingsPath)
    symlinkSync(outside, world.settingsPath)
    expect(() => restore(world, world.start(500), id)).toThrow(/leads out of the repository/)
    expect(world.readSettings()).toBe(NEW)
  })

  test('is refused where what was kept has been changed or is gone', () => {
    const world = createWorld()
    const id = past(world, scene)
    const folder = join(
      projectPaths(world.home, projectHash(world.project)).projectSnapshotsFolder,
      id,
    )
    const [name = ''] = readdirSync(folder).filter((one) => one === 'settings.json')
    writeFileSync(join(folder, name), 'rubbish')
    expect(() => restore(world, world.start(500), id)).toThrow(/checksum/)
    rmSync(folder, { recursive: true })
    expect(() => restore(world, world.start(501), id)).toThrow(/is not there any more/)
    mkdirSync(folder)
    expect(() => restore(world, world.start(502), id)).toThrow(/is not there any more/)
    expect(world.readSettings()).toBe(NEW)
  })
})

describe('what a session leaves word of', () => {
  test('everybody who was in it: who left, and who was found dead', () => {
    const world = createWorld()
    const [first, second, third] = [100, 101, 102].map((pid) =>
      acquireSession(world.start(pid), world.home, world.request({ agent: `agent-${pid}` })),
    )
    if (first === undefined || second === undefined || third === undefined) throw new Error('three')
    const ports = world.start(900)
    world.kill(101)
    world.running.set(102, third.lock.startTime ?? '')
    releaseSession({ ...ports, processes: { ...ports.processes, pid: 102 } }, third)
    world.kill(102)
    world.kill(100)
    recoverSessions(ports, world.home, { ...RECOVER, recoveredFor: 'command' })
    const [past] = listPast(ports, world.home)
    expect(past?.agents.map(({ agent, exit }) => [agent, exit])).toEqual([
      ['agent-100', 'killed'],
      ['agent-101', 'killed'],
      ['agent-102', 'left'],
    ])
    expect(past).toMatchObject({ closedBy: 'recover', recoveredFor: 'command', isKept: true })
  })
})
