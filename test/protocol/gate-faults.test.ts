import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FileSystem } from '../../src/ports/file-system.ts'
import { withGate } from '../../src/session/gate.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { ownRecord } from '../../src/session/participants.ts'
import { createWorld, HABITAT, type World } from './world.ts'

describe('a gate', () => {
  const pathsOf = (world: World) => projectPaths(world.home, projectHash(world.project))
  const namesIn = (world: World) => readdirSync(pathsOf(world).gateFolder)
  const claimNumbers = (world: World) =>
    namesIn(world)
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number)
  const pass = <T>(world: World, pid: number, body: () => T, options = {}) => {
    const ports = world.start(pid)
    const gate = { purpose: 'pass', ...options }
    return withGate(ports, pathsOf(world), ownRecord(ports), gate, body)
  }

  test('is held by a live process until it leaves, and the one who waits is told who it is', () => {
    const world = createWorld()
    pass(world, 100, () => {
      expect(() => pass(world, 200, () => undefined, { waitMs: 50 })).toThrow(
        expect.objectContaining({ code: 'E_GATE_BUSY', why: expect.stringContaining('pid 100') }),
      )
    })
    expect(pass(world, 200, () => 'in')).toBe('in')
    expect(namesIn(world).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('is open again when the body fails', () => {
    const world = createWorld()
    const fail = () => pass(world, 100, () => expect.fail('on purpose'))
    expect(fail).toThrow('on purpose')
    expect(pass(world, 200, () => 'in')).toBe('in')
  })

  test('counts on: the top number is never swept, so none comes again', () => {
    const world = createWorld()
    const numbers = Array.from({ length: 5 }, () => pass(world, 100, () => claimNumbers(world)))
    expect(numbers).toEqual([[2], [3], [4], [5], [6]])
    expect(claimNumbers(world)).toEqual([6])
  })

  test('is passed when its holder is dead, even if a later process has its pid', () => {
    const world = createWorld()
    pass(world, 100, () => {
      world.kill(100)
      world.start(100)
      expect(pass(world, 200, () => 'in')).toBe('in')
    })
  })

  test('is left without a byte of disk space', () => {
    const world = createWorld()
    const full = { on: false }
    const ports = world.start(100, (fs) => ({
      ...fs,
      createFile(...args) {
        if (!full.on) return fs.createFile(...args)
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })
      },
    }))
    const paths = pathsOf(world)
    withGate(ports, paths, ownRecord(ports), { purpose: 'pass' }, () => {
      full.on = true
    })
    expect(existsSync(join(paths.gateFolder, '2.released'))).toBe(true)
    expect(pass(world, 200, () => 'in')).toBe('in')
  })

  test('is not kept by a process that fails to enter', () => {
    const world = createWorld()
    pass(world, 100, () => undefined)
    let isLinked = false
    const ports = world.start(100, (fs) => ({
      ...fs,
      link(existing, fresh) {
        fs.link(existing, fresh)
        isLinked = true
      },
      list(path) {
        if (isLinked)
          throw Object.assign(new Error('EMFILE'), { code: 'EMFILE', syscall: 'scandir' })
        return fs.list(path)
      },
    }))
    const enter = () =>
      withGate(ports, pathsOf(world), ownRecord(ports), { purpose: 'pass' }, () => undefined)
    expect(enter).toThrow(expect.objectContaining({ code: 'E_STATE_READ' }))
    expect(pass(world, 200, () => namesIn(world).filter((name) => name.includes('-100-')))).toEqual(
      [],
    )
  })

  test.each<[string, (folder: string) => void]>([
    ['a link that leads nowhere', (folder) => symlinkSync('nowhere', join(folder, '7'))],
    ['whole, but no claim', (folder) => writeFileSync(join(folder, '7'), '{"pid":1.5}')],
    ['of a pid that is none', (folder) => writeFileSync(join(folder, '7'), claimOf(2 ** 32))],
    ['gone, and only a draft is left', (folder) => keepOnlyADraft(folder)],
  ])('says that it is damaged when its top is %s', (_, damage) => {
    const world = createWorld()
    pass(world, 100, () => undefined)
    damage(pathsOf(world).gateFolder)
    const ports = world.start(200, withLimit)
    const enter = () =>
      withGate(ports, pathsOf(world), ownRecord(ports), { purpose: 'pass' }, () => undefined)
    expect(enter).toThrow(
      expect.objectContaining({ code: 'E_GATE_DAMAGED', next: expect.stringContaining('rm -r') }),
    )
  })

  test.each(['99999999999999999999999', '9007199254740993', '1e3', '-1', '00'])(
    'does not take %s for a number of its own',
    (name) => {
      const world = createWorld()
      pass(world, 100, () => undefined)
      writeFileSync(join(pathsOf(world).gateFolder, name), '{}')
      const ports = world.start(200, withLimit)
      const options = { purpose: 'pass' }
      expect(withGate(ports, pathsOf(world), ownRecord(ports), options, () => 'in')).toBe('in')
    },
  )

  test('keeps the draft of a process that waits, and loses that of a dead one', () => {
    const world = createWorld()
    pass(world, 100, () => undefined)
    const drafts = () => namesIn(world).filter((name) => name.startsWith('.'))
    const dieBeforeLink = (fs: FileSystem): FileSystem => ({
      ...fs,
      link: () => expect.fail('it dies here'),
      unlink: () => expect.fail('it is dead'),
    })
    for (const pid of [300, 400]) {
      const ports = world.start(pid, dieBeforeLink)
      const options = { purpose: 'pass' }
      expect(() => withGate(ports, pathsOf(world), ownRecord(ports), options, () => 0)).toThrow()
    }
    expect(drafts()).toHaveLength(2)
    // Of 300 nothing is known on another machine, though its first pid namespace has the same number.
    const abroad = world.start(500)
    const habitat = { ...HABITAT, machineId: 'machine-b', bootId: 'boot-b' }
    const ports = { ...abroad, processes: { ...abroad.processes, habitat, look: absent } }
    withGate(ports, pathsOf(world), ownRecord(ports), { purpose: 'pass' }, () => undefined)
    expect(drafts()).toHaveLength(2)
    world.kill(400)
    pass(world, 100, () => undefined)
    expect(drafts()).toEqual([expect.stringContaining('-300-')])
  })
})

const absent = () => ({ kind: 'absent' }) as const

/** A process that looks round without end fails here, not at the end of the world. */
function withLimit(fs: FileSystem): FileSystem {
  let count = 0
  return {
    ...fs,
    list(path) {
      count += 1
      if (count > 2000) expect.fail('2000 listings, and no end')
      return fs.list(path)
    },
  }
}

function claimOf(pid: number): string {
  return JSON.stringify({ ...HABITAT, pid, startTime: null, purpose: 'pass', nonce: '' })
}

/** As `rm gates/<project>/*` does, while a killed process's draft lies there. */
function keepOnlyADraft(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
  writeFileSync(join(folder, '.draft-100-000000000000-00000001'), '')
}
