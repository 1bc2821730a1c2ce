import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { told } from '../helpers/agent.ts'
import { listing } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import { flow, MEMORY, newTeam } from '../helpers/team.ts'

describe('where it runs', () => {
  test('from a subfolder the agent starts at the project root, and a command where it was typed', async () => {
    const team = newTeam()
    const cwd = join(team.cwd, 'src/deep')
    mkdirSync(cwd, { recursive: true })
    const agent = await run(['flow', 'run'], { ...team, cwd })
    expect(told(agent.stdout).folder).toBe(team.cwd)
    expect(agent.stdout).toContain(MEMORY)
    const command = await run(['flow', 'exec', '--', 'pwd'], { ...team, cwd })
    expect(command.stdout).toBe(`${cwd}\n`)
  })

  test('a package with a .flowrc of its own is a project of its own', async () => {
    const team = newTeam({
      files: {
        'packages/web/.flowrc': '# the defaults\n',
        'packages/web/MEMORY.md': 'Remember the web.\n',
        'packages/web/src/x': '',
      },
    })
    const cwd = join(team.cwd, 'packages/web/src')
    // The first session there adds its settings to git's clean filter.
    await run(['flow', 'run'], { ...team, cwd })
    const before = listing(team.cwd)
    const { stdout } = await run(['flow', 'run'], { ...team, cwd })
    expect(told(stdout).folder).toBe(join(team.cwd, 'packages/web'))
    expect(stdout).toContain('hook said: Remember the web.')
    expect(stdout).not.toContain(MEMORY)
    expect(listing(team.cwd)).toEqual(before)
  })
})

describe("what the team's .flowrc says", () => {
  test('its hooks and those of a template file run beside the rest', async () => {
    const say = (what: string) => ({
      SessionStart: [{ hooks: [{ type: 'command', command: `echo "from ${what}, it's $PWD"` }] }],
    })
    const team = newTeam({
      files: {
        '.flowrc': JSON.stringify({ hooks: say('.flowrc'), templates: ['agent/hooks.json'] }),
        'agent/hooks.json': JSON.stringify({ hooks: say('a template') }),
      },
    })
    const before = listing(team.cwd)
    const { stdout } = await flow(team, 'run')
    const said = [...stdout.matchAll(/^agent: hook said: ([^#\n]+)$/gm)].map(([, words]) => words)
    expect(said).toEqual([
      'a hook of my own',
      MEMORY,
      `from .flowrc, it's ${team.cwd}`,
      `from a template, it's ${team.cwd}`,
    ])
    expect(listing(team.cwd)).toEqual(before)
  })

  test('an agent of its own is started by its name, with its first words and environment', async () => {
    const agents = {
      mine: { command: ['claude', '--model', 'opus'], env: { STAND_IN_EXIT: '5' } },
    }
    const team = newTeam({ files: { '.flowrc': JSON.stringify({ agent: 'mine', agents }) } })
    const done = await flow(team, 'run', '--', 'more')
    expect(told(done.stdout).words).toEqual(['--model', 'opus', 'more'])
    expect(done.code).toBe(5)
  })
})

describe('switches', () => {
  test('FLOW=0: the agent runs, and nothing is merged or written', async () => {
    const team = newTeam()
    const before = listing(team.folder)
    const env = { ...team.env, FLOW: '0', STAND_IN_EXIT: '4' }
    const done = await run(['flow', 'run'], { ...team, env })
    expect(done.code).toBe(4)
    expect(done.stdout).toContain('a hook of my own')
    expect(done.stdout).not.toContain(MEMORY)
    expect(listing(team.folder)).toEqual(before)
  })

  test('FLOW_HOME says where the state lies; without it, ~/.sylphx-flow', async () => {
    const team = newTeam()
    const usual = join(team.folder, 'home/.sylphx-flow')
    await flow(team, 'run')
    expect(existsSync(usual)).toBe(false)
    const { FLOW_HOME: _, ...env } = team.env
    await run(['flow', 'run'], { ...team, env })
    expect(readdirSync(usual)).toEqual(readdirSync(team.stateHome))
  })
})
