/** `flow init`, a session, `flow uninstall`, in many kinds of repository: nothing differs from before. */
import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshTeam, git, put } from '../helpers/team.ts'
import { done, everything, initRunUninstall } from '../helpers/undone.ts'

const LISTED = '"devDependencies": { "flow-agent": "file:flow.tgz" }'

describe('init, run, uninstall: every byte and mode is as before', () => {
  test.each<[string, Record<string, string | null>]>([
    ['four blanks, no newline at the end', { 'package.json': '{\n    "name": "x"\n}' }],
    [
      'tabs, and flow-agent installed by hand',
      { 'package.json': `{\n\t"name": "x",\n\t${LISTED}\n}\n` },
    ],
    ['Windows', { 'package.json': '\uFEFF{\r\n  "name": "x"\r\n}\r\n' }],
    ['sections that are empty', { 'package.json': '{ "scripts": { }, "devDependencies": {} }' }],
    [
      'scripts',
      { 'package.json': '{\n  "scripts": {\n    "prepare": "true",\n    "test": "t"\n  }\n}\n' },
    ],
    [
      'a prepare script that ends early',
      { 'package.json': '{"scripts":{"prepare":"true; exit 0"}}' },
    ],
    ['a blank prepare script', { 'package.json': '{"scripts":{"prepare":" "}}' }],
    ['a hook that is a shebang alone', { '.husky/post-merge': '#!/bin/sh', '.husky/x': '' }],
    ['a hook that is a shebang and a newline', { '.husky/post-merge': '#!/bin/sh\n' }],
    ['a configuration of the own', { '.flowrc': 'agent: claude\n' }],
    ['a configuration in package.json', { 'package.json': '{"flow":{}}' }],
    ['settings of the own', { '.claude/settings.json': '{"model":"opus"}' }],
  ])('%s', async (_, files) => {
    const team = freshTeam({ files })
    const before = everything(team)
    await initRunUninstall(team)
    expect(everything(team)).toEqual(before)
    expect(git(team, 'status', '--porcelain')).toBe('')
    expect(await done(team, 'uninstall', '--yes')).toMatch(
      /^flow is not set up here: nothing to undo/,
    )
    expect(everything(team)).toEqual(before)
  })

  test('a configuration that was copied from the example', async () => {
    const team = freshTeam()
    const example = join(team.cwd, 'node_modules/flow-agent/.flowrc.example')
    put(team.cwd, { '.flowrc': readFileSync(example, 'utf8') })
    const before = everything(team)
    await initRunUninstall(team)
    expect(everything(team)).toEqual(before)
  })

  test('husky switched on before', async () => {
    const team = freshTeam({ files: { '.husky/pre-commit': 'true\n' } })
    execFileSync(process.execPath, ['node_modules/husky/bin.js'], team)
    const before = everything(team)
    await initRunUninstall(team)
    expect(everything(team)).toEqual(before)
  })

  test('hooks that husky 8 keeps', async () => {
    const team = freshTeam({ files: { '.husky/pre-commit': 'true\n' } })
    git(team, 'config', 'core.hooksPath', '.husky')
    const before = everything(team)
    await initRunUninstall(team)
    expect(everything(team)).toEqual(before)
  })

  test("git's configuration without a newline at its end, and other modes", async () => {
    const team = freshTeam({ files: { '.husky/post-merge': 'true\n' } })
    const config = join(team.cwd, '.git/config')
    writeFileSync(config, `${readFileSync(config, 'utf8')}[user]\n\tname = x`)
    chmodSync(config, 0o600)
    chmodSync(join(team.cwd, 'package.json'), 0o640)
    chmodSync(join(team.cwd, '.husky/post-merge'), 0o700)
    const before = everything(team)
    await initRunUninstall(team)
    expect(everything(team)).toEqual(before)
  })

  test('a package in a subfolder', async () => {
    const team = freshTeam({ files: { 'apps/web/package.json': '{}', 'apps/web/src/x': '' } })
    const before = everything(team)
    await initRunUninstall({ ...team, cwd: join(team.cwd, 'apps/web/src') })
    expect(everything(team)).toEqual(before)
  })
})
