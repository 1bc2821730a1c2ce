/** The Notification hook: rarer situations. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { DESKTOP, notify, program } from '../helpers/notifications.ts'
import { flow, newTeam } from '../helpers/team.ts'

describe('a notification', () => {
  test('does not wait for what a program leaves running on purpose', async () => {
    const team = newTeam()
    const pidFile = join(team.folder, 'pid')
    program(team, 'notify-send', `sleep 1000 & echo $! > '${pidFile}'`)
    const agent = await startAgent(team)
    const asked = { ...DESKTOP, DEBUG: 'flow:hook' }
    expect((await notify(team, agent, asked)).stderr).toContain('notification: sent by notify-send')
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL')
    await agent.end()
  })
})

describe('flow hook notification --test', () => {
  test('refuses an option that it does not have, and sends nothing', async () => {
    const refused = await flow(newTeam(), 'hook', 'notification', '--test', '--jsno')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('flow: unknown option "--jsno" (did you mean "--json"?)')
  })
})
