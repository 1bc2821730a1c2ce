/** `DEBUG=flow:*`: rarer decisions. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { expectInOrder, story } from '../helpers/decisions.ts'
import { namesIn } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import { git, newTeam, type Team } from '../helpers/team.ts'

/** The same of what a git hook starts, by the copy in the state home. */
async function storyOfHook(team: Team): Promise<string[]> {
  const [version = ''] = namesIn(join(team.stateHome, 'runtime'))
  const resident = join(team.stateHome, 'runtime', version, 'runtime.cjs')
  const env = { ...team.env, DEBUG: 'flow:*' }
  const args = ['recover', '--quiet', '--for=git-hook']
  const { stderr } = await run([process.execPath, resident, ...args], { ...team, env })
  return stderr.split('\n').flatMap((line) => /^\S+Z flow:(.*)$/.exec(line)?.[1] ?? [])
}

describe('DEBUG=flow:* tells', () => {
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
})
