/** git's clean filter in rarer situations: another git at work, files of git's that are unusual. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { begin, DEADLINE, isAwaited, run } from '../helpers/running.ts'
import { edit, gitFiles, haiku, PATH, status, stored, uninstalled } from '../helpers/seen-by-git.ts'
import { backupRefs, flow, git, MARK, newTeam, put, SETTINGS, settingsOf } from '../helpers/team.ts'

describe('what git is given', () => {
  test('for an edit does not depend on what a project loads into node', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    edit(team, haiku)
    const env = { ...team.env, NODE_OPTIONS: '--require ./not-here.js' }
    const blob = git({ ...team, env }, 'hash-object', '-w', PATH).trim()
    expect(git(team, 'cat-file', 'blob', blob)).toBe(haiku(SETTINGS))
    await agent.end()
  })

  test('with flow and its state gone is the file, and git goes on', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    renameSync(team.stateHome, `${team.stateHome}.away`)
    expect(stored(team)).toContain(MARK)
    put(team.cwd, { 'new.txt': 'new\n' })
    git(team, 'add', 'new.txt')
    git(team, 'commit', '-qm', 'new')
    renameSync(`${team.stateHome}.away`, team.stateHome)
    await agent.end()
    expect(status(team)).toBe('')
  })
})

describe('git’s files', () => {
  test('get it although another first session held git’s lock, which is gone again', async () => {
    const team = uninstalled()
    const bin = join(team.folder, 'contended')
    const held = join(team.folder, 'held')
    const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim()
    const contended = `#!/bin/sh
case " $* " in *' filter.flow.clean f='*) if [ ! -e '${held}' ]; then
  : >'${held}'; echo 'error: could not lock config file: File exists' >&2; exit 255
fi ;; esac
exec '${real}' "$@"
`
    mkdirSync(bin)
    writeFileSync(join(bin, 'git'), contended, { mode: 0o755 })
    const env = { ...team.env, PATH: `${bin}:${team.env.PATH}` }
    const { code, stderr } = await run(['flow', 'exec', '--', 'true'], { ...team, env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(existsSync(held)).toBe(true)
    expect(git(team, 'config', '--get', 'filter.flow.clean')).toContain('/hooks/clean.sh;')
  })

  test('that a tool rewrites without comments and in its own format keep the filter and lose it', async () => {
    const team = newTeam()
    const command = git(team, 'config', '--get', 'filter.flow.clean').trim()
    git(team, 'config', '--remove-section', 'filter.flow')
    const config = join(team.cwd, '.git/config')
    const text = `[filter "flow"]\nclean="${command.replaceAll('"', '\\"')}"\n`
    writeFileSync(config, text + readFileSync(config, 'utf8'))
    const rewritten = readFileSync(config, 'utf8')
    const agent = await startAgent(team)
    expect(status(team)).toBe('')
    await agent.end()
    expect(readFileSync(config, 'utf8')).toBe(rewritten)
    expect((await flow(team, 'uninstall', '--yes')).code).toBe(0)
    expect(readFileSync(config, 'utf8')).not.toContain('filter')
  })

  test('that are links stay links', async () => {
    const team = uninstalled()
    const config = join(team.cwd, '.git/config')
    renameSync(config, join(team.folder, 'config'))
    symlinkSync(join(team.folder, 'config'), config)
    await (await startAgent(team)).end()
    expect(readFileSync(join(team.folder, 'config'), 'utf8')).toContain('[filter "flow"]')
    expect(readlinkSync(config)).toBe(join(team.folder, 'config'))
  })

  test('that lost flow’s lines in a session have them again for the next agent', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    rmSync(join(team.cwd, '.git/info/attributes'))
    git(team, 'config', '--remove-section', 'filter.flow')
    const second = await startAgent(team)
    edit(team, (text) => `${text}\n`)
    expect(stored(team)).toBe(`${SETTINGS}\n`)
    await agent.end()
    await second.end()
  })
})

describe('what the person told git about the settings', () => {
  test('`git add --intent-to-add` stays', async () => {
    const team = newTeam({ files: { '.claude': null } })
    put(team.cwd, { [PATH]: SETTINGS })
    git(team, 'add', '--intent-to-add', PATH)
    const before = status(team)
    const agent = await startAgent(team)
    expect(status(team)).toBe(before)
    await agent.end()
    expect(status(team)).toBe(before)
    expect(settingsOf(team)).toBe(SETTINGS)
  })
})

describe('a git that holds its lock', () => {
  test('while a commit message is written: the settings are back, and the next checkout does the rest', async () => {
    const team = newTeam()
    const before = gitFiles(team)
    const agent = await startAgent(team)
    put(team.cwd, { 'MEMORY.md': 'changed\n' })
    const [open, done] = [join(team.folder, 'open'), join(team.folder, 'done')]
    const script = join(team.folder, 'editor')
    const waits = `[ ! -e '${done}' ] && ${isAwaited(team.folder)}`
    writeFileSync(script, `echo message >"$1"; : >'${open}'; while ${waits}; do sleep 0.02; done`)
    const commit = begin(['git', 'commit', '-a'], {
      ...team,
      env: { ...team.env, GIT_EDITOR: `sh '${script}'` },
    })
    await vi.waitFor(() => expect(existsSync(open)).toBe(true), DEADLINE)
    const ended = await agent.end()
    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain('git holds the index and does not finish')
    expect(settingsOf(team)).toBe(SETTINGS)
    // The next agent need not wait for the message.
    const next = await flow(team, 'exec', '--', 'grep', '-c', MARK, PATH)
    expect(next).toMatchObject({ code: 0, stdout: '2\n' })
    expect(settingsOf(team)).toBe(SETTINGS)
    writeFileSync(done, '')
    expect((await commit.ended).code).toBe(0)
    expect(git(team, 'show', `HEAD:${PATH}`)).toBe(SETTINGS)
    git(team, 'checkout', '-q', '-b', 'next')
    expect(status(team)).toBe('')
    expect(backupRefs(team)).toEqual([])
    expect(gitFiles(team)).toEqual(before)
  })
})

test('a copy of the repository that was made while a session was open is mended by its first session', async () => {
  const team = newTeam()
  const before = gitFiles(team)
  const agent = await startAgent(team)
  const cwd = join(team.folder, 'copy')
  mkdirSync(cwd)
  git(team, '-c', 'alias.copy=!cp -a . ../copy', 'copy')
  await agent.end()
  const copy = { ...team, cwd, settingsPath: join(cwd, PATH) }
  expect(settingsOf(copy)).toContain(MARK)
  expect(git(copy, 'diff')).toBe('')
  expect((await flow(copy, 'run')).code).toBe(0)
  expect(settingsOf(copy)).toBe(SETTINGS)
  expect(gitFiles(copy)[0]).toEqual(before[0])
  expect(status(copy)).toBe('')
})

test('the temporary files next to the settings are nothing that git sees', async () => {
  const team = newTeam()
  const agent = await startAgent(team)
  const [ref = ''] = backupRefs(team)
  const { sessionId } = JSON.parse(readFileSync(ref, 'utf8'))
  const drafts = ['new', '0000-1111.aside'].map((end) => {
    return `.claude/.settings.json.${sessionId}.${end}`
  })
  put(team.cwd, Object.fromEntries(drafts.map((path) => [path, settingsOf(team)])))
  expect(status(team)).toBe('')
  git(team, 'add', '-A')
  expect(git(team, 'ls-files', '.claude')).toBe(`${PATH}\n`)
  await agent.end()
})

test('an info folder that is a link to nowhere does not keep a session from its end', async () => {
  const team = newTeam()
  const info = join(team.cwd, '.git/info')
  rmSync(info, { recursive: true })
  symlinkSync('nowhere', info)
  const agent = await startAgent(team)
  expect((await agent.end()).code).toBe(0)
  expect(backupRefs(team)).toEqual([])
  expect(settingsOf(team)).toBe(SETTINGS)
})
