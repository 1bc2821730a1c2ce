/**
 * An editor saves the settings between each two file operations of acquire, join, release and
 * recovery; the process is killed at a later step, or was killed at an earlier one. Whatever happens:
 * what the editor saved is in the file, or in a copy; flow's entries are out in the end.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { disturb, editors, isNotDetected, recoverAll, scenarios, TWIN } from './editing.ts'
import { createMemoryWorld, type MemoryWorld, PROJECT, SETTINGS } from './memory-world.ts'
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

  test.each(Object.keys(editors))('keeps what is saved, %s, when it is killed then', (editor) => {
    for (const editAt of momentsOf()) {
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

  test.each(Object.keys(editors))('keeps what is saved, %s, while a kill is mended', (editor) => {
    const kill = (killAt: number) => {
      const { world, run } = begin()
      const { killedBefore } = disturb(world, run, { killAt })
      world.killAll()
      return { world, killedBefore }
    }
    for (const killAt of momentsOf().filter((_, index) => index % 2 === 0)) {
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

test('as much was tried as is claimed', () => {
  expect(tried.saves).toBeGreaterThan(1500)
  expect(tried.savesThenKill).toBeGreaterThan(1500)
  expect(tried.killsThenSave).toBeGreaterThan(1500)
})

function expectKept(world: MemoryWorld, when: string): void {
  const copies = [...world.all()].filter(([path]) => path === SETTINGS || path.includes('/found-'))
  const isKept = copies.some(([, text]) => text.includes('haiku'))
  expect(isKept, when).toBe(true)
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
