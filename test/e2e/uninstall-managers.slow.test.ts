/** `flow uninstall` beside other hook managers, the real ones; and by other package managers' words. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshTeam, put, type Team } from '../helpers/team.ts'
import { tool } from '../helpers/tools.ts'
import { done, everything as everythingIn } from '../helpers/undone.ts'

const [lefthook, simpleGitHooks] = await Promise.all([
  tool('lefthook', '2.2.2'),
  tool('simple-git-hooks', '2.14.0'),
])

function teamWith(
  tools: readonly (readonly [modules: string | null, name: string, program: string])[],
  files: Record<string, string>,
): Team {
  const team = freshTeam({ files })
  for (const [modules, name, program] of tools) {
    if (modules === null) throw new Error(`no ${name}`)
    symlinkSync(join(modules, name), join(team.cwd, 'node_modules', name))
    symlinkSync(join('..', name, program), join(team.cwd, 'node_modules/.bin', name))
  }
  const { CI: _, ...env } = team.env
  return { ...team, env }
}

/** But for what lefthook keeps for itself: a hash of its configuration, with the time of that file. */
function everything(team: Team): string[] {
  return everythingIn(team).filter((line) => !line.includes('/info/lefthook.checksum'))
}

async function expectUndone(team: Team): Promise<string> {
  const before = everything(team)
  await done(team, 'init', '--yes')
  await done(team, 'run', 'claude')
  expect(everything(team)).not.toEqual(before)
  const out = await done(team, 'uninstall', '--yes')
  expect(everything(team)).toEqual(before)
  expect(await done(team, 'uninstall', '--yes')).toContain('nothing to undo')
  return out
}

const YAML =
  'pre-commit:\n  jobs:\n    # ours\n    - run: echo lint >>log\npost-merge:\n  parallel: true\n'

describe.skipIf(lefthook === null)('lefthook', () => {
  const team = (files: Record<string, string>) =>
    teamWith([[lefthook, 'lefthook', 'bin/index.js']], files)

  test('every byte is as before, and what it installed too', async () => {
    const own = team({ 'lefthook.yml': YAML })
    execFileSync('lefthook', ['install'], { ...own, stdio: 'ignore' })
    expect(await expectUndone(own)).toContain('for lefthook to follow: npx lefthook install')
  })

  test('what was written since stays, and the rest comes out', async () => {
    const own = team({ 'lefthook.yml': YAML })
    await done(own, 'init', '--yes')
    const path = join(own.cwd, 'lefthook.yml')
    writeFileSync(path, `${readFileSync(path, 'utf8')}pre-push:\n  parallel: true\n`)
    await done(own, 'uninstall', '--yes')
    expect(readFileSync(path, 'utf8')).toBe(`${YAML}pre-push:\n  parallel: true\n`)
  })

  test('a clone, which has no record', async () => {
    const own = team({ 'lefthook.yml': YAML })
    await done(own, 'init', '--yes')
    rmSync(own.stateHome, { recursive: true })
    await done(own, 'uninstall', '--yes')
    expect(readFileSync(join(own.cwd, 'lefthook.yml'), 'utf8')).toBe(YAML)
  })
})

describe.skipIf(simpleGitHooks === null)('simple-git-hooks', () => {
  const team = (files: Record<string, string>) =>
    teamWith([[simpleGitHooks, 'simple-git-hooks', 'cli.js']], files)
  const PACKAGE = '{\n  "simple-git-hooks": {\n    "pre-commit": "echo lint"\n  }\n}\n'

  test('in package.json: every byte is as before, and what it installed too', async () => {
    const own = team({ 'package.json': PACKAGE })
    execFileSync('simple-git-hooks', [], { ...own, stdio: 'ignore' })
    expect(await expectUndone(own)).toContain('to follow: npx simple-git-hooks')
  })

  test('a clone, which has no record', async () => {
    const own = team({ 'package.json': PACKAGE })
    await done(own, 'init', '--yes')
    rmSync(own.stateHome, { recursive: true })
    await done(own, 'uninstall', '--yes')
    expect(readFileSync(join(own.cwd, 'package.json'), 'utf8')).toBe(PACKAGE)
  })
})

test("plain hooks in git's own folder", async () => {
  const team = teamWith([], {})
  put(team.cwd, {
    '.git/hooks/pre-commit': '#!/bin/sh\nexit 0',
    '.git/hooks/pre-push': '#!/bin/sh\n',
  })
  for (const name of ['pre-commit', 'pre-push'])
    chmodSync(join(team.cwd, '.git/hooks', name), 0o755)
  await expectUndone(team)
  expect(existsSync(join(team.cwd, '.husky'))).toBe(false)
})

test.each([
  ['pnpm@10.0.0', 'pnpm install'],
  ['yarn@1.22.0', 'yarn install'],
  ['yarn@4.0.0', 'yarn install'],
  ['bun@1.2.0', 'bun install'],
])(
  'of a project of %s it speaks its words, and takes its scripts out',
  async (packageManager, next) => {
    const text = `${JSON.stringify({ private: true, packageManager }, null, 2)}\n`
    const team = teamWith([], { 'package.json': text })
    expect(await expectUndone(team)).toContain(`next: ${next}`)
  },
)
