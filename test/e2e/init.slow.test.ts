import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  FLOW,
  git,
  hooksPath,
  installMarker,
  LINES,
  PACKAGE,
  read,
  repository,
  runInit,
  snapshot,
  write,
} from '../helpers/team-repository.ts'

describe('flow init', () => {
  test.each([
    '.flowrc.json',
    '.flowrc.ts',
    'flow.config.mjs',
    '.config/flowrc',
    '.config/flowrc.cjs',
  ])('%s counts as configuration', async (name) => {
    const folder = repository({ [name]: '' })
    await runInit(folder)
    expect(existsSync(join(folder, '.flowrc'))).toBe(false)
  })

  test('in a workspace the line is the same as anywhere', async () => {
    const folder = repository({
      'package.json': '{"workspaces":["apps/*"]}',
      'apps/web/package.json': '{}',
    })
    await runInit(join(folder, 'apps/web'))
    expect(read(folder, 'apps/web/.husky/post-merge')).toBe(`#!/bin/sh\n${LINES['post-merge']}`)
  })

  test.each([
    ['a dependency on flow-bin', { 'package.json': '{"devDependencies":{"flow-bin":"1"}}' }],
    [
      'a program of another package',
      { 'node_modules/x/package.json': '{"name":"x"}', 'node_modules/x/cli.js': '' },
    ],
  ])('the scripts say flow-agent next to %s', async (_, files) => {
    const folder = repository(files)
    if (existsSync(join(folder, 'node_modules'))) {
      mkdirSync(join(folder, 'node_modules/.bin'))
      symlinkSync('../x/cli.js', join(folder, 'node_modules/.bin/flow'))
    }
    await runInit(folder)
    expect(JSON.parse(read(folder, 'package.json')).scripts).toEqual({
      agent: 'flow-agent run claude --',
      prepare: 'flow-agent prepare || exit 0',
    })
  })

  test('the scripts say flow where node_modules/.bin/flow is flow', async () => {
    const folder = repository()
    write(join(folder, 'node_modules/flow-agent/package.json'), '{"name":"flow-agent"}')
    write(join(folder, 'node_modules/flow-agent/dist/cli.cjs'), '')
    mkdirSync(join(folder, 'node_modules/.bin'))
    symlinkSync('../flow-agent/dist/cli.cjs', join(folder, 'node_modules/.bin/flow'))
    await runInit(folder)
    expect(JSON.parse(read(folder, 'package.json')).scripts.agent).toBe('flow run claude --')
  })

  test.each(['two  blanks', "it's $HOME", 'line\nbreak', 'ä 漢字', '"q"', '#x'])(
    'a repository and a package by the name of %j work',
    async (name) => {
      const folder = repository({ [`${name}/package.json`]: '{}' }, name)
      const { code } = await runInit(join(folder, name))
      expect(code).toBe(0)
      installMarker()
      git(folder, 'checkout', '-qb', 'other')
      expect(read(folder, 'marker')).toContain(`${name}/.husky/post-checkout `)
      expect((await runInit(join(folder, name))).out).toContain('nothing to change')
    },
  )

  test('a linked worktree is set up in itself', async () => {
    const folder = repository()
    const linked = join(dirname(folder), 'linked')
    git(folder, 'worktree', 'add', '-q', linked)
    await runInit(linked)
    expect(existsSync(join(folder, '.flowrc'))).toBe(false)
    installMarker()
    git(linked, 'checkout', '-qb', 'other')
    expect(read(linked, 'marker')).toContain('.husky/post-checkout')
  })

  test('the repository round the current folder is meant, also when started by a hook of another', async () => {
    const other = repository()
    const folder = repository()
    const variables = { GIT_DIR: join(other, '.git'), GIT_INDEX_FILE: join(other, '.git/index') }
    const before = snapshot(other)
    await runInit(folder, { variables })
    expect(hooksPath(folder)).toBe('.husky/_')
    expect(snapshot(other)).toEqual(before)
  })

  test('a husky 8 that is not installed in this clone is not replaced by another', async () => {
    const folder = repository({
      'package.json': '{ "private": true, "devDependencies": { "husky": "^8.0.3" } }',
      '.husky/pre-commit': '#!/usr/bin/env sh\n. "$(dirname -- "$0")/_/husky.sh"\n\necho lint\n',
    })
    chmodSync(join(folder, '.husky/pre-commit'), 0o755)
    const { out } = await runInit(folder)
    expect(out).toContain('`npm install` lets git run the hooks')
    expect(hooksPath(folder)).toBe('')
    expect(read(folder, '.husky/pre-commit')).toContain(`husky.sh"\n${LINES['pre-commit']}\necho`)
  })

  test('a team that has chosen husky gets its lines there, also beside a lefthook.yml', async () => {
    const yaml = 'pre-push:\n  jobs:\n    - run: "true"\n'
    const folder = repository({
      'package.json': '{ "private": true, "scripts": { "prepare": "husky" } }',
      '.husky/pre-commit': 'npx lint\n',
      'lefthook.yml': yaml,
    })
    await runInit(folder)
    expect(hooksPath(folder)).toBe('.husky/_')
    expect(read(folder, 'lefthook.yml')).toBe(yaml)
  })

  test('a husky folder with another name is used where it is', async () => {
    const folder = repository({ '.config/husky/post-merge': 'x\n' })
    cpSync(join(FLOW, 'node_modules/husky/husky'), join(folder, '.config/husky/_/h'))
    for (const name of ['post-checkout', 'post-merge']) {
      write(join(folder, '.config/husky/_', name), '. "$(dirname "$0")/h"', 0o755)
    }
    git(folder, 'config', 'core.hooksPath', '.config/husky/_')
    await runInit(folder)
    expect(hooksPath(folder)).toBe('.config/husky/_')
    expect(read(folder, '.config/husky/post-merge')).toBe(`${LINES['post-merge']}x\n`)
    expect(existsSync(join(folder, '.husky'))).toBe(false)
  })

  test('a package.json behind a link is changed where it lies; the link stays', async () => {
    const folder = repository({ 'real/package.json': PACKAGE })
    rmSync(join(folder, 'package.json'))
    symlinkSync('real/package.json', join(folder, 'package.json'))
    await runInit(folder)
    expect(read(folder, 'real/package.json')).toContain('flow prepare')
    expect(lstatSync(join(folder, 'package.json')).isSymbolicLink()).toBe(true)
  })
})
