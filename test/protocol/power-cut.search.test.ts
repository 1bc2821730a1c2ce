/**
 * The power goes before every file operation of whole sessions. What was not synced is lost in several
 * ways; then the machine starts anew, somebody recovers, and the bytes are compared.
 */
import { afterAll, expect, test } from 'vitest'
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import type { AcquireRequest } from '../../src/session/open.ts'
import { acquireSession, releaseSession } from '../../src/session/session.ts'
import { openSnapshots } from '../../src/session/state.ts'
import { absentAs } from '../../src/session/state-file.ts'
import { bound } from '../helpers/search.ts'
import { type CachedFiles, cachedFiles } from './disk-cache.ts'
import { recoverAll, TWIN } from './editing.ts'
import { describeTree, memoryFiles, type Tree } from './memory-files.ts'
import { createMemoryWorld, HOME, PROJECT, REQUEST, SETTINGS } from './memory-world.ts'
import { HABITAT, Killed } from './world.ts'

const MINE = '{\n  "model": "opus",\n  "hooks": {}\n}\n'
const EDITED = MINE.replace('opus', 'haiku')
const paths = projectPaths(HOME, projectHash(PROJECT))

interface Course {
  readonly before: string | null
  /** What may stand there when all is over. */
  readonly after: readonly (string | null)[]
  readonly hasTwin?: boolean
  /** Of the next session. */
  readonly request?: AcquireRequest
  /** As processes 500 and 501, which take turns. */
  readonly act: (one: ProtocolPorts, other: ProtocolPorts) => void
}

const acquire = (ports: ProtocolPorts, request = REQUEST) => acquireSession(ports, HOME, request)

/** Without its last newline, and without an `info` folder. */
const CONFIG = '[core]\n\tbare = false'
const GIT = `${PROJECT}/.git`
const inGit: AcquireRequest = {
  ...REQUEST,
  gitFolder: GIT,
}
const save = (fs: FileSystem, text: string) => fs.overwriteFile(SETTINGS, Buffer.from(text))
const whole = (one: ProtocolPorts) => void releaseSession(one, acquire(one))

const courses: Record<string, Course> = {
  'a session': { before: MINE, after: [MINE], act: whole },
  'a session in git': {
    before: MINE,
    after: [MINE],
    request: inGit,
    act: (one) => void releaseSession(one, acquire(one, inGit)),
  },
  'a session where there is no file': { before: null, after: [null], act: whole },
  'a session in a file with two names': {
    before: MINE,
    after: [MINE],
    hasTwin: true,
    act: whole,
  },
  'a session, and an edit in it': {
    before: MINE,
    after: [MINE, EDITED],
    act(one) {
      const session = acquire(one)
      save(one.fs, String(one.fs.readFile(SETTINGS)).replace('opus', 'haiku'))
      releaseSession(one, session)
    },
  },
  'two sessions, and a checkout that takes the entries out': {
    before: MINE,
    after: [MINE, EDITED],
    act(one, other) {
      const session = acquire(one)
      save(one.fs, EDITED)
      const joined = acquire(other)
      releaseSession(one, session)
      releaseSession(other, joined)
    },
  },
}

const tried = { cuts: 0, losses: 0, different: 0 }
afterAll(() => console.log(`power cuts: ${JSON.stringify(tried)}`))

test.each(Object.entries(courses))('the power goes at any moment of %s', (_, course) => {
  const known = new Set<string>()
  let moment = -1
  for (let at = 1; ; at += bound(4, 1)) {
    const { files, before } = cutBefore(course, at)
    if (before === undefined) {
      expect(at).toBeGreaterThan(50)
      break
    }
    tried.cuts += 1
    // What only looks changes nothing: the same is lost as before it.
    if (files.moment() === moment) continue
    moment = files.moment()
    for (const { name, tree } of files.losses()) {
      tried.losses += 1
      const key = describeTree(tree)
      if (known.has(key)) continue
      known.add(key)
      tried.different += 1
      expectMended(course, tree, `cut before ${before} (${at}); lost: ${name}`)
    }
  }
})

/** @returns the operation before which the power went; undefined: it came to its end before */
function cutBefore(course: Course, at: number): { files: CachedFiles; before: string | undefined } {
  const files = cachedFiles(treeOf(course))
  const world = createMemoryWorld()
  let count = 0
  let before: string | undefined
  const operations = Object.entries(files.fs).map(([name, operation]) => [
    name,
    (...args: unknown[]) => {
      count += 1
      if (count >= at) {
        before ??= [name, ...args.filter((arg) => typeof arg === 'string')].join(' ')
        throw new Killed()
      }
      return (operation as (...args: unknown[]) => unknown)(...args)
    },
  ])
  const fs = Object.fromEntries(operations) as FileSystem
  try {
    course.act({ ...world.start(500), fs }, { ...world.start(501), fs })
  } catch (error) {
    if (!(error instanceof Killed)) throw error
  }
  return { files, before }
}

function treeOf({ before, hasTwin = false }: Course): Tree {
  const { fs, tree } = memoryFiles()
  for (const folder of [PROJECT, GIT]) fs.createFolder(folder, 0o755)
  fs.createFile(`${GIT}/config`, Buffer.from(CONFIG), 0o644)
  if (before === null) return tree()
  fs.createFolder(`${PROJECT}/.claude`, 0o755)
  fs.createFile(SETTINGS, Buffer.from(before), 0o644)
  if (hasTwin) fs.link(SETTINGS, TWIN)
  return tree()
}

function expectMended({ after, request }: Course, tree: Tree, when: string): void {
  const { fs } = memoryFiles(tree)
  const ports = createMemoryWorld().start(900)
  const habitat = { ...HABITAT, bootId: 'boot-2' }
  const later = { ...ports, fs, processes: { ...ports.processes, habitat } }
  for (const outcome of recoverAll(later)) {
    const why = outcome.kind === 'failed' ? `: ${outcome.error.message}` : ''
    expect(['restored', 'nothing'], `${when}: recovery${why}`).toContain(outcome.kind)
  }
  const text = absentAs(null, () => String(fs.readFile(SETTINGS)))
  expect(after, `${when}: the settings are ${text}`).toContain(text)
  expect(String(fs.readFile(`${GIT}/config`)), when).toBe(CONFIG)
  const left = [
    ...list(fs, PROJECT).filter((name) =>
      !after.includes(null) && name === '.claude' ? false : name !== 'twin.json' && name !== '.git',
    ),
    ...list(fs, GIT).filter((name) => name !== 'config'),
    ...list(fs, `${PROJECT}/.claude`).filter((name) => name !== 'settings.json'),
    ...openSnapshots(later, paths),
  ]
  expect(left, when).toEqual([])
  // And the next session is like the first.
  releaseSession(later, acquire(later, request))
  expect([String(fs.readFile(`${GIT}/config`)), ...list(fs, GIT)], when).toEqual([CONFIG, 'config'])
  expect(list(fs, `${HOME}/filters`), when).toEqual([])
  expect(
    absentAs(null, () => String(fs.readFile(SETTINGS))),
    when,
  ).toBe(text)
}

function list(fs: FileSystem, path: string): string[] {
  return absentAs([], () => fs.list(path))
}
