/** flow beside the hook managers that a team has already: the real ones, and real git. */
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import { flow, git, MARK, newTeam, put, settingsOf, type Team } from '../helpers/team.ts'
import { tool } from '../helpers/tools.ts'

const [lefthook, simpleGitHooks, husky8] = await Promise.all([
  tool('lefthook', '2.2.2'),
  tool('simple-git-hooks', '2.14.0'),
  tool('husky', '8.0.3'),
])
const hasPreCommit = spawnSync('pre-commit', ['--version']).status === 0

/** A team before `flow init`: no hooks of flow's, and no husky. */
function teamWithout(files: Record<string, string | null> = {}): Team {
  const scripts = '{\n  "name": "team",\n  "private": true\n}\n'
  const made = newTeam({ files: { '.husky': null, 'package.json': scripts, ...files } })
  // As on a person's machine: in CI `flow prepare` does nothing.
  const { CI: _, ...env } = made.env
  const team = { ...made, env }
  git(team, 'config', '--unset', 'core.hooksPath')
  put(team.cwd, { '.git/info/exclude': 'node_modules\nlog\nstub\n' })
  return team
}

/** Makes the program of a tool the project's own, as an installation does. */
function link(team: Team, modules: string | null, name: string, program: string): void {
  if (modules === null) throw new Error(`no ${name}`)
  symlinkSync(join(modules, name), join(team.cwd, 'node_modules', name))
  symlinkSync(join('..', name, program), join(team.cwd, 'node_modules/.bin', name))
}

/** `flow init --yes`, committed; what it printed. A second one changes nothing. */
async function init(team: Team): Promise<string> {
  const { code, stdout, stderr } = await flow(team, 'init', '--yes')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect((await flow(team, 'init', '--yes')).stdout).toMatch(/^flow is set up already/)
  git(team, 'add', '-A')
  git(team, 'commit', '-qm', 'flow')
  return stdout
}

/** After a session that was killed, a checkout puts the settings back. */
async function expectRestored(team: Team): Promise<void> {
  const before = fileAt(team.settingsPath)
  git(team, 'branch', 'other')
  await orphan(team)
  expect(settingsOf(team)).toContain(MARK)
  const done = await run(['git', 'checkout', '-q', 'other'], team)
  expect(done.code).toBe(0)
  expect(fileAt(team.settingsPath)).toEqual(before)
}

/** And so does a merge. */
async function expectRestoredByMerge(team: Team): Promise<void> {
  const before = fileAt(team.settingsPath)
  git(team, 'commit', '-q', '--allow-empty', '-m', 'theirs', '--no-verify')
  git(team, 'checkout', '-q', 'main')
  await orphan(team)
  git(team, 'merge', '-q', '--ff-only', 'other')
  expect(fileAt(team.settingsPath)).toEqual(before)
}

/** The lines that hooks have written since the last call. */
function logged(team: Team): string[] {
  const path = join(team.cwd, 'log')
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  put(team.cwd, { log: '' })
  return lines.filter((line) => line !== '')
}

/** Stands in for what flow does before a commit: says that it was sourced. */
function stubPreCommit(team: Team): void {
  put(team.stateHome, { 'hooks/pre-commit': 'echo flow >>log\n', 'hooks/version': '999.0.0\n' })
}

/** What the hooks write at a commit. */
function commit(team: Team): string[] {
  stubPreCommit(team)
  logged(team)
  put(team.cwd, { [`file-${Math.random()}`]: '' })
  git(team, 'add', '-A')
  git(team, 'commit', '-qm', 'more')
  return logged(team)
}

const hook = (team: Team, name: string) => readFileSync(join(team.cwd, '.git/hooks', name), 'utf8')

describe.skipIf(lefthook === null)('lefthook', () => {
  const YAML = `# the team's own
pre-commit:
  jobs:
    # first of all
    - run: echo lint >>log
post-checkout:
  commands:
    lfs:
      run: echo "own {3}" >>log
`
  function team(files: Record<string, string | null>): Team {
    const made = teamWithout(files)
    link(made, lefthook, 'lefthook', 'bin/index.js')
    return made
  }

  test('a killed session is restored, the own hooks still run, and only lines are added', async () => {
    const own = team({ 'lefthook.yml': YAML })
    execFileSync('lefthook', ['install'], { ...own, stdio: 'ignore' })
    const said = await init(own)
    expect(said).toContain('$ npx lefthook install')
    const text = readFileSync(join(own.cwd, 'lefthook.yml'), 'utf8').split('\n')
    const kept = YAML.trimEnd().split('\n')
    expect(text.filter((line) => kept.includes(line))).toEqual(
      expect.arrayContaining(kept.filter((line) => line !== '')),
    )
    expect(existsSync(join(own.cwd, '.husky'))).toBe(false)
    expect(spawnSync('git', ['config', 'core.hooksPath'], own).status).toBe(1)
    const { findings } = JSON.parse((await flow(own, 'doctor', '--json')).stdout)
    const hooks = findings.filter(({ id }: { id: string }) => id.startsWith('hook-'))
    expect(hooks.map(({ status }: { status: string }) => status)).toEqual(['ok', 'ok', 'ok'])
    await expectRestored(own)
    await expectRestoredByMerge(own)
    expect(logged(own)).toContain('own 1')
    expect(commit(own)).toEqual(['flow', 'lint'])
  })

  test('not installed yet: its own installation brings everything into force', async () => {
    const own = team({
      '.lefthook.json': '{"pre-commit": {"commands": {"a": {"run": "echo a >>log"}}}}',
    })
    await init(own)
    expect(hook(own, 'post-merge')).toContain('call_lefthook')
    await expectRestored(own)
    expect(commit(own)).toEqual(['flow', 'a'])
  })

  test('a hook beside it that it did not make stays, and gets the line itself', async () => {
    const own = team({ 'lefthook.yml': YAML })
    put(own.cwd, { '.git/hooks/post-merge': '#!/bin/sh\necho mine >>log\nexit 0' })
    chmodSync(join(own.cwd, '.git/hooks/post-merge'), 0o755)
    const { stdout } = await flow(own, 'init', '--yes')
    // lefthook would put that hook aside, so the person decides when.
    expect(stdout).toContain('next: npm install\n      npx lefthook install\n')
    expect(existsSync(join(own.cwd, '.git/hooks/post-merge.old'))).toBe(false)
    expect(hook(own, 'post-merge')).toMatch(/^#!\/bin\/sh\nflow_home=.*# flow\necho mine/)
    expect(readFileSync(join(own.cwd, 'lefthook.yml'), 'utf8')).not.toContain('post-merge')
  })

  test("a file that is flow's alone stays out of a commit", async () => {
    const own = team({ 'lefthook.yml': YAML, '.claude': null })
    await init(own)
    const agent = await startAgent(own)
    expect(existsSync(own.settingsPath)).toBe(true)
    put(own.cwd, { more: '' })
    git(own, 'add', '-A')
    git(own, 'commit', '-qm', 'in the middle')
    expect(git(own, 'show', '--name-only', '--format=').trim()).toBe('more')
    await agent.end()
    expect(git(own, 'status', '--porcelain')).toBe('')
  })

  test('TOML is left to the person, who is told what to add', async () => {
    const own = team({ 'lefthook.toml': '[pre-push.commands.a]\nrun = "true"\n' })
    const { stdout } = await flow(own, 'init', '--yes')
    const toml = [...stdout.matchAll(/^ {2}(\[.*\]|run = .*)$/gm)].map(([, line]) => line)
    expect(toml).toHaveLength(6)
    appendFileSync(join(own.cwd, 'lefthook.toml'), toml.join('\n'))
    execFileSync('lefthook', ['install'], { ...own, stdio: 'ignore' })
    await init(own)
    await expectRestored(own)
    expect(commit(own)).toEqual(['flow'])
  })
})

describe.skipIf(simpleGitHooks === null)('simple-git-hooks', () => {
  function team(files: Record<string, string>): Team {
    const made = teamWithout(files)
    link(made, simpleGitHooks, 'simple-git-hooks', 'cli.js')
    return made
  }

  test('in package.json: restored, the own hooks still run, also after its own installation', async () => {
    const config = { 'pre-commit': 'echo lint >>log', 'post-checkout': 'echo own $3 >>log; exit 0' }
    const own = team({
      'package.json': JSON.stringify({ name: 'team', private: true, 'simple-git-hooks': config }),
    })
    execFileSync('simple-git-hooks', { ...own, stdio: 'ignore' })
    const said = await init(own)
    expect(said).toContain('$ npx simple-git-hooks')
    await expectRestored(own)
    await expectRestoredByMerge(own)
    expect(logged(own)).toContain('own 1')
    const before = hook(own, 'post-checkout')
    execFileSync('simple-git-hooks', { ...own, stdio: 'ignore' })
    expect(hook(own, 'post-checkout')).toBe(before)
    expect(commit(own)).toEqual(['flow', 'lint'])
  })

  test('in a file of its own, and a script that only a person can edit', async () => {
    const own = team({ '.simple-git-hooks.json': '{\n\t"pre-commit": "echo lint >>log"\n}\n' })
    await init(own)
    await expectRestored(own)
    expect(commit(own)).toEqual(['flow', 'lint'])

    const scripted = team({ 'simple-git-hooks.cjs': 'module.exports = { "pre-push": "true" }\n' })
    const { stdout } = await flow(scripted, 'init', '--yes')
    const lines = [...stdout.matchAll(/^ {2}("(?:p).*,)$/gm)].map(([, line]) => line)
    expect(lines).toHaveLength(3)
    put(scripted.cwd, { 'simple-git-hooks.cjs': `module.exports = {\n${lines.join('\n')}\n}\n` })
    await init(scripted)
    await expectRestored(scripted)
  })
})

describe.skipIf(husky8 === null)('husky 8', () => {
  test('keeps core.hooksPath and its hooks, in which flow comes first', async () => {
    const own = teamWithout()
    if (husky8 === null) throw new Error('no husky 8')
    const husky = (...words: string[]) =>
      execFileSync(process.execPath, [join(husky8, 'husky/lib/bin.js'), ...words], own)
    husky('install')
    husky('add', '.husky/pre-commit', 'echo lint >>log')
    husky('add', '.husky/post-checkout', 'echo own $3 >>log')
    await init(own)
    expect(git(own, 'config', 'core.hooksPath').trim()).toBe('.husky')
    await expectRestored(own)
    expect(logged(own)).toContain('own 1')
    expect(commit(own)).toEqual(['flow', 'lint'])
  })
})

describe('plain hooks', () => {
  test("in .git/hooks: lines in what is there, a file for what is not, and nobody's mode changes", async () => {
    const own = teamWithout()
    put(own.cwd, {
      '.git/hooks/pre-commit': '#!/bin/sh\necho lint >>log\nexit 0',
      '.git/hooks/post-checkout': '#!/usr/bin/env bash\necho own $3 >>log',
      '.git/hooks/pre-push': '#!/bin/sh\nfalse\n',
    })
    for (const name of ['pre-commit', 'post-checkout']) {
      chmodSync(join(own.cwd, '.git/hooks', name), 0o755)
    }
    const said = await init(own)
    expect(said).toContain('.git/hooks/post-merge (new)')
    expect(said).toContain('other clones get these lines from a `flow init` of their own')
    expect(fileAt(join(own.cwd, '.git/hooks/pre-push'))).toMatchObject({ mode: '644' })
    expect(spawnSync('git', ['config', 'core.hooksPath'], own).status).toBe(1)
    await expectRestored(own)
    await expectRestoredByMerge(own)
    expect(logged(own)).toContain('own 1')
    expect(commit(own)).toEqual(['flow', 'lint'])
  })

  test('one that is switched off stays off, and the way to switch it on is told', async () => {
    const own = teamWithout()
    put(own.cwd, { '.git/hooks/pre-push': '#!/bin/sh\n', '.git/hooks/post-merge': '#!/bin/sh\n' })
    chmodSync(join(own.cwd, '.git/hooks/pre-push'), 0o755)
    const { stdout } = await flow(own, 'init', '--yes')
    expect(stdout).toContain('chmod +x .git/hooks/post-merge && flow init')
    expect(hook(own, 'post-merge')).toBe('#!/bin/sh\n')
  })

  test("in a folder of the team's, named by core.hooksPath", async () => {
    const own = teamWithout({ '.githooks/pre-commit': '#!/bin/sh\necho lint >>log\n' })
    chmodSync(join(own.cwd, '.githooks/pre-commit'), 0o755)
    git(own, 'config', 'core.hooksPath', '.githooks')
    const said = await init(own)
    expect(said).not.toContain('.husky')
    expect(git(own, 'config', 'core.hooksPath').trim()).toBe('.githooks')
    await expectRestored(own)
    expect(commit(own)).toEqual(['flow', 'lint'])
  })
})

const CONFIG = `repos:
  - repo: local
    hooks:
      - id: lint
        name: lint
        entry: sh -c 'echo lint >>log'
        language: system
        always_run: true
        pass_filenames: false
`

describe('pre-commit', () => {
  test('known by its file: husky is not set up, and `flow prepare` sets up another clone', async () => {
    const own = teamWithout({ '.pre-commit-config.yaml': CONFIG })
    const said = await init(own)
    expect(said).toContain('other clones get these lines from `flow prepare`')
    expect(existsSync(join(own.cwd, '.husky'))).toBe(false)
    await expectRestored(own)
    // As in a fresh clone, or where a tool has written its hooks anew.
    put(own.cwd, { '.git/hooks': null })
    expect(await flow(own, 'prepare')).toMatchObject({ code: 0, stdout: '', stderr: '' })
    await orphan(own)
    git(own, 'checkout', '-q', 'other')
    expect(settingsOf(own)).not.toContain(MARK)
    expect(readFileSync(join(own.cwd, '.pre-commit-config.yaml'), 'utf8')).toBe(CONFIG)
  })

  test.skipIf(!hasPreCommit)('its own hook runs on behind flow, before and after', async () => {
    const own = teamWithout({ '.pre-commit-config.yaml': CONFIG })
    await init(own)
    // It finds flow's hook there, keeps it as pre-commit.legacy, and runs it first.
    execFileSync('pre-commit', ['install'], { ...own, stdio: 'ignore' })
    expect(commit(own)).toEqual(['flow', 'lint'])

    put(own.cwd, { '.git/hooks': null })
    execFileSync('pre-commit', ['install'], { ...own, stdio: 'ignore' })
    expect(commit(own)).toEqual(['lint'])
    await flow(own, 'prepare')
    expect(commit(own)).toEqual(['flow', 'lint'])
  })
})

describe.skipIf(lefthook === null || simpleGitHooks === null)('several at once', () => {
  test('each hook gets its line from whoever made it', async () => {
    const own = teamWithout({
      'lefthook.yml': 'pre-commit:\n  jobs:\n    - run: echo lefthook >>log\n',
      'package.json': JSON.stringify({
        private: true,
        'simple-git-hooks': { 'post-merge': 'echo simple >>log' },
      }),
    })
    link(own, lefthook, 'lefthook', 'bin/index.js')
    link(own, simpleGitHooks, 'simple-git-hooks', 'cli.js')
    execFileSync('simple-git-hooks', { ...own, stdio: 'ignore' })
    execFileSync('lefthook', ['install'], { ...own, stdio: 'ignore' })
    const { code, stdout } = await flow(own, 'init', '--yes')
    expect(code).toBe(0)
    expect(stdout).toMatch(/next: .*\n.*npx lefthook install\n.*npx simple-git-hooks\n/)
    const config = JSON.parse(readFileSync(join(own.cwd, 'package.json'), 'utf8'))
    expect(config['simple-git-hooks']['post-merge']).toMatch(/# flow\necho simple >>log$/)
    const yaml = readFileSync(join(own.cwd, 'lefthook.yml'), 'utf8')
    expect(yaml).toContain('post-checkout:')
    expect(yaml).not.toContain('post-merge:')
    // Neither hook was put aside or deleted.
    expect(hook(own, 'post-merge')).toContain('echo simple')
    expect(hook(own, 'pre-commit')).toContain('call_lefthook')
  })
})
