import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findExecutable } from '../../src/ports/find-executable.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

describe('the program that a name means', () => {
  test('is the first executable file of that name on PATH', () => {
    const folder = withPrograms('b/agent', 'c/agent')
    mkdirSync(join(folder, 'a/agent'), { recursive: true })
    const path = ['a', 'absent', 'b', 'c'].map((name) => join(folder, name)).join(':')
    expect(findExecutable('agent', '/', path)).toBe(join(folder, 'b/agent'))
  })

  test('is never a file that may not be executed', () => {
    const folder = withPrograms('a/agent', 'b/agent')
    chmodSync(join(folder, 'a/agent'), 0o644)
    expect(findExecutable('agent', '/', `${folder}/a`)).toBeNull()
    expect(findExecutable('agent', '/', `${folder}/a:${folder}/b`)).toBe(`${folder}/b/agent`)
  })

  test('keeps the name of a link, since programs may go by it', () => {
    const folder = withPrograms('a/multi')
    symlinkSync('multi', join(folder, 'a/agent'))
    expect(findExecutable('agent', '/', `${folder}/a`)).toBe(`${folder}/a/agent`)
  })

  test('is looked for in the present folder only where PATH says so', () => {
    const folder = withPrograms('agent', 'bin/agent')
    expect(findExecutable('agent', folder, '/usr/bin')).toBeNull()
    expect(findExecutable('agent', folder, '/absent:')).toBe(`${folder}/agent`)
    expect(findExecutable('agent', folder, 'bin')).toBe(`${folder}/bin/agent`)
  })

  test('with a slash in it is a path, whatever PATH holds', () => {
    const folder = withPrograms('bin/agent', 'path/bin/agent')
    expect(findExecutable('bin/agent', folder, `${folder}/path`)).toBe(`${folder}/bin/agent`)
    expect(findExecutable(`${folder}/bin/agent`, '/', '')).toBe(`${folder}/bin/agent`)
    expect(findExecutable('./agent', folder, `${folder}/bin`)).toBeNull()
  })

  test('is a system’s own where there is no PATH', () => {
    expect(findExecutable('env', '/', undefined)).toMatch(/^\/(usr\/)?bin\/env$/)
  })

  test('is nothing for an empty name, and for one that is absent', () => {
    expect(findExecutable('', '/', '/usr/bin')).toBeNull()
    expect(findExecutable('no-such-program', '/', '/usr/bin:/bin')).toBeNull()
  })
})

function withPrograms(...names: string[]): string {
  const folder = tempFolder()
  for (const name of names) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), '#!/bin/sh\n', { mode: 0o755 })
  }
  return folder
}
