/** Tab in the real shells, with flow from the tarball. */
import { describe, test } from 'vitest'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'
import { hostileFolderTest, isThere, SHELLS, teamWith, wordTests } from './completion-tests.ts'

describe('in bash', () => wordTests('bash'))

describe.skipIf(!hasTerminals).each(SHELLS)('%s on a terminal', (shell) => {
  test.skipIf(!isThere(shell))('Tab completes what is typed', async () => {
    const team = await teamWith(shell)
    const start = {
      bash: ['bash', '--norc', '--noprofile', '-i'],
      zsh: ['zsh', '-f', '-i'],
      fish: ['fish', '--no-config', '-i'],
    }[shell]
    const env = { ...team.env, TERM: 'xterm', PS1: '$ ' }
    const terminal = openTerminal(start, { cwd: team.cwd, env })
    const read = shell === 'fish' ? 'source' : '.'
    if (shell === 'zsh') terminal.type('autoload -Uz compinit && compinit -u -D\n')
    terminal.type(`${read} ${team.script}\n`)
    // In place of flow and npx: print what they were called with.
    terminal.type(
      shell === 'fish'
        ? 'function flow; echo "called<$argv>"; end; alias npx flow; echo ready\\<\\>\n'
        : 'flow() { echo "called<$*>"; }; npx() { flow "$@"; }; echo ready\\<\\>\n',
    )
    await terminal.shows('ready<>')
    for (const [typed, wanted] of [
      ['flow sta\t', 'status'],
      ['flow run cod\t', 'run codex'],
      ['flow run --fol\t', 'run --follow-symlinks'],
      ['flow completion z\t', 'completion zsh'],
      ['npx flow hist\t', 'flow history'],
      ['npx flow-agent run cod\t', 'flow-agent run codex'],
    ] as const) {
      terminal.type(typed)
      // The blank that follows a whole word, so that the line is not sent before it is completed.
      await terminal.shows(wanted.split(' ').at(-1) ?? '')
      terminal.type('\n')
      await terminal.shows(`called<${wanted}`)
    }
  })
})

describe('Tab of bash in a hostile folder', () => hostileFolderTest('bash'))
