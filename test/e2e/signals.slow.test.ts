import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { projectHash } from '../../src/session/layout.ts'
import { listing } from '../helpers/on-disk.ts'
import { begin, DEADLINE } from '../helpers/running.ts'
import {
  closesAtTheEnd,
  closesAtTheStart,
  endsTheAgent,
  heldInTheGate,
} from '../helpers/signals.ts'
import { flow, MEMORY, newTeam, type Team } from '../helpers/team.ts'

describe('a signal while the agent works', () => {
  test.each(['SIGHUP'] as const)(
    '%s to flow ends the agent, the settings are back, and flow dies of it',
    endsTheAgent,
  )
})

describe('a signal while a session is opened or closed', () => {
  test.each(['SIGTERM'] as const)(
    '%s at its start: it is closed again, the agent is not started, nothing has changed',
    closesAtTheStart,
  )

  test.each(['SIGHUP'] as const)(
    "%s at its end: it is closed, and the exit code is the agent's",
    closesAtTheEnd,
  )

  test('SIGTERM while another flow is in the gate leaves it and the next ones undisturbed', async () => {
    const team = newTeam()
    const before = listing(team.cwd)
    const { running, goOn } = await heldInTheGate(team)
    const second = begin(['flow', 'run'], team)
    await isAtTheGate(team, second.pid)
    second.kill('SIGTERM')
    expect(await second.ended).toMatchObject({ signal: 'SIGTERM', stdout: '' })
    goOn()
    expect((await running.ended).stdout).toContain(MEMORY)
    expect((await flow(team, 'run')).stdout).toContain(MEMORY)
    expect(listing(team.cwd)).toEqual(before)
    expect(readdirSync(gateFolder(team)).filter((name) => name.startsWith('.'))).toEqual([])
  })
})

async function isAtTheGate(team: Team, pid: number): Promise<void> {
  await vi.waitFor(() => {
    const drafts = readdirSync(gateFolder(team)).filter((name) => name.startsWith(`.draft-${pid}-`))
    expect(drafts).toHaveLength(1)
  }, DEADLINE)
}

function gateFolder(team: Team): string {
  return join(team.stateHome, 'gates', projectName(team))
}

function projectName({ cwd }: Team): string {
  return projectHash(cwd)
}
