import { describe, expect, test, vi } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { begin, DEADLINE } from '../helpers/running.ts'
import { newTeam } from '../helpers/team.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'

const WATCH = ['flow', 'status', '--watch']

describe('`flow status --watch` without a screen', () => {
  test('in a pipe it prints the answer in words again at each change', async () => {
    const team = newTeam()
    const { says } = begin(WATCH, team)
    await says('no session is open')
    const { flow } = await startAgent(team)
    await says(`claude, pid ${flow.pid},`)
  })

  test('ends when its reader has left', async () => {
    const team = newTeam()
    const { ended, printed } = begin(['sh', '-c', 'flow status --watch --json | head -n 1'], team)
    await vi.waitFor(() => expect(printed.stdout).toContain('"projects":[]'), DEADLINE)
    await startAgent(team)
    expect((await ended).code).toBe(0)
  })
})

describe.skipIf(!hasTerminals)('`flow status` on a terminal', () => {
  test.skipIf(process.platform !== 'linux')('tells the terminal of a session', async () => {
    const team = newTeam()
    const session = openTerminal(['flow', 'exec', '--', 'sh', '-c', 'tty; read -r line'], team)
    await session.shows('/dev/pts/')
    const { says } = begin(['flow', 'status'], team)
    await says(', on pts/')
    session.type('\n')
    expect((await session.ended).code).toBe(0)
  })
})
