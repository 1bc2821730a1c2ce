/** What flow says on the command line itself, in rarer situations. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { flow, freshTeam, newTeam } from '../helpers/team.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'

describe('help', () => {
  test.skipIf(!hasTerminals)('is as wide as the terminal, and COLUMNS goes first', async () => {
    const team = newTeam()
    const { COLUMNS: _, ...env } = team.env
    const options = { cwd: team.cwd, env, columns: 40 }
    const narrow = openTerminal(['flow', 'run', '--help'], options)
    await narrow.shows('Starts the agent at the project root,\r\nwith')
    await narrow.ended
    const wide = openTerminal(['flow', 'run', '--help'], {
      ...options,
      env: { ...env, COLUMNS: '80' },
    })
    await wide.shows(' flow run [options] [AGENT] [-- ARGS…]\r\n')
    await wide.ended
  })
})

test.skipIf(!hasTerminals)(
  'a terminal that says it has no columns is as wide as most',
  async () => {
    const { cwd, env } = newTeam()
    const { COLUMNS: _, ...own } = env
    const options = { cwd, env: { ...own, NO_COLOR: '1' }, columns: 0 }
    const terminal = openTerminal(['flow', 'doctor', '--verbose'], options)
    await terminal.shows('claude 1.0.0 (')
    await terminal.ended
  },
)

describe('--quiet', () => {
  const quiet = { stdout: '', stderr: '', code: 0 }

  test('init and uninstall work and say nothing', async () => {
    const team = freshTeam()
    expect(await flow(team, 'init', '--yes', '--quiet')).toMatchObject(quiet)
    expect(readFileSync(join(team.cwd, '.flowrc'), 'utf8')).toContain('agent: claude')
    expect(await flow(team, 'init', '--yes', '--quiet')).toMatchObject(quiet)
    expect(await flow(team, 'uninstall', '-yq')).toMatchObject(quiet)
    expect(await flow(team, 'uninstall', '-yq')).toMatchObject(quiet)
  })
})

describe('colours', () => {
  test.skipIf(!hasTerminals)(
    'on a terminal there are, but for TERM=dumb and NO_COLOR',
    async () => {
      const team = newTeam()
      const { NO_COLOR: _, FORCE_COLOR: __, ...own } = team.env
      const open = (variables: NodeJS.ProcessEnv) =>
        openTerminal(['flow', 'config'], {
          cwd: team.cwd,
          env: { ...own, TERM: 'xterm', ...variables },
        })
      await open({}).shows('\r\n\u001b[2mhooks.SessionStart')
      for (const off of [{ TERM: 'dumb' }, { NO_COLOR: '1' }]) {
        await open(off).shows('\r\nhooks.SessionStart')
      }
    },
  )

  test.skipIf(!hasTerminals)('so have help and errors on a terminal, each its own', async () => {
    const team = newTeam()
    const { NO_COLOR: _, FORCE_COLOR: __, ...own } = team.env
    const options = { cwd: team.cwd, env: { ...own, TERM: 'xterm' } }
    await openTerminal(['flow', 'run', '-h'], options).shows('\u001b[1mUsage:\u001b[22m flow run')
    const mistake = '\u001b[31mflow:\u001b[39m unknown command "stauts"'
    await openTerminal(['flow', 'stauts'], options).shows(mistake)
    // Standard output is a pipe, and the error on the terminal.
    await openTerminal(['sh', '-c', 'flow stauts | cat'], options).shows(mistake)
    await openTerminal(['sh', '-c', 'flow stauts 2>&1 | cat'], options).shows('flow: unknown')
  })
})
