import { chmodSync, existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { flowrcText } from '../../src/setup/flowrc.ts'
import {
  FLOW,
  git,
  hooksPath,
  installMarker,
  LINE,
  LINES,
  PACKAGE,
  read,
  repository,
  runInit,
  snapshot,
} from '../helpers/team-repository.ts'

describe('flow init', () => {
  test('sets a fresh repository up, and the hooks run on a checkout, a commit and a merge', async () => {
    const folder = repository()
    const { code, out } = await runInit(folder)
    expect(code).toBe(0)
    expect(read(folder, '.flowrc')).toBe(flowrcText('./node_modules/flow-agent/dist/schema.json'))
    const { version } = JSON.parse(read(FLOW, 'package.json'))
    expect(JSON.parse(read(folder, 'package.json'))).toEqual({
      name: 'team',
      scripts: { agent: 'flow run claude --', prepare: 'flow prepare || exit 0' },
      devDependencies: { 'flow-agent': `^${version}` },
    })
    expect(hooksPath(folder)).toBe('.husky/_')
    for (const [name, line] of Object.entries(LINES)) {
      expect(read(folder, '.husky', name)).toBe(`#!/bin/sh\n${line}`)
    }
    expect(out).toContain('next: npm install\n      npm run agent\n')
    expect(out).toContain('undo: npx flow uninstall\n')

    installMarker()
    const id = git(folder, 'rev-parse', 'HEAD').trim()
    git(folder, 'checkout', '-qb', 'other')
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'second')
    git(folder, 'switch', '-q', 'main')
    git(folder, 'merge', '-q', 'other')
    // The line is in husky's own files as well, for branches that have none of the team's.
    const run = read(folder, 'marker').split('\n')
    expect(run.filter((line) => line.startsWith('.husky/_/'))).toHaveLength(3)
    expect(run.filter((line) => !line.startsWith('.husky/_/'))).toEqual([
      `.husky/post-checkout ${id} ${id} 1`,
      '.husky/pre-commit ',
      expect.stringMatching(/^\.husky\/post-checkout [0-9a-f]+ [0-9a-f]+ 1$/),
      '.husky/post-merge 0',
      '',
    ])
  })

  test('a second time changes nothing and says so', async () => {
    const folder = repository()
    await runInit(folder)
    const before = snapshot(folder)
    const { code, out } = await runInit(folder)
    expect(code).toBe(0)
    expect(out).toBe('flow is set up already: nothing to change\n')
    expect(snapshot(folder)).toEqual(before)
  })

  test('--dry-run shows every line that would change and changes none', async () => {
    const folder = repository({ '.husky/post-merge': 'npm install' })
    const before = snapshot(folder)
    const { code, out } = await runInit(folder, { dryRun: true })
    expect(code).toBe(0)
    expect(snapshot(folder)).toEqual(before)
    expect(out).toContain('-(not set)\n+.husky/_\n')
    expect(out).toContain('--- package.json\n+++ package.json\n')
    expect(out).toContain('+    "agent": "flow run claude --",\n')
    expect(out).toContain(
      `--- .husky/post-merge\n+++ .husky/post-merge\n+${LINES['post-merge']} npm install\n`,
    )
    expect(out).toContain('+agent: claude\n')
    expect(out).toContain('nothing was changed')
  })

  test('what is there is kept: configuration, scripts, hooks and their modes', async () => {
    const folder = repository({
      'package.json': '{"flow":{},"scripts":{"agent":"aider","prepare":"husky"}}',
      '.husky/post-checkout': 'echo mine\nexit 0',
    })
    chmodSync(join(folder, '.husky/post-checkout'), 0o600)
    chmodSync(join(folder, 'package.json'), 0o640)
    const { out } = await runInit(folder)
    expect(existsSync(join(folder, '.flowrc'))).toBe(false)
    expect(read(folder, 'package.json')).toContain(
      '"scripts":{"agent":"aider","prepare":"husky && (flow prepare || exit 0)"}',
    )
    expect(out).toContain('npm pkg set "scripts.agent:flow=flow run claude --"')
    expect(read(folder, '.husky/post-checkout')).toBe(`${LINE}echo mine\nexit 0`)
    expect(statSync(join(folder, '.husky/post-checkout')).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'package.json')).mode & 0o777).toBe(0o640)
  })

  test('a configuration that is a program is not run', async () => {
    const folder = repository({ '.flowrc.mjs': 'throw new Error("run")' })
    expect((await runInit(folder)).code).toBe(0)
    expect(existsSync(join(folder, '.flowrc'))).toBe(false)
  })

  test('one in the package.json above counts for a package below, as it does for `flow run`', async () => {
    const root = '{"workspaces":["apps/*"],"flow":{}}'
    const folder = repository({ 'package.json': root, 'apps/web/package.json': '{}' })
    await runInit(join(folder, 'apps/web'))
    expect(existsSync(join(folder, 'apps/web/.flowrc'))).toBe(false)
  })

  test('from a subfolder, the nearest package.json is set up', async () => {
    const folder = repository({ 'apps/web/package.json': '{}', 'apps/web/src/x': '' })
    await runInit(join(folder, 'apps/web/src'))
    expect(read(folder, 'package.json')).toBe(PACKAGE)
    expect(existsSync(join(folder, 'apps/web/.flowrc'))).toBe(true)
    expect(hooksPath(folder)).toBe('apps/web/.husky/_')
    expect(read(folder, 'apps/web/.husky/post-merge')).toBe(`#!/bin/sh\n${LINES['post-merge']}`)
    expect((await runInit(folder, { dryRun: true })).out).toContain('+++ package.json')
  })

  test('a husky 8 repository keeps its husky, and a new hook can run under it', async () => {
    const folder = repository()
    git(folder, 'config', 'core.hooksPath', '.husky')
    await runInit(folder)
    expect(hooksPath(folder)).toBe('.husky')
    installMarker()
    git(folder, 'checkout', '-qb', 'other')
    expect(read(folder, 'marker')).toContain('.husky/post-checkout')
  })

  test('under HUSKY=0 everything but husky is set up, and it says so', async () => {
    const folder = repository()
    const { code, out } = await runInit(folder, { variables: { HUSKY: '0' } })
    expect(code).toBe(0)
    expect(hooksPath(folder)).toBe('')
    expect(read(folder, '.husky/post-merge')).toContain(LINES['post-merge'])
    expect(out).toContain('HUSKY=0')
  })
})

describe('the line in a hook', () => {
  test('what the script ends with counts neither for the hook nor for the checkout', async () => {
    const folder = repository({ '.husky/post-checkout': 'echo "$1 $2 $3" > own\n' })
    await runInit(folder)
    installMarker('[ 1 = 2 ] && echo never')
    git(folder, 'checkout', '-qb', 'other')
    expect(read(folder, 'own')).toMatch(/^[0-9a-f]{40} [0-9a-f]{40} 1\n$/)
  })

  test("flow's own script, with nothing pending, changes nothing about a checkout", async () => {
    const folder = repository({ '.husky/post-checkout': 'echo "$1 $2 $3" > own\n' })
    await runInit(folder)
    expect(git(folder, 'checkout', '-qb', 'other')).toBe('')
    expect(read(folder, 'own')).toMatch(/^[0-9a-f]{40} [0-9a-f]{40} 1\n$/)
  })

  test('without a state directory it does nothing', async () => {
    const folder = repository({ '.husky/post-checkout': 'echo "$3" > own' })
    await runInit(folder)
    rmSync(process.env.FLOW_HOME ?? '', { recursive: true })
    expect(git(folder, 'checkout', '-qb', 'other')).toBe('')
    expect(read(folder, 'own')).toBe('1\n')
  })

  test("a hook's own failure is still its own", async () => {
    const folder = repository({ '.husky/post-checkout': 'exit 7\n' })
    await runInit(folder)
    installMarker()
    expect(() => git(folder, 'checkout', '-qb', 'other')).toThrow('code 7')
  })
})
