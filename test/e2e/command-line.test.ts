/** What flow says on the command line itself; the parser's own table is in test/unit/command-line. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { fourLines } from '../helpers/refusal.ts'
import { run } from '../helpers/running.ts'
import { flow, freshTeam, newTeam, SETTINGS, settingsOf, type Team } from '../helpers/team.ts'

describe('help', () => {
  test('flow, flow --help and flow help are one page, on standard output', async () => {
    const team = newTeam()
    const { stdout, stderr, code } = await flow(team)
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/^Usage: flow \[options\] \[command\]\n/)
    expect(stdout).not.toMatch(/^ {2}(hook|prepare|pre-commit|clean|complete) /m)
    expect((await flow(team, '--help')).stdout).toBe(stdout)
    expect((await flow(team, 'help')).stdout).toBe(stdout)
  })

  test('flow help COMMAND is flow COMMAND --help, and starts nothing', async () => {
    const team = newTeam()
    for (const command of ['run', 'exec', 'hook']) {
      const { stdout, code } = await flow(team, command, '--help', '--', 'true')
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`^Usage: flow ${command} `))
      expect((await flow(team, 'help', command)).stdout).toBe(stdout)
    }
  })

  test('flow --version names flow and its version', async () => {
    const team = newTeam()
    const manifest = join(team.cwd, 'node_modules/flow-agent/package.json')
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
    for (const word of ['--version', '-v']) {
      expect((await flow(team, word)).stdout).toBe(`flow ${version}\n`)
    }
  })
})

describe('--quiet', () => {
  const quiet = { stdout: '', stderr: '', code: 0 }

  test('an answer that was asked for stays', async () => {
    const team = freshTeam()
    expect((await flow(team, 'init', '--dry-run', '--quiet')).stdout).toContain('+++ .flowrc')
  })

  test('run and exec restore what a killed session left without a word', async () => {
    const team = newTeam()
    await orphan(team)
    expect((await flow(team, 'exec', '--', 'true')).stderr).toContain('flow: put ')
    await orphan(team)
    expect(await flow(team, 'exec', '--quiet', '--', 'true')).toMatchObject(quiet)
    await orphan(team)
    expect(await flow(team, 'run', '--quiet', '--', '--version')).toMatchObject({ stderr: '' })
    expect(settingsOf(team)).toBe(SETTINGS)
  })

  test('what the program says comes through, and so does its exit code', async () => {
    const done = await flow(newTeam(), 'exec', '-q', '--', 'sh', '-c', 'echo a; echo b >&2; exit 3')
    expect(done).toMatchObject({ stdout: 'a\n', stderr: 'b\n', code: 3 })
  })

  test('an error is told', async () => {
    const team = newTeam({ files: { '.flowrc': 'agnet: x\n' } })
    for (const args of [['run'], ['exec', '--', 'true']]) {
      const [command = '', ...words] = args
      const done = await flow(team, command, '--quiet', ...words)
      expect(fourLines(done).why).toContain('agnet: unknown key')
      expect(done.code).toBe(1)
    }
  })
})

describe('colours', () => {
  const shown = async (team: Team, variables: NodeJS.ProcessEnv, ...args: string[]) => {
    const { NO_COLOR: _, FORCE_COLOR: __, ...own } = team.env
    const env = { ...own, TERM: 'xterm', ...variables }
    const { stdout, stderr } = await run(['flow', ...args], { ...team, env })
    return stdout + stderr
  }

  test.each([[['config']], [['run', '--help']], [['stauts']], [['exec', '--', 'no-such']]])(
    'of %j: none in a pipe, but for FORCE_COLOR, and none whatever is set with NO_COLOR',
    async (args) => {
      const team = newTeam()
      const plain = await shown(team, {}, ...args)
      expect(plain).not.toContain('\u001b')
      const colored = await shown(team, { FORCE_COLOR: '1' }, ...args)
      expect(colored).toContain('\u001b[')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
      expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain)
      expect(await shown(team, { FORCE_COLOR: '0' }, ...args)).toBe(plain)
      expect(await shown(team, { FORCE_COLOR: '1', NO_COLOR: '1' }, ...args)).toBe(plain)
      expect(await shown(team, { NO_COLOR: '' }, ...args)).toBe(plain)
    },
  )
})

test.each(['0', 'off', 'OFF', 'False', 'no', 'No'])(
  'FLOW=%s starts the agent, and merges nothing',
  async (FLOW) => {
    const team = newTeam()
    const env = { ...team.env, FLOW }
    const done = await flow({ ...team, env }, 'exec', '--', 'cat', '.claude/settings.json')
    expect(done).toMatchObject({ code: 0, stdout: SETTINGS })
  },
)
