/** Agents that are zx scripts: rarer situations. */
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diagnose, titleOf } from '../helpers/doctor.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { begin, isAwaited, isOver } from '../helpers/running.ts'
import { flow, MARK, newTeam, put, settingsOf, type Team } from '../helpers/team.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'
import { endsByItself, review, reviewed, teamWith } from '../helpers/zx-scripts.ts'

describe('a script', () => {
  test('gets the globals of zx and none of them is missing', async () => {
    const zx = Object.keys(await import('zx'))
    expect(zx).toEqual(expect.arrayContaining(['$', 'argv', 'cd', 'fs', 'question', 'within']))
    const names = [...zx, '__filename', '__dirname', 'require']
    const script = `echo(JSON.stringify(${JSON.stringify(names)}.filter((name) => !(name in globalThis))))`
    expect((await flow(teamWith(script), 'run', 'script')).stdout).toBe('[]\n')
  })

  test.each<[string, string, number, string]>([
    ['runs a command that fails', 'await $`echo oops >&2; exit 3`', 1, 'Error: oops\n'],
    ['does not parse', 'const 1', 1, 'SyntaxError: '],
  ])('that %s gives its own error and exit code', (_, script, code, error) =>
    endsByItself(script, code, error),
  )

  test('runs without the hooks under FLOW=0', async () => {
    const team = teamWith(`echo(argv.x, (await $\`cat .claude/settings.json\`).stdout)`)
    const env = { ...team.env, FLOW: '0' }
    const done = await flow({ ...team, env }, 'run', 'script', '--', '-x', '1')
    expect(done.stdout).toBe(`1 ${settingsOf(team)}\n`)
    expect(done.stdout).not.toContain(MARK)
  })
})

describe('a script that cannot be read', () => {
  test('is a finding of flow doctor, and one that can be read is fine', async () => {
    const team = newTeam()
    put(team.cwd, {
      '.flowrc': 'agent: x\nagents: { x: { script: agents/x.mjs, install: make } }\n',
    })
    const path = join(team.cwd, 'agents/x.mjs')
    const { findings } = await diagnose(team)
    expect(findings.find(({ id }) => id === 'agent')).toEqual({
      id: 'agent',
      status: 'broken',
      title: 'could not read the script of the agent "x"',
      detail: `${path}: no such file or directory (ENOENT)`,
      mend: 'make',
    })
    put(team.cwd, { 'agents/x.mjs': '' })
    expect(titleOf(await diagnose(team), 'agent')).toBe(`x is a zx script (${path})`)
  })
})

describe('the example in the documents', () => {
  test('starts no client where there is nothing to review', async () => {
    const done = await review(reviewed())
    expect(done).toMatchObject({ code: 0, stdout: 'nothing differs from v1.2\n', stderr: '' })
  })

  const hasPs = spawnSync('ps').error === undefined
  test.skipIf(!hasPs)('ends the client at a SIGTERM to flow', async () => {
    const team = reviewed()
    const before = fileAt(team.settingsPath)
    put(team.cwd, { 'MEMORY.md': 'mine\n' })
    replaceClient(team, 'echo at work as $$; exec sleep 300')
    const running = begin(['flow', 'run', 'review', '--', '--base', 'v1.2'], team)
    await running.says('at work as')
    const client = Number(/as (\d+)/.exec(running.printed.stdout)?.[1])
    running.kill('SIGTERM')
    await running.ended
    await isOver(client)
    expect(fileAt(team.settingsPath)).toEqual(before)
  })

  test.skipIf(!hasTerminals)('leaves Ctrl-C to the client, and goes on after it', async () => {
    const team = reviewed()
    put(team.cwd, { 'MEMORY.md': 'mine\n' })
    const works = `while ${isAwaited(team.folder)}; do sleep 0.1; done`
    replaceClient(team, `trap "exit 9" INT; echo at work; ${works}`)
    const argv = ['flow', 'run', 'review', '--', '--base', 'v1.2']
    const terminal = openTerminal(argv, team)
    await terminal.shows('at work')
    terminal.type('\x03')
    expect(await terminal.ended).toEqual({ code: 9, signal: null })
  })

  test('fails when the client has changed a file', async () => {
    const team = reviewed()
    put(team.cwd, { 'MEMORY.md': 'mine\n' })
    replaceClient(team, 'echo its >>MEMORY.md')
    const done = await review(team)
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('Error: the review changed files')
  })
})

/** Makes `claude` a script of sh. */
function replaceClient({ folder }: Team, script: string): void {
  const path = join(folder, 'bin/claude')
  rmSync(path)
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}
