/** A copy in the state home that is there in part must not be started by anybody. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureResident, RESIDENT_FILES } from '../../src/session/resident-copy.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { createWorld, Killed } from './world.ts'

test('killed before any of its files has its name, the copy is whole or not to be started', () => {
  const names = RESIDENT_FILES.map((file) => basename(file)).sort()
  for (const killAt of names.keys()) {
    const folder = tempFolder()
    const world = createWorld(folder)
    for (const file of [...RESIDENT_FILES, 'templates/clean.sh']) {
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
    const bring = () => ensureResident(ports, world.home, join(folder, 'package'), '1.0.0')
    expect(bring).toThrow(Killed)
    const copy = join(world.home, 'bin/1.0.0')
    expect(existsSync(join(copy, 'resident.cjs'))).toBe(false)
    renamed = Number.NEGATIVE_INFINITY
    expect(bring()).toBe(join(copy, 'resident.cjs'))
    expect(
      readdirSync(copy)
        .filter((name) => !name.startsWith('.'))
        .sort(),
    ).toEqual(names)
  }
})
