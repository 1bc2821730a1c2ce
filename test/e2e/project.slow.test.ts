import { join } from 'node:path'
import { expect, test } from 'vitest'
import { told } from '../helpers/agent.ts'
import { listing } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import { newTeam } from '../helpers/team.ts'

test('with .config/flowrc.yaml the agent starts in the directory that holds .config', async () => {
  const hooks = { SessionStart: [{ hooks: [{ type: 'command', command: 'echo ours' }] }] }
  const team = newTeam({
    files: {
      '.flowrc': null,
      'app/.config/flowrc.yaml': 'templates: [hooks.json]\n',
      'app/hooks.json': JSON.stringify({ hooks }),
      'app/MEMORY.md': 'Remember the app.\n',
    },
  })
  const there = { ...team, cwd: join(team.cwd, 'app/.config') }
  await run(['flow', 'run'], there)
  const before = listing(team.cwd)
  const { stdout } = await run(['flow', 'run'], there)
  expect(told(stdout).folder).toBe(join(team.cwd, 'app'))
  expect(stdout).toContain('hook said: Remember the app.')
  expect(stdout).toContain('hook said: ours')
  expect(listing(team.cwd)).toEqual(before)
})
