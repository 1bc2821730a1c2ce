/** Repositories with something odd in them: `flow init` leaves that alone, and `flow uninstall` gives it back. */
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Ask } from '../../src/commands/ask.ts'
import { findPlace, openSession } from '../../src/run-session.ts'
import { flow, freshTeam } from '../helpers/team.ts'
import {
  FLOW,
  git,
  LINES,
  portsIn,
  read,
  repository,
  runInit,
  runUninstall,
  type Setting,
  snapshot,
  write,
} from '../helpers/team-repository.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

/** A state directory of each test's own. */
let variables: NonNullable<Setting['variables']>

beforeEach(() => {
  variables = { FLOW_HOME: join(tempFolder(), 'state') }
})

/** Without package.json: flow's lines are in git's own directory. */
function plain(files: Record<string, string> = {}): string {
  const folder = repository({ 'README.md': 'x\n', ...files })
  rmSync(join(folder, 'package.json'))
  git(folder, 'commit', '-qam', 'none')
  rmSync(join(folder, '.git/hooks'), { recursive: true })
  mkdirSync(join(folder, '.git/hooks'))
  write(join(folder, '.git/hooks/own'), 'own\n')
  return folder
}

const hookOf = (folder: string, name: string) => join(folder, '.git/hooks', name)

/** Sets up and takes out again: everything is as it was. @returns what init said */
async function thereAndBack(folder: string): Promise<string> {
  const before = snapshot(folder)
  const { code, out } = await runInit(folder, { variables })
  expect(code).toBe(0)
  await runUninstall(folder, { variables })
  expect(snapshot(folder)).toEqual(before)
  return out
}

describe('a hook that cannot take the line costs that line alone', () => {
  test('a compiled program, which still runs', async () => {
    const folder = plain()
    const program = Buffer.from('\x7fELF\x02\x01\x01\0\0\0\nx', 'latin1')
    writeFileSync(hookOf(folder, 'pre-commit'), program, { mode: 0o755 })
    const out = await thereAndBack(folder)
    expect(out).toContain('note: .git/hooks/pre-commit is not for sh (a program)')
    expect(out).toContain('.git/hooks/post-checkout (new)')
  })

  test.each([
    ['a directory', (path: string) => mkdirSync(path), 'is not a file'],
    ['a link to nothing', (path: string) => symlinkSync('nowhere', path), 'is a link to nothing'],
  ])('%s', async (_, make, why) => {
    const folder = plain()
    make(hookOf(folder, 'post-merge'))
    const { code, out } = await runInit(folder, { variables })
    expect(code).toBe(0)
    expect(out).toContain(why)
    expect(out).toContain(LINES['post-merge'].trimEnd())
    expect(read(hookOf(folder, 'post-checkout'))).toContain(LINES['post-checkout'])
    expect((await runUninstall(folder, { variables })).code).toBe(0)
    expect(existsSync(hookOf(folder, 'post-checkout'))).toBe(false)
  })

  test('one that nobody can read, and a directory that nobody can change', async () => {
    const folder = plain()
    write(hookOf(folder, 'post-merge'), '#!/bin/sh\nown\n', 0o755)
    const denied = (path: string, ...ends: string[]) => {
      if (!ends.some((end) => path.endsWith(end))) return
      throw Object.assign(new Error('no'), { code: 'EACCES', syscall: 'open' })
    }
    const { fs } = portsIn(folder).ports
    const unreadable: Setting['fs'] = {
      readFile(path) {
        denied(path, 'hooks/post-merge')
        return fs.readFile(path)
      },
    }
    const { code, out } = await runInit(folder, { variables, fs: unreadable })
    expect(code).toBe(0)
    expect(out).toContain('note: could not read .git/hooks/post-merge (permission denied (EACCES))')
    expect(read(hookOf(folder, 'post-merge'))).toBe('#!/bin/sh\nown\n')
    const after = await runUninstall(folder, { variables, fs: unreadable })
    expect(after.out).toContain('could not read .git/hooks/post-merge')

    const closed: Setting['fs'] = { checkWritable: (path) => denied(path, '.git/hooks') }
    const second = await runInit(folder, { variables, fs: closed })
    expect(second.code).toBe(0)
    expect(second.out).toContain('note: could not write .git/hooks/post-checkout')
    expect(existsSync(hookOf(folder, 'post-checkout'))).toBe(false)
    expect(second.out).toContain('.flowrc (new)')
  })
})

describe('what was there comes back', () => {
  test("the user's own keys in the section flow of git's configuration", async () => {
    const folder = repository()
    git(folder, 'config', 'flow.colour', 'blue')
    await thereAndBack(folder)
    expect(git(folder, 'config', 'flow.colour')).toBe('blue\n')
  })

  test('a script with the escapes in which it was written', async () => {
    await thereAndBack(
      repository({ 'package.json': '{ "scripts": { "prepare": "a \\u0026\\u0026 b" } }\n' }),
    )
  })

  test.each(['.git/hooks', '.husky'])('%s, a link to an empty directory', async (name) => {
    const folder = name === '.husky' ? repository() : plain()
    mkdirSync(join(folder, 'empty'))
    rmSync(join(folder, name), { recursive: true, force: true })
    symlinkSync(join(folder, 'empty'), join(folder, name))
    await thereAndBack(folder)
  })

  test('no directory where core.hooksPath names one that is not there', async () => {
    const folder = plain()
    git(folder, 'config', 'core.hooksPath', 'nothere')
    await thereAndBack(folder)
  })

  test('a lefthook.yml that prettier has formatted since', async () => {
    const before = 'pre-push:\n  commands:\n    test:\n      run: go test\n'
    const folder = plain({ 'lefthook.yml': before })
    await runInit(folder, { variables })
    const text = read(folder, 'lefthook.yml')
    expect(text).toContain(`run: '${LINES['pre-commit'].trimEnd()}'`)
    // As flow wrote it earlier.
    const quoted = JSON.stringify(LINES['post-merge'].trimEnd())
    write(
      join(folder, 'lefthook.yml'),
      text.replace(`'${LINES['post-merge'].trimEnd()}'`, () => quoted),
    )
    await runUninstall(folder, { variables })
    expect(read(folder, 'lefthook.yml')).toBe(before)
  })
})

test('a script that is no text is refused, and stays', async () => {
  const folder = repository({ 'package.json': '{ "scripts": { "prepare": { "a": 1 } } }\n' })
  const before = snapshot(folder)
  await expect(runInit(folder, { variables })).rejects.toMatchObject({
    code: 'E_PACKAGE_JSON',
    why: expect.stringContaining('"scripts.prepare" in it is not a string'),
  })
  expect(snapshot(folder)).toEqual(before)
})

test('--dry-run names the hooks that git does not commit', async () => {
  const folder = plain({ 'lefthook.yml': '' })
  await runInit(folder, { variables })
  write(hookOf(folder, 'post-merge'), '#!/bin/sh\ncall_lefthook run "post-merge" "$@"\n', 0o755)
  const { out } = await runInit(folder, { variables, dryRun: true })
  expect(out).toContain('.git/hooks/post-merge')
})

test('what is left to the user is named again where nothing else is to be done', async () => {
  const folder = plain({ 'lefthook.yml': '' })
  const PATH = '/usr/bin:/bin'
  await runInit(folder, { variables: { ...variables, PATH } })
  const { out } = await runInit(folder, { variables: { ...variables, PATH } })
  expect(out).toMatch(/^flow is set up already: nothing to change\nnext: lefthook install\n$/)
})

test('a session that begins while the question is on the screen keeps its filter', async () => {
  const folder = repository({ '.claude/settings.json': '{}\n' })
  await runInit(folder, { variables })
  const before = snapshot(folder)
  const ask: Ask = async () => {
    const { ports } = portsIn(folder, { variables })
    openSession(ports, await findPlace(ports), {
      label: 'claude',
      target: 'claude',
      followSymlinks: false,
      packageFolder: FLOW,
    })
    return 'yes'
  }
  let asked = 0
  const once: Ask = async (question) => (asked++ === 0 ? ask(question) : 'yes')
  await expect(
    runUninstall(folder, { variables, terminal: true, ask: once }),
  ).rejects.toMatchObject({ code: 'E_SESSION_OPEN' })
  expect(read(folder, '.git/info/attributes')).toContain('filter=flow')
  const withoutSettings = (lines: string[]) => lines.filter((line) => !line.startsWith('.claude/'))
  expect(withoutSettings(snapshot(folder))).toEqual(withoutSettings(before))
})

test('of twelve that are started at once, one sets up and all succeed', async () => {
  const team = freshTeam()
  const all = await Promise.all(Array.from({ length: 12 }, () => flow(team, 'init', '--yes')))
  expect(all.filter(({ code, stderr }) => code !== 0 || stderr !== '')).toEqual([])
  expect(all.filter(({ stdout }) => stdout.startsWith('flow is set up:'))).toHaveLength(1)
  expect(read(team.cwd, '.husky/post-checkout').match(/# flow$/gm)).toHaveLength(1)
})
