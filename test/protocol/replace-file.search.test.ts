/**
 * An editor saves the settings between each two file operations of acquire, join, release and
 * recovery; the process is killed at a later step, or was killed at an earlier one. Whatever happens:
 * what the editor saved is in the file, and flow's entries are out in the end.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { FlowError } from '../../src/errors.ts'
import type { FileSystem } from '../../src/ports/file-system.ts'
import { acquireSession, releaseSession } from '../../src/session/session.ts'
import { bound } from '../helpers/search.ts'
import { disturb, editors, isNotDetected, recoverAll, scenarios, TWIN } from './editing.ts'
import { errno } from './memory-files.ts'
import {
  createMemoryWorld,
  HOME,
  type MemoryWorld,
  PROJECT,
  REQUEST,
  SETTINGS,
} from './memory-world.ts'
import { TRACE } from './world.ts'

const tried = { saves: 0, savesThenKill: 0, killsThenSave: 0, notDetected: 0 }
afterAll(() => console.log(`editor: ${JSON.stringify(tried)}`))

describe.each(scenarios)('$name', ({ prepare, act }) => {
  const begin = () => {
    const world = createMemoryWorld()
    const session = prepare(world)
    const run: Parameters<typeof disturb>[1] = (ports) => act(ports, session)
    return { world, run }
  }
  const momentsOf = () => {
    const { world, run } = begin()
    return disturb(world, run, {}).moments
  }

  test.each(Object.keys(editors))('keeps what is saved at any moment, %s', (editor) => {
    for (let editAt = 1; ; editAt += 1) {
      const { world, run } = begin()
      const { editedBefore } = disturb(world, run, { editAt, editor })
      if (editedBefore === '') {
        expect(editAt).toBeGreaterThan(20)
        return
      }
      const when = `saved before ${editAt}, ${editedBefore}`
      expectOver(world, when)
      tried.saves += 1
      if (isNotDetected(editedBefore, editor)) tried.notDetected += 1
      else expectKept(world, when)
    }
  })

  // Each way of saving once, and what is saved in two.
  const twoEditors = ['in place', 'by rename, as it was before']

  test.each(twoEditors)('keeps what is saved, %s, when it is killed then', (editor) => {
    for (const editAt of momentsOf().filter((_, index) => index % bound(3, 1) === 0)) {
      for (let killAt = editAt + 1; killAt <= editAt + 6; killAt += 1) {
        const { world, run } = begin()
        const told = disturb(world, run, { editAt, editor, killAt })
        if (told.killedBefore === '' || isNotDetected(told.editedBefore, editor)) break
        const when = `saved before ${editAt}, ${told.editedBefore}; killed before ${killAt}, ${told.killedBefore}`
        expectOver(world, when)
        expectKept(world, when)
        tried.savesThenKill += 1
      }
    }
  })

  test.each(twoEditors)('keeps what is saved, %s, while a kill is mended', (editor) => {
    const kill = (killAt: number) => {
      const { world, run } = begin()
      const { killedBefore } = disturb(world, run, { killAt })
      world.killAll()
      return { world, killedBefore }
    }
    for (const killAt of momentsOf().filter((_, index) => index % bound(6, 2) === 0)) {
      const { moments } = disturb(kill(killAt).world, recoverAll, {})
      for (const editAt of moments) {
        const { world, killedBefore } = kill(killAt)
        const { editedBefore } = disturb(world, recoverAll, { editAt, editor })
        if (isNotDetected(editedBefore, editor)) continue
        const when = `killed before ${killAt}, ${killedBefore}; saved before ${editAt}, ${editedBefore}`
        expectOver(world, when)
        expectKept(world, when)
        tried.killsThenSave += 1
      }
    }
  })
})

describe('what is saved twice while the file is replaced', () => {
  /** As an editor does that saves, formats and saves again. */
  const saveTwice = (world: MemoryWorld, fails = false) => {
    let hasSaved = false
    const wrap = (fs: FileSystem): FileSystem => ({
      ...fs,
      rename(from, to) {
        if (hasSaved || !from.endsWith('.new')) return fs.rename(from, to)
        hasSaved = true
        world.saveInPlace('{"model": "haiku"}\n')
        fs.rename(from, to)
        world.saveByRename('{"model": "sonnet"}\n')
      },
      createFile(path, ...rest) {
        if (fails && hasSaved && path.endsWith('.new')) throw errno('EIO', 'open')
        fs.createFile(path, ...rest)
      },
    })
    return world.start(500, wrap)
  }
  const copiesIn = (world: MemoryWorld) =>
    [...world.all()].filter(([path, text]) => /\/found-/.test(path) && text.includes('haiku'))
  const keepOne = { ...REQUEST, keep: { sessions: 1, snapshots: 0 } }

  test('is all kept: the later in the file, the earlier as a copy that is told and never pruned', () => {
    const world = createMemoryWorld()
    world.saveInPlace('{"model": "opus"}\n')
    const session = acquireSession(world.start(500), HOME, keepOne)
    const result = releaseSession(saveTwice(world), session)
    expect(world.read()).toBe('{"model": "sonnet"}\n')
    const paths = copiesIn(world).map(([path]) => path)
    expect(result).toMatchObject({ report: { files: [{ kept: paths }] } })
    expect(paths).toHaveLength(1)
    for (let time = 0; time < 3; time += 1) {
      const ports = world.start(600)
      releaseSession(ports, acquireSession(ports, HOME, keepOne))
    }
    expect(copiesIn(world)).toHaveLength(1)
  })

  test('is told by the session that begins with it', () => {
    const world = createMemoryWorld()
    world.saveInPlace('{"model": "opus"}\n')
    const { warnings } = acquireSession(saveTwice(world), HOME, keepOne)
    expect(warnings).toEqual([expect.stringContaining(copiesIn(world)[0]?.[0] ?? 'no copy')])
    expect(world.read()).toContain('sonnet')
  })

  test('is kept when the beginning fails and is taken back', () => {
    const world = createMemoryWorld()
    world.saveInPlace('{"model": "opus"}\n')
    expect(() => acquireSession(saveTwice(world, true), HOME, keepOne)).toThrow(FlowError)
    expectOver(world, 'taken back')
    expect(world.read()).toBe('{"model": "sonnet"}\n')
    expect(copiesIn(world)).toHaveLength(1)
  })
})

test('as much was tried as is claimed', () => {
  expect(tried.saves).toBeGreaterThan(1500)
  expect(tried.savesThenKill).toBeGreaterThan(bound(350, 1000))
  expect(tried.killsThenSave).toBeGreaterThan(bound(350, 1000))
})

function expectKept(world: MemoryWorld, when: string): void {
  expect(world.read() ?? '', when).toContain('haiku')
}

/** Everybody ends, somebody recovers: nothing of flow's is left, and no session. */
function expectOver(world: MemoryWorld, when: string): void {
  world.killAll()
  const outcomes = recoverAll(world.start(900))
  const unmended = outcomes.filter(({ kind }) => kind !== 'restored' && kind !== 'nothing')
  expect(unmended, when).toEqual([])
  expect(world.read() ?? '', when).not.toContain(TRACE)
  const paths = [...world.all().keys()].filter((path) => path.startsWith(`${PROJECT}/`))
  const rest = paths.filter((path) => path !== SETTINGS && path !== TWIN)
  expect(rest, when).toEqual([])
}
