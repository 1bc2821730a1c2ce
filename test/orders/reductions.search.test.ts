/** What the explorer leaves out is the same as something that it goes through: seen by leaving nothing out. */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isErrno } from '../../src/errors.ts'
import type { FileSystem } from '../../src/ports/file-system.ts'
import { absentAs } from '../../src/session/state-file.ts'
import { bound } from '../helpers/search.ts'
import { digest, memoryFiles } from '../protocol/memory-files.ts'
import { HOME, PROJECT } from '../protocol/memory-world.ts'
import { explore } from './explore.ts'
import { oldListing, oneAgainAndAgain, tornListings, twoAtGate } from './gate-scenes.ts'
import type { Bound, Scene } from './scene.ts'
import { reusedByStranger, sessionAndEditor, sessionAndRecovery, twoSessions } from './scenes.ts'
import type { Errand } from './walk.ts'

/** A part of what the checks look at: each change of it counts as a sight. */
const WATCHED = [PROJECT, `${HOME}/snapshots`]

const tried = { schedules: 0, left: 0 }
afterAll(() => console.log(`orders with and without what is left out: ${JSON.stringify(tried)}`))

test.each<[string, (bound: Bound) => Scene, number, number]>([
  ['two at the gate', twoAtGate, bound(1, 2), 1],
  ['two at the gate, one of them again and again', oneAgainAndAgain, bound(0, 1), 1],
  ['listings that miss something', tornListings, bound(0, 1), 1],
  ['an old listing', oldListing, 0, 1],
  ['two sessions', twoSessions, bound(0, 1), 0],
  ['a session and a recovery', sessionAndRecovery, 0, 1],
  ['a session and a recovery, preempted', sessionAndRecovery, 1, 0],
  ['a session, and a person who saves', sessionAndEditor, bound(0, 1), 1],
  ['a pid that comes round again', reusedByStranger, 0, 1],
])('%s: the same sights and the same ends', (_, scene, preemptions, kills) => {
  const some = sightsOf(scene({ preemptions, kills }))
  const every = sightsOf({ ...scene({ preemptions, kills }), everyOrder: true })
  expect(some.sights).toEqual(every.sights)
  expect(some.ends).toEqual(every.ends)
  expect(every.ends.length).toBeGreaterThan(1)
  expect(every.schedules).toBeGreaterThanOrEqual(some.schedules)
  tried.schedules += every.schedules
  tried.left += every.schedules - some.schedules
})

const done = (fs: FileSystem, path: string) => fs.createFile(path, Buffer.from(''), 0o600)

const linkAndTakeBack: Errand = ({ fs }) => {
  try {
    fs.link('/mine', '/name')
    fs.unlink('/name')
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
}
const seeThenLink: Errand = ({ fs }) => {
  const isTaken = absentAs(false, () => fs.linkFacts('/name') !== undefined)
  try {
    fs.link('/theirs', '/name')
    if (isTaken) done(fs, '/saw-it-taken-and-got-it')
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
}
const lookTwice: Errand = ({ fs, processes }) => {
  const before = processes.look(1).kind
  if (before === 'absent' && processes.look(1).kind === 'running') done(fs, '/saw-it-begin')
}
const linger: Errand = ({ fs }) => {
  for (const path of ['/mine', '/mine', '/mine']) fs.facts(path)
}

test.each<[string, Errand, Errand, string]>([
  ['a name that was taken is free again', linkAndTakeBack, seeThenLink, '/saw-it-taken-and-got-it'],
  ['a process begins', linger, lookTwice, '/saw-it-begin'],
])('an order is not left out in which %s', (_, one, other, end) => {
  const { fs, tree } = memoryFiles()
  for (const path of ['/mine', '/theirs']) done(fs, path)
  const actors = [one, other].map((errand, at) => ({ pid: at + 1, errands: [errand] }))
  const scene = { actors, tree: tree(), preemptions: 2, kills: 0 }
  const some = sightsOf(scene)
  expect(some).toMatchObject({ ends: sightsOf({ ...scene, everyOrder: true }).ends })
  expect(some.ends.some((text) => text.includes(end))).toBe(true)
})

/** What a check can see, and what stands there in the end. */
function sightsOf(scene: Scene): { sights: string[]; ends: string[]; schedules: number } {
  const [sights, ends] = [new Set<string>(), new Set<string>()]
  const { schedules, broken } = explore({
    ...scene,
    check(fs, processes) {
      sights.add(`holders ${processes.map(({ holdsGate }) => holdsGate)}`)
      const inside = processes.map(({ isInside }) => isInside)
      sights.add(`inside ${inside} ${textOf(fs, WATCHED)}`)
      return scene.check?.(fs, processes)
    },
    atEnd(fs) {
      ends.add(textOf(fs, ['/']))
      return scene.atEnd?.(fs)
    },
  })
  expect(broken).toBeUndefined()
  return { sights: [...sights].sort(), ends: [...ends].sort(), schedules }
}

/** Names and bytes at these paths and below. */
function textOf(fs: FileSystem, paths: readonly string[]): string {
  return paths
    .flatMap((path): string[] => {
      const kind = absentAs(null, () => fs.linkFacts(path).kind)
      if (kind === null) return []
      if (kind === 'file') return [`${path} ${digest(fs.readFile(path))}`]
      return [
        path,
        textOf(
          fs,
          fs.list(path).map((name) => join(path, name)),
        ),
      ]
    })
    .join('\n')
}
