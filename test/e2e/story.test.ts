import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent, told } from '../helpers/agent.ts'
import { fileAt, listing } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  git,
  history,
  MARK,
  MEMORY,
  newTeam,
  settingsOf,
} from '../helpers/team.ts'

describe('an agent in a session', () => {
  test('`npm run agent -- -p "fix it"` starts it with these words at the project root, and passes its exit code on', async () => {
    const team = newTeam()
    const env = { ...team.env, STAND_IN_EXIT: '7' }
    const done = await run(['npm', 'run', 'agent', '--', '-p', 'fix it'], { ...team, env })
    expect(told(done.stdout)).toEqual({ folder: team.cwd, words: ['-p', 'fix it'] })
    expect(done.code).toBe(7)
  })

  test("it runs the person's own hook and is told the project's memory", async () => {
    const team = newTeam()
    const { stdout, stderr } = await flow(team, 'run')
    expect(stdout).toContain('hook said: a hook of my own')
    expect(stdout).toContain(`hook said: ${MEMORY}`)
    expect(stderr).toBe('')
  })

  test('settings are merged while it works, and byte for byte what they were afterwards', async () => {
    const team = newTeam()
    const before = listing(team.cwd)
    const agent = await startAgent(team)
    const { hooks } = JSON.parse(settingsOf(team))
    expect(hooks.SessionStart.map((group: object) => MARK in group)).toEqual([false, true])
    expect(hooks.Notification).toHaveLength(1)
    expect(fileAt(team.settingsPath)?.mode).toBe('640')
    expect((await agent.end()).code).toBe(0)
    expect(listing(team.cwd)).toEqual(before)
    expect(git(team, 'status', '--porcelain')).toBe('')
    expect(backupRefs(team)).toEqual([])
  })

  test.each(['settings.json', 'settings.json and its folder'])(
    'absent %s: there for the agent, absent again afterwards',
    async (what) => {
      const team = newTeam()
      rmSync(team.settingsPath)
      if (what !== 'settings.json') rmSync(join(team.cwd, '.claude'), { recursive: true })
      const before = listing(team.cwd)
      const { stdout } = await flow(team, 'run')
      expect(stdout).toContain(MEMORY)
      expect(listing(team.cwd)).toEqual(before)
    },
  )

  test('edits made meanwhile are kept, the hooks are out, and flow says so', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    writeFileSync(team.settingsPath, settingsOf(team).replace('"opus"', '"haiku"'))
    const { stderr } = await agent.end()
    expect(JSON.parse(settingsOf(team))).toEqual({
      model: 'haiku',
      hooks: {
        SessionStart: [{ hooks: [{ type: 'command', command: 'echo a hook of my own' }] }],
      },
    })
    expect(stderr).toContain('.claude/settings.json was edited meanwhile: the edits are kept')
  })

  test('merged hooks do nothing in an agent that flow did not start', async () => {
    const command = 'echo from the team'
    const hooks = { SessionStart: [{ hooks: [{ type: 'command', command }] }] }
    const team = newTeam({ files: { '.flowrc': JSON.stringify({ hooks }) } })
    const agent = await startAgent(team)
    await agent.flow.says('hook said: from the team')
    const outside = await run(['claude'], team)
    expect(outside.stdout).toContain('hook said: a hook of my own')
    expect(outside.stdout).not.toContain(MEMORY)
    expect(outside.stdout).not.toContain('from the team')
    await agent.end()
  })
})

describe('two sessions', () => {
  test('the second joins, and the last one out restores', async () => {
    const team = newTeam()
    const before = listing(team.cwd)
    const first = await startAgent(team)
    const merged = settingsOf(team)
    const second = await startAgent(team)
    expect(settingsOf(team)).toBe(merged)
    expect(backupRefs(team)).toHaveLength(1)
    await first.end()
    expect(settingsOf(team)).toBe(merged)
    await second.end()
    expect(listing(team.cwd)).toEqual(before)
    expect(history(team)).toMatchObject([{ closedBy: 'release' }])
  })
})

describe('node_modules gone in the middle of a session', () => {
  test('hooks, a checkout, recovery from it and the end of the session still work', async () => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    const agent = await startAgent(team)
    rmSync(join(team.cwd, 'node_modules'), { recursive: true })
    git(team, 'checkout', '-q', '-b', 'other')
    // Claude Code runs SessionStart again after /clear and when it compacts.
    const again = await run(['claude'], { ...team, env: { ...team.env, FLOW_RUN_ID: 'the same' } })
    expect(again.stdout).toContain(MEMORY)
    const done = await agent.end()
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(fileAt(team.settingsPath)).toEqual(before)
    expect(backupRefs(team)).toEqual([])
  })
})
