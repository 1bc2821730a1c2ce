/**
 * A link planted at every name that flow ever uses, at every moment of a life: whatever it leads to,
 * flow reads, changes and removes nothing there.
 */
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { FlowError, isSystemError } from '../../src/errors.ts'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import { projectHash } from '../../src/session/layout.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import { ensureRuntime, RUNTIME_FILES } from '../../src/session/runtime-copy.ts'
import { acquireSession, releaseSession, type Session } from '../../src/session/session.ts'
import { listing } from '../helpers/on-disk.ts'
import { bound } from '../helpers/search.ts'
import { type Visit, watchedFiles } from './watched-files.ts'
import { createWorld, type World } from './world.ts'

const MINE = '{\n  "model": "opus"\n}\n'
const OTHER = '{ "model": "of another branch" }\n'
const KEEP = { sessions: 1, snapshots: 1 }

const MOMENTS = ['before all', 'after a session', 'in a session', 'after a kill'] as const
type Moment = (typeof MOMENTS)[number]

const KINDS = {
  'a link to a folder': (path: string, outside: string) =>
    symlinkSync(join(outside, 'folder'), path),
  'a link to a file': (path: string, outside: string) => symlinkSync(join(outside, 'file'), path),
  'a link to nothing': (path: string, outside: string) => symlinkSync(join(outside, 'new'), path),
  'a second name of a file': (path: string, outside: string) =>
    linkSync(join(outside, 'file'), path),
  'a link to where its own was moved': moveOut,
} as const

// In memory where there is such a folder, since no power cut is tried here.
const root = realpathSync(
  mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'flow-planted-')),
)
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Scene {
  readonly folder: string
  readonly outside: string
  readonly world: World
  readonly paths: Set<string>
  readonly visits: Visit[]
}

function newScene(): Scene {
  const folder = mkdtempSync(join(root, 's-'))
  const outside = join(folder, 'outside')
  // Whatever flow takes for its own where it tidies up.
  for (const inner of ['folder', 'folder/session-20200101T000000000Z-000000']) {
    mkdirSync(join(outside, inner), { recursive: true })
    for (const name of [
      'settings.json',
      'manifest.json',
      'backup.json',
      '100.json',
      '100.proc',
      '1',
    ]) {
      writeFileSync(join(outside, inner, name), MINE)
    }
  }
  writeFileSync(join(outside, 'folder/session-20200101T000000000Z-000000.json'), MINE)
  writeFileSync(join(outside, 'file'), MINE)
  const world = createWorld(folder)
  for (const file of RUNTIME_FILES) {
    mkdirSync(dirname(join(folder, 'package', file)), { recursive: true })
    writeFileSync(join(folder, 'package', file), 'flow\n')
  }
  return { folder, outside, world, paths: new Set(), visits: [] }
}

/** Sessions that end, are joined, lose their entries, are killed and recovered; `at` comes in between. */
function live(
  { folder, outside, world, paths, visits }: Scene,
  at: (moment: Moment) => void,
): void {
  const start = (pid: number) =>
    world.start(pid, (fs) =>
      watchedFiles(
        fs,
        outside,
        (path) => paths.add(path),
        (visit) => visits.push(visit),
      ),
    )
  const open = (ports: ProtocolPorts): Session | undefined =>
    attempt(() => {
      ensureRuntime(ports, world.home, join(folder, 'package'), '1.0.0')
      return acquireSession(ports, world.home, world.request({ keep: KEEP }))
    })
  const close = (ports: ProtocolPorts, session: Session | undefined) =>
    session && attempt(() => releaseSession(ports, session))
  const recover = (pid: number, force = false) =>
    attempt(() => {
      const options = { force, automatic: !force, cwd: world.project }
      return recoverSessions(start(pid), world.home, options)
    })

  world.writeSettings(MINE)
  at('before all')
  for (const pid of [100, 101]) {
    const ports = start(pid)
    close(ports, open(ports))
  }
  at('after a session')
  const [a, b] = [start(200), start(201)]
  const [first, second] = [open(a), open(b)]
  at('in a session')
  // A checkout; what a link leads to is none of git's.
  const isOwn =
    existsSync(world.settingsPath) && realpathSync(world.settingsPath) === world.settingsPath
  if (isOwn) world.writeSettings(OTHER)
  recover(202)
  close(a, first)
  close(b, second)
  open(start(300))
  for (const pid of [100, 101, 200, 201, 300]) world.kill(pid)
  at('after a kill')
  recover(301)
  recover(302, true)
  const last = start(400)
  close(last, open(last))
}

/** Whatever flow refuses, it refuses in its own words. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof FlowError || isSystemError(error)) return undefined
    throw error
  }
}

/**
 * The names of one life, relative to the scene's folder; HASH stands for the project's. Of those that
 * differ in a number only (claims, drafts, sessions) the first ones.
 */
function namesOfALife(ofAKind: number): string[] {
  const scene = newScene()
  live(scene, () => undefined)
  expect(scene.visits).toEqual([])
  const hash = projectHash(scene.world.project)
  const names = [...scene.paths]
    .map((path) => relative(scene.folder, path).replaceAll(hash, 'HASH'))
    .filter((name) => /^(home|project)\/./.test(name))
  rmSync(scene.folder, { recursive: true })
  const seen = new Map<string, number>()
  return names.filter((name) => {
    const kind = name.replaceAll(/[0-9a-f]*[0-9][0-9a-f]*/g, '#')
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    return (seen.get(kind) ?? 0) <= ofAKind
  })
}

function moveOut(path: string, outside: string): void {
  renameSync(path, join(outside, 'moved'))
  symlinkSync(join(outside, 'moved'), path)
}

const CASES = Object.entries(KINDS).map(([kind, plant], column) => ({ kind, plant, column }))

const tried = { names: 0, planted: 0 }

/** A part of all combinations in every test run, another one for each moment and kind. */
const STRIDE = bound(4, 1)

describe.each(MOMENTS.map((moment, row) => ({ moment, row })))('$moment', ({ moment, row }) => {
  test.each(CASES)('$kind', ({ kind, plant, column }) => {
    const names = namesOfALife(bound(1, 4))
    tried.names = names.length
    for (const name of names.filter((_, nth) => (nth + row + 3 * column) % STRIDE === 0)) {
      const scene = newScene()
      const path = join(scene.folder, name.replaceAll('HASH', projectHash(scene.world.project)))
      let before: string[] = []
      live(scene, (now) => {
        if (now !== moment) return
        const facts = lstatSync(path, { throwIfNoEntry: false })
        if (plant === moveOut && facts === undefined) return
        mkdirSync(dirname(path), { recursive: true })
        if (plant !== moveOut) rmSync(path, { recursive: true, force: true })
        plant(path, scene.outside)
        before = listing(scene.outside)
        tried.planted += 1
      })
      const when = `${kind} at ${name}, planted ${moment}`
      expect(
        scene.visits.filter(({ does }) => does === 'changes' || !isSettings(name)),
        when,
      ).toEqual([])
      if (before.length > 0 && !isSecondName(plant, name)) {
        expect(listing(scene.outside), when).toEqual(before)
      }
      rmSync(scene.folder, { recursive: true })
    }
  })
})

/** The client reads what its settings lead to, so flow may look whether its entries are there. */
const isSettings = (name: string) => /^project\/\.claude(\/settings\.json)?$/.test(name)

/**
 * No name of a file is the first one: settings with two names are one file, and written as one. So is
 * an aside, which goes back into their place with what somebody saved.
 */
const isSecondName = (plant: unknown, name: string) =>
  plant === KINDS['a second name of a file'] && (isSettings(name) || name.endsWith('.aside'))

test('links were planted', () => {
  console.log(`planted links: ${JSON.stringify(tried)}`)
  expect(tried.planted).toBeGreaterThan(bound(40, 250))
})
