import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { MEMORY, newTeam } from '../helpers/team.ts'

describe('that a merged hook fired', () => {
  test('cannot be noted, and the hook says what it has to say all the same', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    rmSync(join(team.stateHome, 'fired'), { recursive: true })
    // A file where the folder should be: nobody, root included, can write in it.
    writeFileSync(join(team.stateHome, 'fired'), '')
    chmodSync(join(team.stateHome, 'fired'), 0)
    const second = await startAgent(team)
    expect(second.flow.printed.stdout).toContain(MEMORY)
    expect(second.flow.printed.stderr).toBe('')
    await second.end()
    expect((await agent.end()).stderr).toBe('')
  })
})
