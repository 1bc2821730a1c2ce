import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { isOver, run } from '../helpers/running.ts'
import { statusOf } from '../helpers/status.ts'
import { backupRefs, flow, newTeam, ORIGINAL, settingsOf } from '../helpers/team.ts'

describe('`flow status`', () => {
  test('with no session it says so, and where it looked', async () => {
    const team = newTeam()
    const { text, json } = await statusOf(team)
    expect(text).toContain(`no session is open (state home: ${team.stateHome})\n`)
    expect(text).toContain('next: `flow run` starts')
    expect(json).toEqual({ version: 1, stateHome: team.stateHome, projects: [] })
  })

  test('tells who is in a session, where, what is merged and where the backup is', async () => {
    const team = newTeam()
    const { flow: wrapper, pid } = await startAgent(team)
    const { text, json } = await statusOf(team)
    expect(json.projects).toMatchObject([
      {
        projectPath: team.cwd,
        state: 'open',
        damaged: null,
        files: [{ path: '.claude/settings.json', merged: ['SessionStart', 'Notification'] }],
      },
    ])
    expect(
      json.projects[0]?.participants.map(({ role, pid, verdict }) => [role, pid, verdict]),
    ).toEqual([
      ['agent', pid, 'alive'],
      ['wrapper', wrapper.pid, 'alive'],
    ])
    expect(text.split('\n')[0]).toBe(team.cwd)
    expect(text).toMatch(
      new RegExp(`in it +claude, pid ${wrapper.pid}, for \\d+ s, in ${team.cwd}\n`),
    )
    expect(text).toMatch(/merged +\.claude\/settings\.json: SessionStart, Notification\n/)
    expect(text).toContain(`backup    ${json.projects[0]?.backupPath}\n`)
  })

  test('names an agent that outlives its killed wrapper', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    agent.flow.kill('SIGKILL')
    await isOver(agent.flow.pid)
    const { text, json } = await statusOf(team)
    expect(json.projects).toMatchObject([{ state: 'open' }])
    expect(text).toContain(`pid ${agent.pid}, an agent whose flow was killed`)
    expect(text).not.toContain('orphaned')
  })

  test('says of a killed session that nobody is alive in it, and what puts the files back', async () => {
    const team = newTeam()
    await orphan(team)
    const { text, json } = await statusOf(team)
    expect(json.projects).toMatchObject([{ projectPath: team.cwd, state: 'orphaned' }])
    expect(text).toContain('orphaned  nobody is alive in it: `flow recover` puts the files back')
  })

  test('says of a damaged backup.json what is wrong with it', async () => {
    const team = newTeam()
    await orphan(team)
    const [path = ''] = backupRefs(team)
    truncateSync(path)
    const { text, json } = await statusOf(team)
    expect(json.projects).toMatchObject([{ state: 'orphaned', damaged: 'it is empty' }])
    expect(text).toContain('damaged   backup.json: it is empty')
  })
})

describe('the command that it prints for a restore by hand', () => {
  test('is there where it is needed, or asked for', async () => {
    const team = newTeam()
    const { end } = await startAgent(team)
    expect((await statusOf(team)).text).not.toContain('by hand')
    const verbose = await flow(team, 'status', '--verbose')
    expect(verbose.stdout).toMatch(/^ {2}by hand {3}cp \//m)
    await end()
  })

  test('is not there for a file that was edited since, whose edit it would undo', async () => {
    const team = newTeam()
    await orphan(team)
    writeFileSync(team.settingsPath, settingsOf(team).replace('opus', 'haiku'))
    const { text, json } = await statusOf(team)
    expect(json.projects[0]?.files[0]?.restoreByHand).toBe(null)
    expect(text).toContain('  by hand   .claude/settings.json: it was edited since; `flow recover`')
    expect(text).not.toMatch(/^ {2}by hand {3}cp /m)
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(settingsOf(team)).toBe(ORIGINAL.bytes.replace('opus', 'haiku'))
  })

  test.each(['team', 'it\'s a "team" of $HOME'])(
    'puts the bytes back in a folder named %s',
    async (name) => {
      const team = newTeam({ name })
      const [config, attributes, exclude] = ['config', 'info/attributes', 'info/exclude'].map(
        (path) => join(team.cwd, '.git', path),
      ) as [string, string, string]
      await orphan(team)
      const { text, json } = await statusOf(team)
      const commands = [...text.matchAll(/^ {2}by hand +(.*)$/gm)].map(([, one = '']) => one)
      const [command = ''] = commands
      expect(json.projects[0]?.filter).toEqual([config, attributes, exclude])
      expect(commands).toHaveLength(1)
      expect(command).toBe(json.projects[0]?.files[0]?.restoreByHand)
      expect((await run(['sh', '-c', command], team)).stderr).toBe('')
      expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
      expect((await flow(team, 'recover')).code).toBe(0)
      expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
      expect(backupRefs(team)).toEqual([])
    },
  )
})
