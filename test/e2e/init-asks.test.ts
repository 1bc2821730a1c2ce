import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Ask } from '../../src/commands/ask.ts'
import {
  CLI,
  git,
  hooksPath,
  read,
  repository,
  runInit,
  snapshot,
  write,
} from '../helpers/team-repository.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'

describe('what flow init asks', () => {
  test('one question for each kind of change; only what was agreed to is changed', async () => {
    const folder = repository()
    const questions: string[] = []
    const { code } = await runInit(folder, {
      terminal: true,
      ask: async (question) => {
        questions.push(question)
        return question.includes('package.json') ? 'yes' : 'no'
      },
    })
    expect(code).toBe(0)
    expect(questions).toEqual([
      "Let git run the hooks in .husky (core.hooksPath = .husky/_), and add flow's line to .husky/post-checkout, .husky/post-merge and .husky/pre-commit, and install flow's clean filter?",
      "Write .flowrc, flow's configuration?",
      'Add to package.json: scripts.agent, scripts.prepare, devDependencies.flow-agent?',
    ])
    expect(git(folder, 'status', '--porcelain')).toBe(' M package.json\n')
    expect(hooksPath(folder)).toBe('')
  })

  test("another hook manager's installation is asked about with what it installs", async () => {
    const folder = repository({
      'lefthook.yml': 'pre-push:\n  jobs:\n    - run: "true"\n',
      'apps/web/package.json': '{ "private": true, "simple-git-hooks": {} }\n',
    })
    const bin = tempFolder()
    for (const name of ['lefthook', 'simple-git-hooks']) {
      write(join(bin, name), `#!/bin/sh\necho ${name} "$@" in "$(pwd)" >>'${bin}/log'\n`, 0o755)
    }
    const variables = { PATH: `${bin}:${process.env.PATH}` }
    const questions: string[] = []
    const ask =
      (answer: 'yes' | 'no'): Ask =>
      async (question) => {
        questions.push(question)
        return answer
      }
    const before = snapshot(folder)
    await runInit(folder, { terminal: true, variables, ask: ask('no') })
    expect(questions[0]).toBe(
      "Add flow's line to lefthook.yml, and install flow's clean filter, and run `lefthook install`?",
    )
    expect(snapshot(folder)).toEqual(before)
    expect(readdirSync(bin)).not.toContain('log')

    await runInit(folder, { terminal: true, variables, ask: ask('yes') })
    expect(read(bin, 'log')).toBe(`lefthook install in ${folder}\n`)
    git(folder, 'rm', '-qf', 'lefthook.yml')
    questions.splice(0)
    await runInit(join(folder, 'apps/web'), { terminal: true, variables, ask: ask('yes') })
    expect(questions).toContainEqual(
      expect.stringMatching(
        /^Add to package\.json: .*simple-git-hooks\.pre-commit, and run `simple-git-hooks`\?$/,
      ),
    )
    expect(read(bin, 'log')).toContain(`simple-git-hooks in ${folder}/apps/web\n`)
  })

  test('a failure of that installation is told, with what to do', async () => {
    const folder = repository({ 'lefthook.yml': '' })
    const bin = tempFolder()
    write(join(bin, 'lefthook'), '#!/bin/sh\necho no hooks today >&2\nexit 3\n', 0o755)
    const variables = { PATH: `${bin}:${process.env.PATH}` }
    await expect(runInit(folder, { variables })).rejects.toMatchObject({
      code: 'E_HOOK_MANAGER',
      why: 'no hooks today',
      next: `mend that, then run \`lefthook install\` in ${folder}`,
    })
  })

  test('a cancel at the last question changes nothing', async () => {
    const folder = repository()
    const before = snapshot(folder)
    const { code, out } = await runInit(folder, {
      terminal: true,
      ask: async (question) => (question.includes('package.json') ? 'cancel' : 'yes'),
    })
    expect(code).toBe(1)
    expect(out).toBe('cancelled: nothing was changed\n')
    expect(snapshot(folder)).toEqual(before)
  })

  test('no terminal and no --yes: exit code 2, nothing changed', async () => {
    const folder = repository()
    const before = snapshot(folder)
    await expect(runInit(folder, { ask: async () => 'yes' })).rejects.toMatchObject({
      exitCode: 2,
      next: expect.stringContaining('--yes'),
    })
    expect(snapshot(folder)).toEqual(before)
  })

  test('a file that was saved while the question stood there is not overwritten', async () => {
    const folder = repository()
    const ask: Ask = async () => {
      writeFileSync(join(folder, 'package.json'), '{"edited":true}')
      return 'yes'
    }
    await expect(runInit(folder, { terminal: true, ask })).rejects.toMatchObject({
      what: 'package.json changed meanwhile',
    })
    expect(read(folder, 'package.json')).toBe('{"edited":true}')
    expect(readdirSync(folder).filter((name) => name.includes('flow-'))).toEqual([])
    expect((await runInit(folder)).code).toBe(0)
    expect(JSON.parse(read(folder, 'package.json'))).toMatchObject({ edited: true })
  })
})

describe.skipIf(!existsSync(CLI))('the command line', () => {
  const { CI: _, ...env } = process.env
  const flow = (cwd: string, ...args: string[]) =>
    spawnSync(process.execPath, [CLI, ...args], { cwd, env, encoding: 'utf8' })

  test('flow init --yes sets up, and says so on stdout', () => {
    const folder = repository()
    expect(flow(folder, 'init', '--yes')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^flow is set up:\n/),
      stderr: '',
    })
    expect(flow(folder, 'init', '--yes').stdout).toBe('flow is set up already: nothing to change\n')
  })

  test('flow init without a terminal ends with 2 and the two ways on', () => {
    const { status, stdout, stderr } = flow(repository(), 'init')
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^flow: [\s\S]*--dry-run[\s\S]*--yes/)
  })

  test('a refusal ends with 1 and says why, what was kept, and what to type', () => {
    const { status, stderr } = flow(tempFolder(), 'init', '--yes')
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /^flow: [\s\S]*kept: nothing was changed\n[\s\S]*next: `cd` into your repository, or begin one here:\n {8}git init && npx flow-agent init\n$/,
    )
  })

  test('flow prepare, called by npm in a clone, points git at the hooks', () => {
    const folder = repository({ '.gitignore': 'node_modules\n' })
    flow(folder, 'init', '--yes')
    git(folder, 'config', '--unset', 'core.hooksPath')
    write(
      join(folder, 'node_modules/.bin/flow'),
      `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`,
      0o755,
    )
    const done = spawnSync('npm', ['run', '--silent', 'prepare'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    })
    expect(done).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(hooksPath(folder)).toBe('.husky/_')
  })

  test.skipIf(!hasTerminals)('on a terminal it asks, and Enter agrees', async () => {
    const folder = repository()
    const terminal = openTerminal([process.execPath, CLI, 'init'], {
      cwd: folder,
      env,
      columns: 200,
    })
    for (const question of ['Let git run the hooks', 'Write .flowrc', 'Add to package.json']) {
      await terminal.shows(question)
      terminal.type('\r')
    }
    await terminal.shows('flow is set up:')
    expect(await terminal.ended).toMatchObject({ code: 0 })
    expect(hooksPath(folder)).toBe('.husky/_')
  })

  test.skipIf(!hasTerminals)('Ctrl-C at a question changes nothing', async () => {
    const folder = repository()
    const before = snapshot(folder)
    const terminal = openTerminal([process.execPath, CLI, 'init'], {
      cwd: folder,
      env,
      columns: 200,
    })
    await terminal.shows('Let git run the hooks')
    terminal.type('\r')
    await terminal.shows('Write .flowrc')
    terminal.type('\x03')
    await terminal.shows('cancelled: nothing was changed')
    expect(await terminal.ended).toMatchObject({ code: 1 })
    expect(snapshot(folder)).toEqual(before)
  })
})
