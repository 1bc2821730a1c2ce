/** Names in a state file that are none: nothing of them is used, and the other projects are gone on with. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { listProjects } from '../../src/session/projects.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import { acquireSession } from '../../src/session/session.ts'
import { listing } from '../helpers/on-disk.ts'
import { watchedFiles } from './watched-files.ts'
import { createWorld, TRACE } from './world.ts'

// In memory where there is such a folder, since no power cut is tried here.
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const root = realpathSync(mkdtempSync(join(base, 'flow-names-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const MINE = '{\n  "model": "opus"\n}\n'
const LONG = 'x'.repeat(5000)

type Change = (ref: Record<string, unknown>, outside: string) => Record<string, unknown>

const inFile =
  (change: object | ((outside: string) => object)): Change =>
  (ref, outside) => {
    const [file] = ref.files as object[]
    return { files: [{ ...file, ...(typeof change === 'function' ? change(outside) : change) }] }
  }
const inOriginal =
  (change: object): Change =>
  (ref) => {
    const [file] = ref.files as { original: object }[]
    return { files: [{ ...file, original: { ...file?.original, ...change } }] }
  }

const NAMES = ['..', '.', '', '../x', '/etc', 'a/b', 'a\\b/..', 'a\0b', 'a\nb', '-x', '.x', LONG]
const PATHS = ['..', '../x', '/etc/passwd', 'a/../../x', './a', 'a//b', 'a\0b', '']
const FOLDERS = ['', '.', 'relative', '/a/../b', '/a\0b', '/a//b', '/a/', '/nowhere']

const CHANGES: [string, Change][] = [
  ...NAMES.map((sessionId): [string, Change] => [
    `sessionId ${show(sessionId)}`,
    () => ({ sessionId }),
  ]),
  ...FOLDERS.map((path): [string, Change] => [
    `backupPath ${show(path)}`,
    () => ({ backupPath: path }),
  ]),
  ...FOLDERS.map((path): [string, Change] => [
    `projectPath ${show(path)}`,
    () => ({ projectPath: path }),
  ]),
  ...FOLDERS.map((path): [string, Change] => [
    `boundary ${show(path)}`,
    () => ({ boundary: path }),
  ]),
  ...FOLDERS.slice(0, -2).map((path): [string, Change] => [
    `gitFolder ${show(path)}`,
    () => ({ gitFolder: path }),
  ]),
  ...PATHS.map((path): [string, Change] => [`files[].path ${show(path)}`, inFile({ path })]),
  ...FOLDERS.map((path): [string, Change] => [
    `files[].realPath ${show(path)}`,
    inFile({ realPath: path }),
  ]),
  ['files[].realPath outside', inFile((outside) => ({ realPath: join(outside, 'victim') }))],
  ...NAMES.map((snapshot): [string, Change] => [
    `snapshot ${show(snapshot)}`,
    inOriginal({ snapshot }),
  ]),
  ...PATHS.map((path): [string, Change] => [
    `madeFolders ${show(path)}`,
    inOriginal({ kind: 'absent', madeFolders: [path] }),
  ]),
]

describe.each(['backup.json', 'backup.json and its twin'])('in %s', (which) => {
  test.each(CHANGES)('%s', (_, change) => {
    const world = createWorld(mkdtempSync(join(root, 'w-')))
    const outside = join(world.project, '../outside')
    mkdirSync(outside)
    world.writeSettings(MINE)
    const session = acquireSession(world.start(100), world.home, world.request())
    const merged = world.readSettings() ?? ''
    writeFileSync(join(outside, 'victim'), merged)
    const other = join(world.project, '../other')
    mkdirSync(other)
    const request = world.request({ projectPath: other, boundary: other })
    acquireSession(world.start(101), world.home, request)
    for (const pid of [100, 101]) world.kill(pid)

    const { backupRefPath } = projectPaths(world.home, projectHash(world.project))
    const ref = JSON.parse(readFileSync(backupRefPath, 'utf8'))
    const forged = JSON.stringify({ ...ref, ...change(ref, outside) })
    writeFileSync(backupRefPath, forged)
    const isTwin = which !== 'backup.json'
    if (isTwin) writeFileSync(join(session.backupPath, 'manifest.json'), forged)
    const before = listing(outside)

    const visits: unknown[] = []
    const start = (pid: number) =>
      world.start(pid, (fs) =>
        watchedFiles(
          fs,
          outside,
          () => undefined,
          (visit) => visits.push(visit),
        ),
      )
    expect(listProjects(start(200), world.home)).toHaveLength(2)
    const options = { force: false, automatic: true, cwd: world.project }
    const kinds = recoverSessions(start(201), world.home, options).map(({ kind }) => kind)
    expect(kinds.sort()).toEqual(isTwin ? ['failed', 'restored'] : ['restored', 'restored'])
    if (isTwin) expect(world.readSettings()).toContain(TRACE)
    else expect(world.readSettings()).toBe(MINE)
    recoverSessions(start(202), world.home, { ...options, force: true, automatic: false })
    expect(visits).toEqual([])
    expect(listing(outside)).toEqual(before)
  })
})

function show(name: string): string {
  return JSON.stringify(name.length > 20 ? `${name.slice(0, 8)}… of ${name.length}` : name)
}
