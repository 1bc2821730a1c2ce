/** What flow tells a person to type can be pasted, where their shell does not know its name. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TYPED_BEHIND } from '../../src/commands/as-typed.ts'
import { orphan, startAgent } from '../helpers/agent.ts'
import { type Ended, run } from '../helpers/running.ts'
import { newTeam, put, type Team } from '../helpers/team.ts'

/** As a person's own shell has it: node, git, the agent, and nothing of node_modules. */
function ownShell(team: Team): Team {
  const PATH = [join(team.folder, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':')
  return { ...team, env: { ...team.env, PATH } }
}

/** As `npx flow …` starts it, or the shell's own `flow`. */
function typed({ cwd, env, folder }: Team, ...args: string[]): Promise<Ended> {
  const cli = join(folder, 'team/node_modules/flow-agent/dist/cli.cjs')
  return run([process.execPath, cli, ...args], { cwd, env })
}

const LINE_OF_A_FILE = /^[-+].*$/gm

/** Every command of flow's in a text, with the two words in front of it. */
function commandsIn(text: string): string[] {
  const name = `(?:(?:\\S+ )?\\S+ )?\\bflow(?:-agent)?`
  return [
    ...text.matchAll(new RegExp(`(?<=^|[\\s\`])${name} (?:${TYPED_BEHIND.join('|')})\\b`, 'gm')),
  ].map(([found]) => found)
}

/** What is said where something is told to be typed: name, what is typed, what is there before. */
const PLACES: readonly [string, readonly string[], ((team: Team) => unknown)?][] = [
  ['nothing open', ['status']],
  ['no past', ['history']],
  ['an option of the agent', ['run', 'claude', '-p']],
  ['no command before the words of the agent', ['--', 'x']],
  ['a shell to choose', ['shell']],
  ['a number that is none', ['history', '--limit', '0']],
  ['no such session', ['restore', 'abcdef']],
  ['no such program', ['exec', '--', 'no-such-program']],
  ['init', ['init', '--dry-run'], ({ cwd }) => put(cwd, { '.flowrc': null })],
  ['uninstall', ['uninstall', '--dry-run']],
  ['an agent at work', ['uninstall', '--yes'], startAgent],
  ['a killed session', ['status'], orphan],
  ['restoring while one was killed', ['restore', 'last'], orphan],
  ['trouble', ['doctor', '--json'], orphan],
]

describe('each command that is printed begins as the package manager has it', () => {
  test.each(PLACES)('%s', async (_, args, before) => {
    const team = newTeam()
    await before?.(team)
    const { stdout, stderr } = await typed(ownShell(team), ...args)
    const found = commandsIn(`${stdout}${stderr}`.replaceAll(LINE_OF_A_FILE, ''))
    expect(found.length, `${stdout}${stderr}`).toBeGreaterThan(0)
    for (const command of found) expect(command).toMatch(/(^|[\s`"])npx flow(-agent)? [a-z-]+$/)
  })
})

test.each([
  ['pnpm@10.0.0', 'pnpm exec flow-agent'],
  ['yarn@4.0.0', 'yarn flow-agent'],
  ['bun@1.2.0', 'bunx flow-agent'],
])('in a project of %s it is `%s`', async (packageManager, name) => {
  const team = newTeam()
  put(team.cwd, { 'package.json': JSON.stringify({ packageManager }) })
  expect((await typed(ownShell(team), 'exec')).stderr).toBe(
    `flow: exec needs a command: ${name} exec -- CMD [ARGS…]\n`,
  )
})

test('a line is pasted as it stands', async () => {
  const team = ownShell(newTeam())
  const [, line = ''] = /next: `(.*)` starts/.exec((await typed(team, 'status')).stdout) ?? []
  const pasted = await run(['sh', '-c', line], team)
  expect(pasted).toMatchObject({ code: 0 })
  expect(pasted.stdout).toContain('agent: ')
})

test.each([
  ['a link, as npm makes it', symlinkSync],
  [
    'a script, as pnpm makes it',
    (target: string, path: string) =>
      writeFileSync(path, `#!/bin/sh\nexec node '${target}' "$@"\n`, { mode: 0o755 }),
  ],
])('where the shell finds flow, it is called by its name: %s', async (_, install) => {
  const team = ownShell(newTeam())
  const global = join(team.folder, 'global')
  mkdirSync(global)
  install(join(team.cwd, 'node_modules/flow-agent/dist/cli.cjs'), join(global, 'flow'))
  const env = { ...team.env, PATH: `${team.env.PATH}:${global}` }
  expect((await typed({ ...team, env }, 'exec')).stderr).toContain(': flow exec -- CMD')
})

test('started by npm, which put it on the PATH for that one command, it is not', async () => {
  const team = newTeam()
  const env = { ...team.env, npm_config_user_agent: 'npm/10.8.2 node/v20.20.2 linux x64' }
  const { stderr } = await typed({ ...team, env }, 'exec')
  expect(stderr).toContain(': npx flow-agent exec -- CMD')
})
