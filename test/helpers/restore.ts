/** Settings that `flow restore` may put back. */
import { expect } from 'vitest'
import { refusal } from './refusal.ts'
import { flow, history, newTeam, put, settingsOf, type Team } from './team.ts'

export const MINE = '{ "model": "haiku" }\n'

/** A session that is over, and settings that somebody wrote since. */
export async function past(options?: Parameters<typeof newTeam>[0]): Promise<Team> {
  const team = newTeam(options)
  await flow(team, 'exec', '--', 'true')
  put(team.cwd, { '.claude/settings.json': MINE })
  return team
}

export function idOf(team: Team): string {
  return history(team).at(-1)?.sessionId ?? ''
}

/** What it said; the settings stand as they were. */
export async function refused(team: Team, ...args: string[]) {
  const before = settingsOf(team)
  const said = await refusal(team, ['flow', 'restore', ...args])
  expect(settingsOf(team)).toBe(before)
  return said
}
