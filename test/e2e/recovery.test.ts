import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { fileAt, namesIn } from '../helpers/on-disk.ts'
import { begin, DEADLINE, isAwaited, isOver, run } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  git,
  history,
  MARK,
  MEMORY,
  newTeam,
  ORIGINAL,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'

/** A team with a branch `other`, and a commit at its remote that is not here yet. */
function teamWithRemote(): Team {
  const team = newTeam()
  const remote = join(team.folder, 'remote.git')
  const clone = { ...team, cwd: join(team.folder, 'clone') }
  git(team, 'branch', 'other')
  git(team, 'clone', '-q', '--bare', '.', remote)
  git(team, 'clone', '-q', remote, clone.cwd)
  git(clone, 'commit', '-q', '--allow-empty', '-m', 'theirs')
  git(clone, 'push', '-q', 'origin', 'main')
  git(team, 'remote', 'add', 'origin', remote)
  git(team, 'fetch', '-q')
  git(team, 'branch', '-q', '-u', 'origin/main')
  return team
}

describe('flow and its agent killed by SIGKILL', () => {
  test.each([
    ['the next `flow run`', ['flow', 'run']],
    ['`flow recover`', ['flow', 'recover']],
    ['`git checkout other`', ['git', 'checkout', '-q', 'other']],
    ['`git switch other`', ['git', 'switch', '-q', 'other']],
    ['`git pull`', ['git', 'pull', '-q', '--ff-only']],
  ])('%s puts the settings back byte for byte', async (_, words) => {
    const team = teamWithRemote()
    await orphan(team)
    expect(settingsOf(team)).toContain(MARK)
    const { code, stdout, stderr } = await run(words, team)
    expect(code).toBe(0)
    expect(stderr).toContain('flow: put .claude/settings.json back as it was before')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(git(team, 'status', '--porcelain')).toBe('')
    expect(backupRefs(team)).toEqual([])
    // The one that came by worked in a session of its own.
    if (words[1] === 'run') expect(stdout).toContain(MEMORY)
  })

  test('edits that the person made since are kept, and only the hooks go', async () => {
    const team = newTeam()
    await orphan(team)
    writeFileSync(team.settingsPath, settingsOf(team).replace('"opus"', '"haiku"'))
    const { stderr } = await flow(team, 'recover')
    expect(settingsOf(team)).toBe(SETTINGS.replace('"opus"', '"haiku"'))
    expect(stderr).toContain('kept every edit since')
  })
})

describe('flow alone killed by SIGKILL', () => {
  test('the session stays open until the agent ends', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    agent.flow.kill('SIGKILL')
    await isOver(agent.flow.pid)
    const merged = settingsOf(team)
    expect((await flow(team, 'recover')).code).toBe(0)
    git(team, 'checkout', '-q', '-b', 'other')
    expect(settingsOf(team)).toBe(merged)
    expect((await flow(team, 'run')).stdout).toContain(MEMORY)
    expect(settingsOf(team)).toBe(merged)
    expect((await agent.end()).signal).toBe('SIGKILL')
    git(team, 'checkout', '-q', 'main')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(history(team)).toHaveLength(1)
  })
})

describe('`git checkout` with nothing to put back', () => {
  test('starts no node, though a session is open in another project', async () => {
    const team = newTeam()
    const busy = newTeam({ stateHome: team.stateHome })
    const agent = await startAgent(busy)
    // Whoever starts node, by its name or by the path that the session has recorded, is noted.
    const calls = join(team.folder, 'calls')
    const node = join(team.folder, 'bin/node')
    writeFileSync(node, `#!/bin/sh\necho "$*" >>${calls}\nexec ${process.execPath} "$@"\n`)
    chmodSync(node, 0o755)
    const [backupRef = ''] = backupRefs(team)
    writeFileSync(join(dirname(backupRef), 'node'), `${node}\n`)

    git(team, 'checkout', '-q', '-b', 'other')
    expect(existsSync(calls)).toBe(false)
    await agent.kill()
    git(team, 'checkout', '-q', 'main')
    expect(readFileSync(calls, 'utf8')).toMatch(/runtime\.cjs recover --quiet --for=git-hook\n$/)
    expect(fileAt(busy.settingsPath)).toEqual(ORIGINAL)
  })
})

describe('thirty at once', () => {
  const thirty = Array.from({ length: 30 }, (_, at) => at)

  test('every one works in a session, never two are open, and the settings are back', async () => {
    const team = newTeam()
    const look = ['flow', 'exec', '--', 'grep', '-c', MARK, '.claude/settings.json']
    const all = await Promise.all(thirty.map(() => run(look, team)))
    const wanted = { code: 0, signal: null, stdout: '2\n', stderr: '' }
    expect(all).toEqual(thirty.map(() => wanted))
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(backupRefs(team)).toEqual([])

    const past = history(team)
    expect(past.length).toBeGreaterThan(0)
    for (const [at, { createdAt }] of past.slice(1).entries()) {
      expect(createdAt >= (past[at]?.closedAt ?? '')).toBe(true)
    }
  })
})

test.each(['apply', 'config'])(
  'a kill of the whole process group does not reach `git %s`, which would leave its lock',
  async (command) => {
    const team = newTeam()
    git(team, 'config', '--remove-section', 'filter.flow')
    const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim()
    const [started, goOn, done] = ['started', 'go-on', 'done'].map((name) =>
      join(team.folder, name),
    ) as [string, string, string]
    const slow = `#!/bin/sh
case " $* " in *" ${command} "*) : >'${started}'; while [ ! -e '${goOn}' ] && ${isAwaited(team.folder)}; do sleep 0.02; done; '${real}' "$@"; : >'${done}'; exit ;; esac
exec '${real}' "$@"
`
    const bin = join(team.folder, 'slow')
    mkdirSync(bin)
    writeFileSync(join(bin, 'git'), slow, { mode: 0o755 })
    const env = { ...team.env, PATH: `${bin}:${team.env.PATH}` }
    const session = begin(['flow', 'exec', '--', 'true'], { ...team, env })
    await vi.waitFor(() => expect(existsSync(started)).toBe(true), DEADLINE)
    process.kill(-session.pid, 'SIGKILL')
    await session.ended
    writeFileSync(goOn, '')
    await vi.waitFor(() => expect(existsSync(done)).toBe(true), DEADLINE)
    // The shell that ran `git apply` goes on to the next git.
    const locks = () => namesIn(join(team.cwd, '.git')).filter((name) => name.endsWith('.lock'))
    await vi.waitFor(() => expect(locks()).toEqual([]), DEADLINE)
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(git(team, 'status', '--short')).toBe('')
  },
)
