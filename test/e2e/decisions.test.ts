/** `DEBUG=flow:*`: every decision with its reason. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { expectInOrder, story } from '../helpers/decisions.ts'
import { run } from '../helpers/running.ts'
import { newTeam } from '../helpers/team.ts'

describe('DEBUG=flow:* tells', () => {
  test('what a session decided, and why', async () => {
    const team = newTeam({ name: '100%s team', files: { 'sub/.keep': '' } })
    const { cwd } = team
    const lines = await story({ ...team, cwd: join(cwd, 'sub') }, ['exec', '--', 'true'])
    expectInOrder(lines, [
      /^cli flow \S+ by \/\S+, in .*\/sub: exec$/,
      `git ${cwd}: the working tree, with its git directory ${cwd}/.git`,
      `config ${cwd}/.flowrc: the nearest configuration, so ${cwd} is the project root`,
      /^run \/\S*\/true, here, with the hooks of agent "claude"$/,
      'session acquire: start (no backup: the workspace is untouched)',
      'merge .claude/settings.json: it is there; adds SessionStart, Notification',
      /^run no other filter has .*: git sees it without flow's hooks$/,
      'git .claude/settings.json: git has read it again for its index',
      /^run the agent's pid is \d+$/,
      'run it ended with exit code 0, and so does flow',
      'session release: restore (the last one out)',
      /^restore .claude\/settings.json: put-back \(.+\)$/,
      'git .claude/settings.json: git has read it again for its index',
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

  test('what a merged hook did', async () => {
    const team = newTeam({ files: { 'MEMORY.md': 'remember\n' } })
    const script =
      'sh -c "$(node -p "JSON.parse(fs.readFileSync(process.argv[1])).hooks.SessionStart.at(-1).hooks[0].command" .claude/settings.json)"'
    const { code, stdout, stderr } = await run(['flow', 'exec', '--', 'sh', '-c', script], {
      ...team,
      env: { ...team.env, DEBUG: 'flow:hook' },
    })
    expect(code).toBe(0)
    expect(stdout).toContain('remember')
    expect(stderr).toMatch(/flow:hook other agents: 0$/m)
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
