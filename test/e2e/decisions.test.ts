/** `DEBUG=flow:*`: every decision with its reason. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { namesIn } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import { git, newTeam, type Team } from '../helpers/team.ts'

/** What is told of the decisions of `flow …`, in their order, without the times. */
async function story(team: Team, args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const env = { ...team.env, DEBUG: 'flow:*', ...variables }
  const { stderr } = await run(['flow', ...args], { ...team, env })
  return stderr.split('\n').flatMap((line) => /^\S+Z flow:(.*)$/.exec(line)?.[1] ?? [])
}

/** The same of what a git hook starts, by the copy in the state home. */
async function storyOfHook(team: Team): Promise<string[]> {
  const [version = ''] = namesIn(join(team.stateHome, 'runtime'))
  const resident = join(team.stateHome, 'runtime', version, 'runtime.cjs')
  const env = { ...team.env, DEBUG: 'flow:*' }
  const args = ['recover', '--quiet', '--for=git-hook']
  const { stderr } = await run([process.execPath, resident, ...args], { ...team, env })
  return stderr.split('\n').flatMap((line) => /^\S+Z flow:(.*)$/.exec(line)?.[1] ?? [])
}

/** Each of these lines is there, in this order. */
function expectInOrder(lines: readonly string[], wanted: readonly (string | RegExp)[]): void {
  let at = -1
  for (const one of wanted) {
    const is = (line: string) => (typeof one === 'string' ? line === one : one.test(line))
    const next = lines.findIndex((line, index) => index > at && is(line))
    expect(next, `${one}\nin:\n${lines.join('\n')}`).toBeGreaterThan(at)
    at = next
  }
}

describe('DEBUG=flow:* tells', () => {
  test('what a session decided, and why', async () => {
    const team = newTeam({ name: '100%s team', files: { 'sub/.keep': '' } })
    const { cwd } = team
    const lines = await story({ ...team, cwd: join(cwd, 'sub') }, ['exec', '--', 'true'])
    expectInOrder(lines, [
      /^cli flow \S+ by \/\S+, in .*\/sub: exec$/,
      `git ${cwd}: the working tree, with its git folder ${cwd}/.git`,
      `config ${cwd}/.flowrc: the nearest configuration, so ${cwd} is the project root`,
      /^run \/\S*\/true, here, with the hooks of agent "claude"$/,
      /^run no other filter has .*: git sees it without flow's hooks$/,
      'session acquire: start (no backup: the workspace is untouched)',
      'merge .claude/settings.json: it is there; adds SessionStart, Notification',
      'git .claude/settings.json: git has read it again for its index',
      /^run the agent's pid is \d+$/,
      'run it ended with exit code 0, and so does flow',
      'session release: restore (the last one out)',
      /^restore .claude\/settings.json: put-back \(.+\)$/,
      'git .claude/settings.json: git has read it again for its index',
    ])
  })

  test('which agent was chosen by what, and which templates are read', async () => {
    const flowrc = 'templates: [team.json]\n'
    const team = newTeam({ files: { '.flowrc': flowrc, 'team.json': '{"hooks":{}}' } })
    expectInOrder(await story(team, ['run', '--', '--version']), [
      `config ${team.cwd}/team.json: a template, since \`templates\` names it`,
      /^run agent "claude", named by `agent` of the configuration: .*\/claude, at .*$/,
    ])
    expectInOrder(await story(team, ['run', 'claude', '--', '--version'], { FLOW: '0' }), [
      'cli FLOW=0 is set: hooks and merging are off',
      /^run agent "claude", named by the command line: /,
      'run FLOW=0: nothing is merged',
    ])
  })

  test('without a configuration: that the defaults are taken', async () => {
    const team = newTeam({ files: { '.flowrc': null } })
    expectInOrder(await story(team, ['exec', '--', 'true']), [
      `config ${team.cwd}/package.json: has no "flow", so it is no configuration`,
      /^config no configuration from .* up to .*: the defaults$/,
    ])
  })

  test('what recovery did, and what it left alone', async () => {
    const team = newTeam()
    await orphan(team)
    expectInOrder(await story(team, ['recover', '--quiet'], { FLOW: '0' }), [
      'recover nothing is done: FLOW=0 is set',
    ])
    expectInOrder(await story(team, ['recover', '--quiet']), [
      /^recover .*: projects to look at: 1$/,
      /^recover [0-9a-f]{16}: restore \(.+\)$/,
    ])
    expectInOrder(await story(team, ['recover', '--quiet']), [
      /^recover [0-9a-f]{16}: nothing to do \(.+\)$/,
    ])
  })

  test('why recovery left something for the next time', async () => {
    const team = newTeam()
    await orphan(team)
    mkdirSync(join(team.cwd, '.git/rebase-merge'))
    expectInOrder(await storyOfHook(team), [
      /^recover [0-9a-f]{16}: restore \(.+\)$/,
      /^recover [0-9a-f]{16}: left for the next time \(a rebase is under way\)$/,
    ])
  })

  test('why an entry in the index was left alone', async () => {
    const team = newTeam()
    git(team, 'update-index', '--skip-worktree', '.claude/settings.json')
    expectInOrder(await story(team, ['exec', '--', 'true']), [
      'git .claude/settings.json: unmodified for git, and left alone',
    ])
  })

  test('what is forgotten of past sessions, and why', async () => {
    const team = newTeam({ files: { '.flowrc': 'history: { sessions: 1, snapshots: 1 }\n' } })
    await run(['flow', 'exec', '--', 'true'], team)
    expectInOrder(await story(team, ['exec', '--', 'true']), [
      /^history session-\S+\.json: forgotten, since the latest 1 are kept$/,
      /^history \/\S+: removed, since the latest 1 are kept$/,
    ])
  })

  test('whose the git hooks are', async () => {
    const team = newTeam()
    expectInOrder(await story(team, ['prepare'], { CI: '' }), [
      'git hooks: husky (core.hooksPath .husky/_)',
    ])
  })

  test('in colours only where they are wanted', async () => {
    const team = newTeam()
    const told = async (variables: NodeJS.ProcessEnv) => {
      const env = { ...team.env, DEBUG: 'flow:*', ...variables }
      return (await run(['flow', 'status'], { ...team, env })).stderr
    }
    expect(await told({ DEBUG_COLORS: 'yes' })).toContain('\u001b[')
    for (const off of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      expect(await told({ DEBUG_COLORS: 'yes', ...off })).not.toContain('\u001b[')
    }
  })
})
