import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { begin, isAwaited } from '../helpers/running.ts'
import { closesAtTheEnd, closesAtTheStart, endsTheAgent } from '../helpers/signals.ts'
import { backupRefs, MARK, MEMORY, newTeam, settingsOf } from '../helpers/team.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'

describe('a signal while the agent works', () => {
  test.each(['SIGTERM'] as const)(
    '%s to flow ends the agent, the settings are back, and flow dies of it',
    endsTheAgent,
  )

  test('an agent that ends in its own way at SIGTERM gives flow its exit code', async () => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    const works = `while ${isAwaited(team.folder)}; do sleep 0.05; done`
    const script = `trap "exit 9" TERM; echo ready; ${works}`
    const running = begin(['flow', 'exec', '--', 'sh', '-c', script], team)
    await running.says('ready')
    running.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 9, signal: null })
    expect(fileAt(team.settingsPath)).toEqual(before)
  })

  test('SIGINT to flow alone is left to the agent, which works on', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    agent.flow.kill('SIGINT')
    expect(await agent.end()).toMatchObject({ code: 0, signal: null })
    expect(settingsOf(team)).not.toContain(MARK)
  })

  test.skipIf(!hasTerminals)(
    'Ctrl-C ends the agent, the settings are back, and flow dies of SIGINT',
    async () => {
      const team = newTeam()
      const before = fileAt(team.settingsPath)
      const words = ['flow', 'run', 'claude', '--', '--until', join(team.folder, 'never')]
      const terminal = openTerminal(words, team)
      await terminal.shows(MEMORY)
      terminal.type('\x03')
      expect(await terminal.ended).toEqual({ code: null, signal: 'SIGINT' })
      expect(fileAt(team.settingsPath)).toEqual(before)
      expect(backupRefs(team)).toEqual([])
    },
  )
})

describe('a signal while a session is opened or closed', () => {
  test.each(['SIGINT'] as const)(
    '%s at its start: it is closed again, the agent is not started, nothing has changed',
    closesAtTheStart,
  )

  test.each(['SIGINT'] as const)(
    "%s at its end: it is closed, and the exit code is the agent's",
    closesAtTheEnd,
  )
})
