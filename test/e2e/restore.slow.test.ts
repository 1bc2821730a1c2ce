import { renameSync, rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { refusal } from '../helpers/refusal.ts'
import { idOf, past, refused } from '../helpers/restore.ts'
import { flow, history, newTeam, SETTINGS, settingsOf } from '../helpers/team.ts'

describe('`flow restore`', () => {
  test('--quiet with --yes restores without a word', async () => {
    const team = await past()
    const { code, stdout, stderr } = await flow(team, 'restore', 'last', '--yes', '--quiet')
    expect([code, stdout, stderr]).toEqual([0, '', ''])
    expect(settingsOf(team)).toBe(SETTINGS)
  })

  test.each([
    ['the whole id', (id: string) => id],
    ['a beginning of it', (id: string) => id.slice(0, -4)],
    ['a beginning without its first word', (id: string) => id.slice('session-'.length, -4)],
    ['a beginning of its last part', (id: string) => id.slice(-6, -2)],
  ])('takes %s', async (_, shorten) => {
    const team = await past()
    const { code } = await flow(team, 'restore', shorten(idOf(team)), '--yes')
    expect(code).toBe(0)
    expect(settingsOf(team)).toBe(SETTINGS)
  })
})

describe('`flow restore` refuses, and changes nothing', () => {
  test('an id that begins two', async () => {
    const team = await past()
    await flow(team, 'exec', '--', 'true')
    const said = await refused(team, 'session-2')
    expect(said.code).toBe(2)
    expect(said.why?.split('\n')).toHaveLength(2)
  })

  test('a session whose backup is pruned, and says which are left', async () => {
    const team = await past()
    rmSync(history(team)[0]?.backupPath ?? '', { recursive: true })
    const id = idOf(team)
    await flow(team, 'exec', '--', 'true')
    const said = await refused(team, id, '--yes')
    expect(said.code).toBe(1)
    expect(said.next).toContain(idOf(team).slice(-6))
  })

  test('a project that is gone', async () => {
    const team = await past()
    const there = newTeam({ name: 'there', stateHome: team.stateHome })
    renameSync(team.cwd, `${team.cwd}-moved`)
    const said = await refusal(there, ['flow', 'restore', idOf(team), '--yes'])
    expect(said).toMatchObject({ code: 1, what: `${team.cwd} is gone` })
  })
})
