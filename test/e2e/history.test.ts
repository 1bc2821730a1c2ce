import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { listed, tellsWhoRecovered, text } from '../helpers/history.ts'
import { run } from '../helpers/running.ts'
import { flow, git, newTeam, SETTINGS, type Team } from '../helpers/team.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

describe('`flow history`', () => {
  test('before the first session it says what starts one', async () => {
    const team = newTeam()
    expect(await text(team)).toMatch(
      /^no past sessions of this project\nnext: `flow run` starts one/,
    )
    expect(await listed(team)).toMatchObject({ scope: 'project', total: 0, sessions: [] })
  })

  test('tells who was in a session that ended by itself, and for how long', async () => {
    const team = newTeam()
    const [first, second] = [await startAgent(team), await startAgent(team)]
    await first.end()
    await second.end()
    const { sessions } = await listed(team)
    expect(sessions).toMatchObject([
      {
        ending: 'clean',
        recoveredBy: null,
        agents: [
          { agent: 'claude', exit: 'left' },
          { agent: 'claude', exit: 'left' },
        ],
        canRestore: true,
      },
    ])
    expect(sessions[0]?.durationMs).toBeGreaterThan(0)
    const [, id = ''] = /-([0-9a-f]+)$/.exec(sessions[0]?.sessionId ?? '') ?? []
    expect(await text(team)).toMatch(
      new RegExp(`^${id}  [-0-9]{10} [0-9:]{5}  +\\d+ (s|min)  claude ×2  clean\\n$`),
    )
  })

  test.each([['`flow recover`', 'command', ['flow', 'recover']]])(
    'tells of a killed session that %s recovered it',
    tellsWhoRecovered,
  )

  test('lists the latest first, as many as are wanted, and says how many more there are', async () => {
    const team = newTeam()
    for (const name of ['true', 'echo', 'pwd']) await flow(team, 'exec', '--', name)
    const names = (await listed(team)).sessions.map(({ agents }) => agents[0]?.agent)
    expect(names).toEqual(['pwd', 'echo', 'true'])
    const two = await text(team, '--limit', '2')
    expect(two).toMatch(/ pwd .*\n.* echo .*\nand 1 more: flow history --limit 3\n$/)
    expect((await flow(team, 'history', '--limit', 'all')).code).toBe(2)
  })

  test('of this project only; with --all and outside of a repository, of every one', async () => {
    const team = newTeam()
    const other = newTeam({ name: 'other', stateHome: team.stateHome })
    for (const one of [team, other]) await flow(one, 'exec', '--', 'true')
    const paths = async (place: Team, ...args: string[]) =>
      (await listed(place, ...args)).sessions.map(({ projectPath }) => projectPath)
    expect(await paths(team)).toEqual([team.cwd])
    expect(await paths(team, '--all')).toEqual([other.cwd, team.cwd])
    expect(await text(team, '--all', '--limit', '1')).toContain(
      'and 1 more: flow history --all --limit 2\n',
    )
    const outside = { ...team, cwd: tempFolder() }
    expect(await paths(outside)).toEqual([other.cwd, team.cwd])
    const shown = (await run([`${team.cwd}/node_modules/.bin/flow`, 'history'], outside)).stdout
    for (const { cwd } of [team, other]) expect(shown).toContain(`        ${cwd}\n`)
  })

  test('lists a restore, and what it put back', async () => {
    const team = newTeam()
    await flow(team, 'exec', '--', 'true')
    writeFileSync(team.settingsPath, '{}')
    expect((await flow(team, 'restore', 'last', '--yes')).code).toBe(0)
    const { sessions } = await listed(team)
    expect(sessions.map(({ kind }) => kind)).toEqual(['restore', 'session'])
    expect(await text(team)).toMatch(/ flow restore +put back what [0-9a-f]{6} had kept\n/)
    expect(git(team, 'status', '--porcelain')).toBe('')
    expect(git(team, 'show', 'HEAD:.claude/settings.json')).toBe(SETTINGS)
  })
})
