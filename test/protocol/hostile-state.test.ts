/** What stands in the state home or in the project is not what flow put there. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import type { Habitat } from '../../src/ports/processes.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { listProjects } from '../../src/session/projects.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import { acquireSession, isSessionActive, releaseSession } from '../../src/session/session.ts'
import { getBackupRef } from '../../src/session/state.ts'
import { createWorld, HABITAT, TRACE, type World } from './world.ts'

const MINE = '{\n  "model": "opus"\n}\n'
const RECOVER = { force: false, automatic: false, cwd: null }

const pathsOf = (world: World) => projectPaths(world.home, projectHash(world.project))
const acquire = (world: World, ports: ProtocolPorts) =>
  acquireSession(ports, world.home, world.request())
const recover = (world: World, ports = world.start(900)) =>
  recoverSessions(ports, world.home, RECOVER)
const livingIn = (ports: ProtocolPorts, changes: Partial<Habitat>): ProtocolPorts => ({
  ...ports,
  processes: { ...ports.processes, habitat: { ...HABITAT, ...changes } },
})

/** A session whose process is dead. */
function orphan(): World {
  const world = createWorld()
  world.writeSettings(MINE)
  acquire(world, world.start(100))
  world.kill(100)
  return world
}

describe('a lock', () => {
  test.each(['9999999999.proc', '4294967296.json', '100.9999999999.agent', '0.json', '-1.proc'])(
    'named %s is nobody: no process has such a pid',
    (name) => {
      const world = orphan()
      writeFileSync(join(pathsOf(world).pidsFolder, name), '')
      const ports = world.start(900)
      const look = (pid: number) => {
        if (pid < 1 || pid > 0x7fffffff) expect.fail(`kill(2) was asked for ${pid}`)
        return ports.processes.look(pid)
      }
      const outcomes = recover(world, { ...ports, processes: { ...ports.processes, look } })
      expect(outcomes.map(({ kind }) => kind)).toEqual(['restored'])
      expect(world.readSettings()).toBe(MINE)
    },
  )

  test('of an agent that a power cut left empty is of the boot that its wrapper ran in', () => {
    const world = orphan()
    writeFileSync(join(pathsOf(world).pidsFolder, '100.150.agent'), '')
    world.start(150)
    expect(recover(world)).toEqual([])
    expect(world.readSettings()).toContain(TRACE)
    recover(world, livingIn(world.start(900), { bootId: 'boot-2' }))
    expect(world.readSettings()).toBe(MINE)
  })

  test.each([HABITAT.pidNamespace, ''])(
    'of the same pid on another machine stays beside it (pid namespace %j)',
    (pidNamespace) => {
      const world = createWorld()
      world.writeSettings(MINE)
      const machines = ['a', 'b', 'c'].map((machineId) =>
        livingIn(world.start(100), { machineId, bootId: `boot-${machineId}`, pidNamespace }),
      )
      const sessions = machines.map((ports) => acquire(world, ports))
      const locks = readdirSync(pathsOf(world).pidsFolder).filter((name) => name.endsWith('.json'))
      expect(locks).toHaveLength(3)
      const [first, second, third] = sessions.map((session, index) =>
        releaseSession(machines[index] as ProtocolPorts, session),
      )
      expect([first?.kind, second?.kind, third?.kind]).toEqual(['left', 'left', 'restored'])
    },
  )
})

test('a session that is released twice leaves the next one of the same process alone', () => {
  const world = createWorld()
  world.writeSettings(MINE)
  const ports = world.start(100)
  const first = acquire(world, ports)
  releaseSession(ports, first)
  const second = acquire(world, ports)
  expect(releaseSession(ports, first)).toEqual({ kind: 'nothing' })
  expect(isSessionActive(ports, world.home, world.project)).toBe(true)
  expect(world.readSettings()).toContain(TRACE)
  releaseSession(ports, second)
  expect(world.readSettings()).toBe(MINE)
})

test('a session that could not be taken back is nobody’s: its process may begin anew', () => {
  const world = createWorld()
  world.writeSettings(MINE)
  const broken = `${MINE} flow hook session-start`
  const ports = world.start(100, (fs) => ({
    ...fs,
    rename(from, to) {
      fs.rename(from, to)
      if (to === pathsOf(world).backupRefPath) writeFileSync(world.settingsPath, broken)
    },
  }))
  expect(() => acquire(world, ports)).toThrow(/rolling it back failed too/)
  expect(world.readSettings()).toBe(broken)
  writeFileSync(world.settingsPath, MINE)
  const later = { ...ports, fs: world.start(101).fs }
  releaseSession(later, acquire(world, later))
  expect(world.readSettings()).toBe(MINE)
})

describe('settings that changed their kind in the middle of a session', () => {
  const begin = () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const ports = world.start(100)
    return { world, ports, session: acquire(world, ports) }
  }

  test('a link to where they were moved stays one, and what it leads to is restored', () => {
    const { world, ports, session } = begin()
    const moved = join(world.project, 'shared.json')
    renameSync(world.settingsPath, moved)
    symlinkSync('../shared.json', world.settingsPath)
    releaseSession(ports, session)
    expect(lstatSync(world.settingsPath).isSymbolicLink()).toBe(true)
    expect(readFileSync(moved, 'utf8')).toBe(MINE)
  })

  test('a file in the place of their folder means that they are gone', () => {
    const { world, ports, session } = begin()
    const folder = join(world.project, '.claude')
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'mine')
    expect(releaseSession(ports, session).kind).toBe('restored')
    expect(readFileSync(folder, 'utf8')).toBe('mine')
  })

  test('a text that is no JSON and holds nothing of flow’s is left, and the session ends', () => {
    const { world, ports, session } = begin()
    world.writeSettings('model: opus\n')
    expect(releaseSession(ports, session).kind).toBe('restored')
    expect(world.readSettings()).toBe('model: opus\n')
    expect(existsSync(pathsOf(world).sessionFolder)).toBe(false)
  })
})

describe('another project whose record cannot be read', () => {
  const withUnreadable = () => {
    const world = orphan()
    mkdirSync(join(world.home, 'sessions/0123456789abcdef/backup.json'), { recursive: true })
    return world
  }

  test('is told by recovery and status, and this one is restored', () => {
    const world = withUnreadable()
    expect(
      recover(world)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['failed', 'restored'])
    expect(world.readSettings()).toBe(MINE)
    expect(listProjects(world.start(901), world.home)).toMatchObject([
      { damaged: expect.stringContaining('EISDIR') },
    ])
  })

  test('does not keep a session from beginning where a stash brought entries back', () => {
    const world = withUnreadable()
    recover(world)
    const ports = world.start(200)
    const session = acquire(world, ports)
    const stashed = world.readSettings() ?? ''
    releaseSession(ports, session)
    world.writeSettings(stashed)
    releaseSession(ports, acquire(world, ports))
    // It may be that project's session, so its entries are the person's for now.
    expect(world.readSettings()).toBe(stashed)
  })
})

test('no record makes recovery write outside of what it was made for', () => {
  const world = orphan()
  const { backupRefPath } = pathsOf(world)
  const ref = JSON.parse(readFileSync(backupRefPath, 'utf8'))
  const victim = join(world.project, '../victim.json')
  const merged = world.readSettings() ?? ''
  writeFileSync(victim, merged)
  const [file] = ref.files
  for (const change of [
    { files: [{ ...file, realPath: victim }] },
    { boundary: '/nowhere' },
    { boundary: join(world.project, 'inner') },
  ]) {
    writeFileSync(backupRefPath, JSON.stringify({ ...ref, ...change }))
    expect(getBackupRef(world.start(200), pathsOf(world)).kind).toBe('corrupt')
  }
  recover(world)
  expect(readFileSync(victim, 'utf8')).toBe(merged)
  expect(world.readSettings()).toBe(MINE)
})
