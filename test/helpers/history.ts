/** What `flow history` lists. */
import { expect } from 'vitest'
import { orphan } from './agent.ts'
import { run } from './running.ts'
import { flow, newTeam, type Team } from './team.ts'

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

export async function listed(team: Team, ...args: string[]): Promise<Listed> {
  const { code, stdout, stderr } = await flow(team, 'history', '--json', ...args)
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

export async function text(team: Team, ...args: string[]): Promise<string> {
  return (await flow(team, 'history', ...args)).stdout
}

/** Lets `argv` recover a killed session; `words` are how the text names that. */
export async function tellsWhoRecovered(
  words: string,
  recoveredBy: string,
  argv: readonly string[],
): Promise<void> {
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
}
