import { rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { isOver, run } from '../helpers/running.ts'
import { flow, git, history, newTeam, SETTINGS, type Team } from '../helpers/team.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

interface Listed {
  readonly scope: string
  readonly total: number
  readonly sessions: readonly {
    sessionId: string
    kind: string
    ending: string
    recoveredBy: string | null
    durationMs: number | null
    agents: readonly { agent: string; exit: string }[]
    canRestore: boolean
    projectPath: string
  }[]
}

async function listed(team: Team, ...args: string[]): Promise<Listed> {
  const { code, stdout, stderr } = await flow(team, 'history', '--json', ...args)
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

async function text(team: Team, ...args: string[]): Promise<string> {
  return (await flow(team, 'history', ...args)).stdout
}

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

  test.each([
    ['the next start', 'next-start', ['flow', 'exec', '--', 'true']],
    ['a git hook', 'git-hook', ['git', 'checkout', '-q', '-b', 'other']],
    ['`flow recover`', 'command', ['flow', 'recover']],
  ])('tells of a killed session that %s recovered it', async (words, recoveredBy, argv) => {
    const team = newTeam()
    await orphan(team)
    await run(argv, team)
    const { sessions } = await listed(team)
    const killed = sessions.find(({ ending }) => ending === 'recovered')
    expect(killed).toMatchObject({
      recoveredBy,
      durationMs: null,
      agents: [{ agent: 'claude', exit: 'killed' }],
    })
    expect(await text(team)).toContain(`killed; recovered `)
    expect(await text(team)).toContain(`after its start by ${words}\n`)
  })

  test('says of one who was killed while others went on', async () => {
    const team = newTeam()
    const [first, second] = [await startAgent(team), await startAgent(team)]
    await first.kill()
    await isOver(first.pid)
    await second.end()
    expect(await text(team)).toContain('clean; 1 of 2 killed before\n')
  })

  test('lists the latest first, as many as are wanted, and says how many more there are', async () => {
    const team = newTeam()
    for (const name of ['true', 'echo', 'pwd']) await flow(team, 'exec', '--', name)
    const names = (await listed(team)).sessions.map(({ agents }) => agents[0]?.agent)
    expect(names).toEqual(['pwd', 'echo', 'true'])
    const two = await text(team, '--limit', '2')
    expect(two).toMatch(/ pwd .*\n.* echo .*\nand 1 more: flow history --limit 3\n$/)
    expect((await flow(team, 'history', '--limit', 'all')).code).toBe(2)
  })

  test('says which backups are pruned', async () => {
    const team = newTeam()
    await flow(team, 'exec', '--', 'true')
    rmSync(dirname(history(team)[0]?.backupPath ?? ''), { recursive: true })
    expect(await text(team)).toContain('clean; no backup left\n')
    expect((await listed(team)).sessions).toMatchObject([{ canRestore: false }])
  })

  test('of this project only; with --all and outside of a repository, of every one', async () => {
    const team = newTeam()
    const other = newTeam({ name: 'other', stateHome: team.stateHome })
    for (const one of [team, other]) await flow(one, 'exec', '--', 'true')
    const paths = async (place: Team, ...args: string[]) =>
      (await listed(place, ...args)).sessions.map(({ projectPath }) => projectPath)
    expect(await paths(team)).toEqual([team.cwd])
    expect(await paths(team, '--all')).toEqual([other.cwd, team.cwd])
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
