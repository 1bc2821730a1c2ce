/** Who and what may not be passed over, by whom `--force` is given and by whom it is not. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import { withGate } from '../../src/session/gate.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { ownRecord } from '../../src/session/participants.ts'
import { printProcessLine } from '../../src/session/pid-lock.ts'
import { type RecoverOutcome, recoverSessions } from '../../src/session/recover.ts'
import { acquireSession, releaseSession, type Session } from '../../src/session/session.ts'
import { createMemoryWorld, HOME, PROJECT, REQUEST } from './memory-world.ts'
import { HABITAT, Killed, TRACE } from './world.ts'

const MINE = '{\n  "model": "opus"\n}\n'
const paths = projectPaths(HOME, projectHash(PROJECT))

const acquire = (ports: ProtocolPorts): Session => acquireSession(ports, HOME, REQUEST)
const recover = (ports: ProtocolPorts, force = false): RecoverOutcome[] =>
  recoverSessions(ports, HOME, { force, automatic: true, cwd: null })
const edited = (text: string | null): string => (text ?? '').replace('opus', 'haiku')

function begin() {
  const world = createMemoryWorld()
  world.saveInPlace(MINE)
  return world
}

/** As it looks to a process of another machine, or to one whose own are not seen from here. */
const elsewhere = (ports: ProtocolPorts): ProtocolPorts => ({
  ...ports,
  processes: { ...ports.processes, habitat: { ...HABITAT, machineId: 'machine-b' } },
})

function diesInGate(ports: ProtocolPorts): void {
  const die = () => {
    throw new Killed()
  }
  // Whatever it would do on its way out, a killed process does not.
  const fs = { ...ports.fs, rename: die, link: die }
  const claimed = { ...ports, fs: { ...ports.fs } }
  expect(() =>
    withGate(claimed, paths, ownRecord(ports), { purpose: 'test' }, () => {
      Object.assign(claimed.fs, fs)
      throw new Killed()
    }),
  ).toThrow(Killed)
}

test('a gate whose holder cannot be judged from here is passed with --force alone', () => {
  const world = begin()
  acquire(world.start(100))
  world.killAll()
  diesInGate(elsewhere(world.start(200)))
  const later = world.start(300)
  expect(() => acquire(later)).toThrow(/E_GATE_BUSY|does not finish/)
  expect(recover(later)).toMatchObject([{ kind: 'failed', error: { code: 'E_GATE_BUSY' } }])
  expect(recover(later, true)).toMatchObject([{ kind: 'restored' }])
  expect(world.read()).toBe(MINE)
})

test('a gate whose holder lives is not passed, with --force neither', () => {
  const world = begin()
  acquire(world.start(100))
  world.killAll()
  diesInGate(world.start(200))
  const outcomes = recover(world.start(300), true)
  expect(outcomes).toMatchObject([{ kind: 'failed', error: { code: 'E_GATE_BUSY' } }])
  expect(world.read()).toContain(TRACE)
})

test('a session that somebody is in goes on, with --force too', () => {
  const world = begin()
  acquire(world.start(100))
  recoverSessions(world.start(300), HOME, { force: true, automatic: false, cwd: PROJECT })
  expect(world.read()).toContain(TRACE)
})

test('an agent that outlives its wrapper keeps the session open however often somebody looks', () => {
  const world = begin()
  const wrapper = world.start(100)
  acquire(wrapper)
  const agent = world.start(200)
  const record = Buffer.from(printProcessLine(ownRecord(agent)))
  world.fs.createFile(join(paths.pidsFolder, '100.200.agent'), record, 0o600)
  const isGone = (pid: number) => pid === 100
  for (const pid of [300, 301, 302]) {
    const ports = world.start(pid)
    const { look } = ports.processes
    const processes = {
      ...ports.processes,
      look: (wanted: number) => (isGone(wanted) ? ({ kind: 'absent' } as const) : look(wanted)),
    }
    const options = { force: false, automatic: true, cwd: PROJECT }
    const [outcome] = recoverSessions({ ...ports, processes }, HOME, options)
    expect(outcome?.kind).toBe('open')
  }
  expect(world.read()).toContain(TRACE)
  world.killAll()
  recover(world.start(303))
  expect(world.read()).toBe(MINE)
})

test('the record of its agent goes with a wrapper that ends, whoever has that pid by now', () => {
  const world = begin()
  const wrapper = world.start(100)
  const session = acquire(wrapper)
  const record = Buffer.from(printProcessLine(ownRecord(world.start(200))))
  world.fs.createFile(join(paths.pidsFolder, '100.200.agent'), record, 0o600)
  expect(releaseSession(wrapper, session)).toMatchObject({ kind: 'restored' })
  expect(world.read()).toBe(MINE)
})

test('without --force nobody closes a session whose original is lost', () => {
  const world = begin()
  const one = world.start(100)
  const session = acquire(one)
  world.saveInPlace(edited(world.read()))
  world.fs.unlink(join(session.backupPath, 'settings.json'))
  expect(() => releaseSession(one, session)).toThrow(/backup is missing/)
  expect(() => acquire(world.start(200))).toThrow(/backup is missing/)
  expect(recover(world.start(300))).toMatchObject([{ kind: 'failed' }])
  expect(world.read()).toContain(TRACE)
  expect(recover(world.start(301), true)).toMatchObject([{ kind: 'restored' }])
  expect(world.read()).toBe(edited(MINE))
})

test('a backup.json that was lost stands again before anybody joins', () => {
  const world = begin()
  acquire(world.start(100))
  world.fs.unlink(paths.backupRefPath)
  expect(acquire(world.start(200))).toMatchObject({ joined: true })
  expect(world.read(paths.backupRefPath)).toContain('"sessionId"')
})

test('a session whose records are all damaged is told, and left to --force', () => {
  const world = begin()
  const session = acquire(world.start(100))
  world.killAll()
  const damaged = [paths.backupRefPath, join(session.backupPath, 'manifest.json')]
  for (const path of damaged) world.fs.overwriteFile(path, Buffer.from('{'))
  expect(recover(world.start(200))).toMatchObject([
    { kind: 'failed', error: { code: 'E_STATE_DAMAGED' } },
  ])
  for (const path of damaged) expect(world.read(path)).toBe('{')
})

test('a session that was closed by somebody else is not closed again', () => {
  const world = begin()
  const one = world.start(100)
  const session = acquire(one)
  world.killAll()
  recover(world.start(200))
  expect(releaseSession(one, session)).toEqual({ kind: 'nothing' })
})

test('a session whose state home was removed is restored from what its process remembers', () => {
  const world = begin()
  const one = world.start(100)
  const session = acquire(one)
  const inHome = [...world.all().keys()].filter((path) => path.startsWith(`${HOME}/`))
  for (const path of inHome) world.fs.unlink(path)
  releaseSession(one, session)
  expect(world.read()).toBe(MINE)
})
