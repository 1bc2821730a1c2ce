/** A copy in the state home that is there in part must not be started by anybody. */
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ensureRuntime, RUNTIME_FILES } from '../../src/session/runtime-copy.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { createWorld, Killed } from './world.ts'

test('killed before any of its files has its name, the copy is whole or not to be started', () => {
  const names = RUNTIME_FILES.map((file) => basename(file)).sort()
  for (const killAt of names.keys()) {
    const folder = tempFolder()
    const world = createWorld(folder)
    for (const file of RUNTIME_FILES) {
      const path = join(folder, 'package', file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, 'flow\n')
    }
    let renamed = 0
    const ports = world.start(100, (fs) => ({
      ...fs,
      rename(from, to) {
        renamed += 1
        if (renamed > killAt) throw new Killed()
        fs.rename(from, to)
      },
    }))
    const bring = () => ensureRuntime(ports, world.home, join(folder, 'package'), '1.0.0')
    expect(bring).toThrow(Killed)
    const copy = join(world.home, 'runtime/1.0.0')
    expect(existsSync(join(copy, 'runtime.cjs'))).toBe(false)
    renamed = Number.NEGATIVE_INFINITY
    expect(bring()).toBe(join(copy, 'runtime.cjs'))
    expect(
      readdirSync(copy)
        .filter((name) => !name.startsWith('.') && name !== 'cache')
        .sort(),
    ).toEqual(names)
  }
})

describe('the compile cache in the copy', () => {
  const scene = () => {
    const folder = tempFolder()
    const world = createWorld(folder)
    for (const file of RUNTIME_FILES) {
      const path = join(folder, 'package', file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, 'flow\n')
    }
    const cache = join(world.home, 'runtime/1.0.0/cache')
    const bring = () =>
      ensureRuntime(world.start(100), world.home, join(folder, 'package'), '1.0.0')
    return { folder, cache, bring }
  }
  const fill = (directory: string, count: number) => {
    mkdirSync(directory, { recursive: true })
    for (let n = 0; n < count; n += 1) writeFileSync(join(directory, n.toString(16)), 'x')
  }

  test('is a directory that only its user can enter', () => {
    const { cache, bring } = scene()
    bring()
    expect(statSync(cache).mode & 0o777).toBe(0o700)
  })

  test('stays while it is small, and starts over before it grows without end', () => {
    const { cache, bring } = scene()
    const tags = ['v22.0.0-x64-0', 'v24.0.0-x64-0'].map((name) => join(cache, name))
    for (const tag of tags) fill(tag, 100)
    bring()
    expect(tags.flatMap((tag) => readdirSync(tag))).toHaveLength(200)
    fill(tags[0] ?? '', 101)
    bring()
    expect(readdirSync(cache)).toEqual([])
  })

  test('is not followed through a link', () => {
    const { folder, cache, bring } = scene()
    bring()
    const mine = join(folder, 'mine')
    fill(mine, 300)
    symlinkSync(mine, join(cache, 'v24.0.0-x64-0'))
    bring()
    expect(readdirSync(mine)).toHaveLength(300)
  })
})
