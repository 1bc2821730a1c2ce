/** git's configuration, where the link that is flow's lock cannot be made. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { acquireSession, releaseSession } from '../../src/session/session.ts'
import { createWorld, TRACE } from './world.ts'

test('on a file system without links the session works, and says in whose way what stands', () => {
  const world = createWorld(undefined, { inGit: true })
  world.writeSettings('{}\n')
  const before = world.gitFiles()
  const ports = world.start(100, (fs) => ({
    ...fs,
    symlink(target, path) {
      // symlink(2): the error names both, and the first is no place.
      const both = { code: 'EPERM', syscall: 'symlink', path: target, dest: path }
      throw Object.assign(new Error('EPERM'), both)
    },
  }))
  const session = acquireSession(ports, world.home, world.request())
  expect(world.readSettings()).toContain(TRACE)
  expect(session.warnings.join('\n')).toContain(join(world.project, '.git/config.lock'))
  expect(session.warnings.join('\n')).toContain('(EPERM)')
  expect(session.warnings.join('\n')).not.toContain('milliseconds')
  releaseSession(ports, session)
  expect(world.readSettings()).toBe('{}\n')
  expect(world.gitFiles()).toEqual(before)
})

test("somebody else's link is waited for like a lock of git's, and left", () => {
  const world = createWorld(undefined, { inGit: true })
  world.writeSettings('{}\n')
  symlinkSync('nowhere', join(world.project, '.git/config.lock'))
  const before = world.gitFiles()
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request())
  expect(session.warnings.join('\n')).toContain('a git that changes it, or one that was killed')
  releaseSession(ports, session)
  expect(world.gitFiles()).toEqual(before)
})
