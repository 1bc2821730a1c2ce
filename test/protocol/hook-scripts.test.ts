/** The scripts that git hooks and prompts source: written whole, by whoever is newest. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FileSystem } from '../../src/ports/file-system.ts'
import {
  ensureHookScripts,
  HOOK_FILES,
  HOOK_SCRIPTS,
  isOlder,
  SNIPPET_NAMES,
} from '../../src/session/hook-scripts.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { createWorld, Killed } from './world.ts'

/** A state directory, and what writes scripts with this text into it. */
function scene() {
  const folder = tempFolder()
  const world = createWorld(folder)
  const hooks = join(world.home, 'hooks')
  const write = (text: string, version: string, wrap?: (fs: FileSystem) => FileSystem) => {
    const packageFolder = join(folder, `package-${text}`)
    const snippets = SNIPPET_NAMES.map((name) => `templates/shell/${name}`)
    for (const path of [...HOOK_SCRIPTS, ...snippets]) {
      mkdirSync(dirname(join(packageFolder, path)), { recursive: true })
      writeFileSync(join(packageFolder, path), text)
    }
    const source = { packageFolder, version, nodePath: process.execPath }
    ensureHookScripts(world.start(100, wrap), world.home, source)
  }
  const texts = () =>
    new Set(HOOK_SCRIPTS.map((path) => readFileSync(join(hooks, basename(path)), 'utf8')))
  return { world, hooks, write, texts }
}

test('killed before any file has its name, the hooks source nothing that is missing, and the next writes the rest', () => {
  for (const killAt of HOOK_FILES.keys()) {
    const { hooks, write, texts } = scene()
    let renamed = 0
    const killing = (fs: FileSystem): FileSystem => ({
      ...fs,
      rename(from, to) {
        renamed += 1
        if (renamed > killAt) throw new Killed()
        fs.rename(from, to)
      },
    })
    expect(() => write('new', '1.0.0', killing)).toThrow(Killed)
    // What a hook sources is there only when all that it sources in turn is.
    if (existsSync(join(hooks, 'post-checkout'))) expect(texts()).toEqual(new Set(['new']))
    write('new', '1.0.0')
    expect(texts()).toEqual(new Set(['new']))
    const names = readdirSync(hooks).filter((name) => !name.startsWith('.'))
    expect(names).toEqual([...HOOK_FILES].sort())
  }
})

test('a newer flow replaces the scripts, an older one leaves them, also after a kill', () => {
  const { hooks, write, texts } = scene()
  write('one', '1.9.0')
  write('two', '1.10.0')
  expect(texts()).toEqual(new Set(['two']))
  write('one', '1.9.0')
  expect(texts()).toEqual(new Set(['two']))
  write('three', '1.10.0')
  expect(texts()).toEqual(new Set(['three']))
  for (const torn of ['', 'x', '1.1']) {
    writeFileSync(join(hooks, 'version'), torn)
    write('one', '1.9.0')
    expect(texts()).toEqual(new Set(['one']))
  }
})

test('what is right is not written, and a snippet is refreshed only where one is', () => {
  const { world, write } = scene()
  mkdirSync(join(world.home, 'shell'), { recursive: true })
  writeFileSync(join(world.home, 'shell/flow.zsh'), 'of an earlier version')
  write('one', '1.0.0')
  expect(readdirSync(join(world.home, 'shell'))).toEqual(['flow.zsh'])
  expect(readFileSync(join(world.home, 'shell/flow.zsh'), 'utf8')).toBe('one')
  const created: string[] = []
  write('one', '1.0.0', (fs) => ({
    ...fs,
    createFile(path, ...rest) {
      created.push(path)
      fs.createFile(path, ...rest)
    },
  }))
  expect(created).toEqual([])
})

test('the node of another version stays as long as it is there', () => {
  const { hooks, write } = scene()
  const path = join(hooks, 'node')
  write('one', '1.0.0')
  expect(readFileSync(path, 'utf8')).toBe(`${process.execPath}\n`)
  writeFileSync(path, '/bin/sh\n')
  write('one', '1.0.0')
  expect(readFileSync(path, 'utf8')).toBe('/bin/sh\n')
  writeFileSync(path, '/nowhere/node\n')
  write('one', '1.0.0')
  expect(readFileSync(path, 'utf8')).toBe(`${process.execPath}\n`)
})

test('a directory that is a link is refused', () => {
  const { world, hooks, write } = scene()
  const elsewhere = tempFolder()
  mkdirSync(world.home, { recursive: true })
  symlinkSync(elsewhere, hooks)
  expect(() => write('one', '1.0.0')).toThrow(expect.objectContaining({ code: 'E_STATE_LINK' }))
  expect(readdirSync(elsewhere)).toEqual([])
})

describe('a version is older', () => {
  test.each([
    ['1.0.0', '1.0.0', false],
    ['1.0.0', '1.0.1', true],
    ['1.9.0', '1.10.0', true],
    ['2.0.0', '1.99.99', false],
    ['1.0.0-beta.1', '1.0.0', true],
    ['1.0.0', '1.0.0-beta.1', false],
    ['1.0.0-beta.2', '1.0.0-beta.10', true],
    ['1.0.0+build', '1.0.0', false],
    ['', '0.1.0', true],
    ['0.1.0', '', false],
    ['0.1.0', 'x', false],
  ])('%s than %s: %s', (version, than, wanted) => {
    expect(isOlder(version, than)).toBe(wanted)
  })
})
