import { describe, expect, test } from 'vitest'
import type { FileSystem } from '../../../src/ports/file-system.ts'
import {
  installCommand,
  installScript,
  programCommand,
  scriptCommand,
} from '../../../src/setup/package-manager.ts'
import { findPackageManager } from '../../../src/setup/project.ts'

/** A repository at /r with these files; the project is /r/apps/web where that has a package.json. */
function find(files: Record<string, string>, userAgent?: string) {
  const texts = new Map(Object.entries(files).map(([path, text]) => [`/r/${path}`, text]))
  const fs = {
    facts: (path: string) => {
      if (texts.has(path)) return { kind: 'file' }
      throw Object.assign(new Error(path), { code: 'ENOENT' })
    },
    readFile: (path: string) => Buffer.from(texts.get(path) ?? ''),
  } as unknown as FileSystem
  const folder = texts.has('/r/apps/web/package.json') ? '/r/apps/web' : '/r'
  const found = findPackageManager(fs, folder, '/r', userAgent)
  return { ...found, script: installScript(found, folder) }
}

const MEMBER = { 'apps/web/package.json': '{}', 'package.json': '{"workspaces": ["apps/*"]}' }

describe('who installs the packages', () => {
  test.each([
    ['nothing tells', {}, 'npm'],
    ['packageManager', { 'package.json': '{"packageManager": "pnpm@10.1.0+sha512.x"}' }, 'pnpm'],
    [
      'packageManager of classic',
      { 'package.json': '{"packageManager": "yarn@1.22.22"}' },
      'yarn-classic',
    ],
    [
      'packageManager of berry',
      { 'package.json': '{"packageManager": "yarn@4.9.0"}' },
      'yarn-berry',
    ],
    [
      'packageManager before a lock file',
      { 'package.json': '{"packageManager": "bun@1.2.0"}', 'package-lock.json': '' },
      'bun',
    ],
    [
      'devEngines',
      { 'package.json': '{"devEngines": {"packageManager": [{"name": "yarn", "version": "^4"}]}}' },
      'yarn-berry',
    ],
    [
      'an unknown packageManager',
      { 'package.json': '{"packageManager": "vlt@1"}', 'bun.lock': '' },
      'bun',
    ],
    ['package-lock.json', { 'package-lock.json': '' }, 'npm'],
    ['pnpm-lock.yaml', { 'pnpm-lock.yaml': '' }, 'pnpm'],
    ['bun.lockb', { 'bun.lockb': '' }, 'bun'],
    ['yarn.lock of classic', { 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn-classic'],
    ['yarn.lock of berry', { 'yarn.lock': '# x\n\n__metadata:\n  version: 8\n' }, 'yarn-berry'],
    ['.yarnrc.yml', { '.yarnrc.yml': '' }, 'yarn-berry'],
    ['the root of the workspace', { ...MEMBER, 'pnpm-lock.yaml': '' }, 'pnpm'],
    ['the nearest one', { ...MEMBER, 'pnpm-lock.yaml': '', 'apps/web/bun.lock': '' }, 'bun'],
  ])('%s', (_, files, name) => {
    expect(find(files).name).toBe(name)
  })

  test('where nothing else tells, the one that runs flow', () => {
    expect(find({}, 'pnpm/10.1.0 npm/? node/v20.20.0 linux x64').name).toBe('pnpm')
    expect(find({}, 'yarn/4.18.1 npm/? node/v20.20.0 linux x64').name).toBe('yarn-berry')
    expect(find({ 'bun.lock': '' }, 'npm/11.0.0 node/v20.20.0').name).toBe('bun')
  })

  test.each([
    ['npm', { ...MEMBER, 'package-lock.json': '' }, '/r', 'prepare'],
    [
      'yarn classic, which runs no prepare of a member',
      { ...MEMBER, 'yarn.lock': '' },
      '/r',
      'postinstall',
    ],
    ['yarn classic at the root', { 'yarn.lock': '' }, '/r', 'prepare'],
    ['yarn berry, which runs no prepare at all', { '.yarnrc.yml': '' }, '/r', 'postinstall'],
    ['pnpm', { ...MEMBER, 'pnpm-workspace.yaml': '' }, '/r', 'prepare'],
    ['pnpm without a workspace', { ...MEMBER, 'pnpm-lock.yaml': '' }, '/r/apps/web', 'prepare'],
    [
      'a package that is no member',
      { 'package.json': '{}', 'apps/web/package.json': '{}' },
      '/r/apps/web',
      'prepare',
    ],
  ])('%s', (_, files, root, script) => {
    expect(find(files)).toMatchObject({ root, script })
  })

  test.each([
    ['.yarnrc.yml says nothing', { '.yarnrc.yml': '' }, true],
    ['.yarnrc.yml says pnp', { '.yarnrc.yml': 'nodeLinker: pnp' }, true],
    ['.yarnrc.yml says node-modules', { '.yarnrc.yml': 'nodeLinker: node-modules # x' }, false],
    ['.yarnrc.yml says pnpm', { '.yarnrc.yml': 'nodeLinker: pnpm' }, false],
    [
      'there is a node_modules of its own',
      { '.yarnrc.yml': '', 'node_modules/.yarn-state.yml': '' },
      false,
    ],
    ['.yarnrc.yml is broken', { '.yarnrc.yml': '{' }, true],
    ['yarn is classic', { 'yarn.lock': '' }, false],
  ])("Plug'n'Play: %s", (_, files, isPnp) => {
    expect(find(files).isPnp).toBe(isPnp)
  })
})

test.each([
  ['npm', 'npm install', 'npm run agent', "npx flow status --json 'a b'"],
  ['pnpm', 'pnpm install', 'pnpm run agent', "pnpm exec flow status --json 'a b'"],
  ['yarn-classic', 'yarn install', 'yarn agent', "yarn flow status --json 'a b'"],
  ['yarn-berry', 'yarn install', 'yarn agent', "yarn flow status --json 'a b'"],
  ['bun', 'bun install', 'bun run agent', "bunx flow status --json 'a b'"],
] as const)('the words of %s', (name, install, script, program) => {
  expect(installCommand({ name })).toBe(install)
  expect(scriptCommand({ name }, 'agent')).toBe(script)
  expect(programCommand({ name }, ['flow', 'status', '--json', 'a b'])).toBe(program)
})
