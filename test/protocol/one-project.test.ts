/** Which project is meant by a directory: of `flow recover --force`, and of the path that is given to it. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectHash } from '../../src/session/layout.ts'
import { projectAround, projectNamed } from '../../src/session/projects.ts'
import { acquireSession, releaseSession } from '../../src/session/session.ts'
import { createWorld, type World } from './world.ts'

/** A project that had a session. */
function known(world: World, path: string): string {
  mkdirSync(path, { recursive: true })
  const ports = world.start(100)
  const request = world.request({ projectPath: path, boundary: path })
  releaseSession(ports, acquireSession(ports, world.home, request))
  return path
}

function around(world: World, directory: string): string | null {
  return projectAround(world.start(200), world.home, directory)?.path ?? null
}

function named(world: World, path: string): string {
  return projectNamed(world.start(200), world.home, path).path
}

const UNKNOWN = expect.objectContaining({ code: 'E_PROJECT_UNKNOWN', exitCode: 2 })

describe('the project around a directory', () => {
  test('is the nearest one that had a session', () => {
    const world = createWorld()
    const outer = known(world, world.project)
    const inner = known(world, join(outer, 'packages/app'))
    const below = join(inner, 'src')
    mkdirSync(below)
    expect([outer, join(outer, 'packages'), inner, below].map((one) => around(world, one))).toEqual(
      [outer, outer, inner, inner],
    )
    expect(around(world, join(outer, '..'))).toBe(null)
  })

  test('is none in another working tree within it', () => {
    const world = createWorld()
    known(world, world.project)
    const tree = join(world.project, 'trees/one')
    mkdirSync(join(tree, 'src'), { recursive: true })
    writeFileSync(join(tree, '.git'), 'gitdir: elsewhere\n')
    expect([tree, join(tree, 'src')].map((one) => around(world, one))).toEqual([null, null])
    expect(() => named(world, tree)).toThrow(UNKNOWN)
  })

  test('is none where flow never ran', () => {
    const world = createWorld()
    expect(around(world, world.project)).toBe(null)
  })
})

describe('a project that is named', () => {
  test('is found by its directory, by one in it, and through a link', () => {
    const world = createWorld()
    known(world, world.project)
    const link = join(world.project, '../link')
    symlinkSync('project', link)
    mkdirSync(join(world.project, 'src'))
    for (const path of [world.project, join(world.project, 'src'), link, join(link, 'src')]) {
      expect(named(world, path)).toBe(world.project)
    }
  })

  test('is found when it is gone, by its own path alone', () => {
    const world = createWorld()
    const outer = known(world, world.project)
    const gone = known(world, join(outer, 'trees/gone'))
    rmSync(gone, { recursive: true })
    const link = join(outer, '../link')
    symlinkSync('project', link)
    expect(named(world, gone)).toBe(gone)
    expect(named(world, join(link, 'trees/gone'))).toBe(gone)
    expect(() => named(world, join(outer, 'trees/gome'))).toThrow(UNKNOWN)
  })

  test('is found by its directory in the state directory, where its path is lost', () => {
    const world = createWorld()
    known(world, world.project)
    const hash = projectHash(world.project)
    const record = join(world.home, 'snapshots', hash)
    expect(projectNamed(world.start(200), world.home, record).paths.hash).toBe(hash)
  })

  test('is an error where flow never ran', () => {
    const world = createWorld()
    known(world, join(world.project, 'inner'))
    for (const path of [world.project, '/', join(world.home, 'sessions/0123456789abcdef')]) {
      expect(() => named(world, path)).toThrow(UNKNOWN)
    }
    expect(() => named(world, '/nonexistent')).toThrow('had no session in /nonexistent')
  })
})
