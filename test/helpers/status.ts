/** What `flow status` answers. */
import { expect } from 'vitest'
import { listing } from './on-disk.ts'
import { flow, type Team } from './team.ts'

interface Status {
  readonly version: number
  readonly stateHome: string
  readonly projects: readonly {
    readonly projectPath: string | null
    readonly state: string
    readonly damaged: string | null
    readonly backupPath: string | null
    readonly filter: readonly string[] | null
    readonly participants: readonly { role: string; pid: number; verdict: string }[]
    readonly files: readonly { path: string; merged: string[]; restoreByHand: string | null }[]
  }[]
}

/** Both forms of the answer; asking changes nothing. */
export async function statusOf(team: Team): Promise<{ text: string; json: Status }> {
  const before = listing(team.folder)
  const text = await flow(team, 'status')
  const json = await flow(team, 'status', '--json')
  expect([text.code, text.stderr, json.code, json.stderr]).toEqual([0, '', 0, ''])
  expect(listing(team.folder)).toEqual(before)
  return { text: text.stdout, json: JSON.parse(json.stdout) }
}
