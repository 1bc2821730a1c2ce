/** What Tab proposes, with flow from the tarball. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { VISIBLE_NAMES } from '../helpers/command-line.ts'
import { flow, history, newTeam, put, type Team } from '../helpers/team.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export const isThere = (shell: Shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0

const AGENTS = 'agents:\n  codex: { command: codex }\n  "a.b": { command: x }\n'

/** A team with the script of `flow completion` beside its repository. */
export async function teamWith(shell: Shell, flowrc = AGENTS): Promise<Team & { script: string }> {
  const team = newTeam({ files: { '.flowrc': flowrc } })
  const { stdout, code } = await flow(team, 'completion', shell)
  expect(code).toBe(0)
  const script = join(team.folder, `completion.${shell}`)
  writeFileSync(script, stdout)
  return { ...team, script }
}

/** What Tab proposes at the end of this line, without descriptions. */
function proposed(
  shell: 'bash' | 'fish',
  { script, cwd, env }: Team & { script: string },
  line: string,
) {
  const words = line.split(' ')
  const current = words.at(-1) ?? ''
  const argv =
    shell === 'fish'
      ? ['fish', '--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', script, line]
      : [
          'bash',
          '--norc',
          '-u',
          join(import.meta.dirname, '../helpers/press-tab.bash'),
          script,
          ...words.slice(0, -1),
          current,
        ]
  const done = spawnSync(argv[0] ?? '', argv.slice(1), { cwd, env, encoding: 'utf8' })
  expect(done.stderr).toBe('')
  const lines = done.stdout.split('\n').filter((one) => one !== '')
  return lines.map((one) => one.split('\t')[0] ?? '').sort()
}

const sorted = (words: readonly string[]) => [...words].sort()

/** Asked of a shell that can tell it without a terminal. */
export function wordTests(shell: 'bash' | 'fish'): void {
  test.skipIf(!isThere(shell))('each place of the command line has its words', async () => {
    const team = await teamWith(shell)
    const at = (line: string) => proposed(shell, team, line)
    expect(at('flow ')).toEqual(sorted([...VISIBLE_NAMES, 'help']))
    expect(at('flow st')).toEqual(['status'])
    expect(at('flow nonsense ')).toEqual([])
    expect(at('flow --v')).toEqual(['--version'])
    expect(at('flow run ')).toEqual(['a.b', 'claude', 'codex'])
    expect(at('flow-agent run co')).toEqual(['codex'])
    expect(at('npx flow st')).toEqual(['status'])
    expect(at('npx flow-agent run co')).toEqual(['codex'])
    expect(at('npx --no flow sta')).toEqual(['status'])
    expect(at('npx eslint sta')).not.toContain('status')
    expect(at('flow run --quiet c')).toEqual(['claude', 'codex'])
    expect(at('flow run claude --')).toEqual([
      '--dry-run',
      '--follow-symlinks',
      '--help',
      '--quiet',
    ])
    expect(at('flow run --quiet --')).toEqual(['--dry-run', '--follow-symlinks', '--help'])
    expect(at('flow status ')).toEqual(['--help', '--json', '--verbose', '--watch'])
    expect(at('flow completion ')).toEqual(sorted(SHELLS))
    expect(at('flow hook ')).toEqual(['notification', 'session-start'])
    expect(at('flow help un')).toEqual(['uninstall'])
    expect(at('flow help run ')).toEqual(['--help'])
  })

  test.skipIf(!isThere(shell))('after `restore` are the past sessions', async () => {
    const team = await teamWith(shell)
    await flow(team, 'exec', '--', 'true')
    const [{ sessionId = '' } = {}] = history(team)
    const name = sessionId.slice(-6)
    expect(name).toMatch(/^[0-9a-f]{6}$/)
    expect(proposed(shell, team, `flow restore ${name.slice(0, 4)}`)).toEqual([name])
    expect(proposed(shell, team, 'flow restore --d')).toEqual(['--dry-run'])
  })

  test.skipIf(!isThere(shell))('behind `exec --` stand the programs there are', async () => {
    const team = await teamWith(shell)
    put(team.folder, { 'bin/a-program-of-mine': '#!/bin/sh\n' })
    chmodSync(join(team.folder, 'bin/a-program-of-mine'), 0o755)
    expect(proposed(shell, team, 'flow exec -- a-program-of')).toEqual(['a-program-of-mine'])
    expect(proposed(shell, team, 'npx flow exec -- a-program-of')).toEqual(['a-program-of-mine'])
  })

  test.skipIf(!isThere(shell))(
    'when flow is gone, nothing is proposed and nothing said',
    async () => {
      const team = await teamWith(shell)
      put(team.cwd, { 'node_modules/flow-agent': null })
      expect(proposed(shell, team, 'flow sta')).toEqual([])
      expect(proposed(shell, team, 'flow run c')).toEqual([])
    },
  )

  test.skipIf(!isThere(shell))('what is wrong in .flowrc is not told at a prompt', async () => {
    const team = await teamWith(shell, 'agents: [')
    expect(proposed(shell, team, 'flow run ')).toEqual(['claude'])
  })
}

export function hostileFolderTest(shell: Shell): void {
  test.skipIf(!isThere(shell) || (shell === 'zsh' && !hasTerminals))(
    'runs nothing of it',
    async () => {
      const team = await teamWith(shell)
      const ran = join(team.folder, 'ran')
      const touch = `#!/bin/sh\n: > ${ran}\n`
      const script = `require('node:fs').writeFileSync(${JSON.stringify(ran)}, '')`
      const names = ['git', 'node', 'flow', 'compgen', 'sed', 'touch']
      put(team.cwd, {
        '.flowrc': null,
        '.flowrc.mjs': `import fs from 'node:fs'\nfs.writeFileSync(${JSON.stringify(ran)}, '')`,
        '.config/config.js': script,
        'evil.cjs': script,
        ...Object.fromEntries(names.map((name) => [`evil/${name}`, touch])),
        '.git/config': `[core]\n\tfsmonitor = ${ran}.sh\n\thooksPath = evil\n`,
      })
      for (const name of names) chmodSync(join(team.cwd, 'evil', name), 0o755)
      mkdirSync(join(team.cwd, 'deep'))
      const hostile = {
        ...team,
        env: { ...team.env, PATH: `./evil:${team.env.PATH}`, NODE_OPTIONS: '--require ./evil.cjs' },
      }
      const yaml = {
        '.flowrc.mjs': null,
        '.flowrc': 'agents:\n  "$(: > ../ran)": { command: x }\n',
      }
      if (shell === 'zsh') {
        const env = { ...hostile.env, TERM: 'xterm', PS1: '$ ' }
        const terminal = openTerminal(['zsh', '-f', '-i'], { cwd: team.cwd, env })
        terminal.type(`autoload -Uz compinit && compinit -u -D; . ${team.script}\n`)
        terminal.type('flow run cl\t')
        await terminal.shows('claude')
        put(team.cwd, yaml)
        terminal.type('\x15flow-agent run cl\t')
        await terminal.shows('claude')
      } else {
        expect(proposed(shell, hostile, 'flow run ')).toEqual(['claude'])
        put(team.cwd, yaml)
        expect(proposed(shell, hostile, 'flow run ')).toEqual(['claude'])
      }
      expect(existsSync(ran)).toBe(false)
    },
  )
}
