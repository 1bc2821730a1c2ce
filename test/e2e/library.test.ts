import { describe, expect, test } from 'vitest'
import { compile, teamWithConsumer } from '../helpers/library.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import { newTeam, ORIGINAL } from '../helpers/team.ts'

describe("import … from 'flow-agent', as installed", () => {
  test('its types need no other package', async () => {
    const text = `import { defineConfig, systemFiles, withSession } from 'flow-agent'
      export const config = defineConfig({ agent: 'claude' })
      export const bytes: Uint8Array = systemFiles.readFile('.flowrc')
      export const root = await withSession({ cwd: '.' }, ({ projectRoot }) => projectRoot)`
    const team = newTeam({ files: { 'consumer.mts': text } })
    const alone = { types: [], typeRoots: [], module: 'nodenext', noEmit: true }
    expect(await compile(team, alone)).toEqual({ code: 0, stdout: '' })
  })

  test('its types hold for a strict consumer, and its functions work together', async () => {
    const team = teamWithConsumer()
    expect(await compile(team, { module: 'nodenext' })).toEqual({ code: 0, stdout: '' })
    const consumer = ['node', 'consumer.mjs', team.stateHome, team.cwd]

    // It ends without releasing its session, as if it had been killed.
    const first = await run([...consumer, 'hold'], team)
    expect(first.stderr).toBe('')
    expect(JSON.parse(first.stdout)).toEqual({
      before: { active: false, backup: 'absent', orphans: 0 },
      within: { active: true, backup: 'ok', orphans: 0, merged: true },
      again: 'E_ALREADY_OPEN',
    })
    const second = await run([...consumer, 'mend'], team)
    expect(second.stderr).toBe('')
    expect(JSON.parse(second.stdout)).toEqual({
      found: { active: false, backup: 'ok', orphans: 1 },
      finalized: { active: false, backup: 'absent', orphans: 0 },
      released: 'restored',
      recovered: true,
      history: [2, 1],
    })
    const third = await run([...consumer, 'within'], team)
    expect(third.stderr).toBe('')
    expect(JSON.parse(third.stdout)).toEqual({
      merged: true,
      count: 2,
      after: { active: false, backup: 'absent', orphans: 0 },
    })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })
})
