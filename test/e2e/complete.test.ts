/** `flow complete -- WORDS`, which the shells' completions call: a line for each candidate. */
import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { namesIn } from '../helpers/on-disk.ts'
import { flow, history, newTeam, put } from '../helpers/team.ts'

describe('flow complete', () => {
  test('prints the name of each session that can be restored, with when and where it was', async () => {
    const team = newTeam()
    const other = newTeam({ name: 'other', stateHome: team.stateHome })
    for (const place of [team, other]) await flow(place, 'exec', '--', 'true')
    const { code, stdout, stderr } = await flow(team, 'complete', '--', 'restore', '')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = history(team).map(
      ({ sessionId, createdAt, projectPath }) =>
        `${sessionId.slice(-6)}\t${createdAt} ${projectPath}`,
    )
    expect(lines).toHaveLength(2)
    expect(stdout.trimEnd().split('\n').toSorted()).toEqual(lines.toSorted())
    for (const line of lines) {
      const [name = ''] = line.split('\t')
      expect((await flow(team, 'history', '--all')).stdout).toContain(`${name}  `)
      expect((await flow(team, 'restore', name, '--dry-run')).stdout).toContain(
        `is as ${name} found`,
      )
    }
    for (const { backupPath } of history(team)) rmSync(backupPath, { recursive: true })
    expect((await flow(team, 'complete', '--', 'restore', '')).stdout).toBe('')
  })

  test('prints nothing where there is no past, and makes no state home', async () => {
    const team = newTeam()
    rmSync(team.stateHome, { recursive: true, force: true })
    expect(await flow(team, 'complete', '--', 'restore', '')).toMatchObject({
      ...{ code: 0, stdout: '', stderr: '' },
    })
    expect(namesIn(team.stateHome)).toEqual([])
  })

  test('runs nothing of the folder that it is asked in', async () => {
    const team = newTeam({ files: { '.flowrc': null, '.flowrc.mjs': 'throw new Error("run")\n' } })
    put(team.cwd, { '.git/config': '[core]\n\tfsmonitor = touch fsmonitor-was-run\n' })
    for (const words of [[''], ['run', ''], ['restore', ''], ['exec', '--', ''], ['shell', '']]) {
      const { code, stderr } = await flow(team, 'complete', '--', ...words)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
    expect(namesIn(team.cwd)).not.toContain('fsmonitor-was-run')
  })

  test.each([
    ['.config/flowrc.yaml', 'agents: { mine: { command: claude } }\n', ['claude', 'mine']],
    ['package.json', '{"flow":{"agents":{"mine":{"command":"claude"}}}}', ['claude', 'mine']],
    ['.config/flowrc.cjs', 'require("fs").writeFileSync("ran", "")', ['claude']],
  ])('names the agents of %s, as far as it is no program', async (name, text, names) => {
    const ran = 'require("fs").writeFileSync("ran", "")'
    const team = newTeam({ files: { '.flowrc': null, [name]: text, '.config/config.cjs': ran } })
    const { stdout } = await flow(team, 'complete', '--', 'run', '')
    expect(stdout).toBe(names.map((name) => `${name}\t\n`).join(''))
    expect(namesIn(team.cwd)).not.toContain('ran')
  })
})
