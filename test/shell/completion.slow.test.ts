/** Tab in the other shells. */
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'
import { hostileFolderTest, isThere, teamWith, wordTests } from './completion-tests.ts'

describe('in fish', () => wordTests('fish'))

test.skipIf(!isThere('zsh') || !hasTerminals)('zsh finds it as _flow in fpath, too', async () => {
  const team = await teamWith('zsh')
  const folder = join(team.folder, 'site-functions')
  mkdirSync(folder)
  renameSync(team.script, join(folder, '_flow'))
  const env = { ...team.env, TERM: 'xterm', PS1: '$ ' }
  const terminal = openTerminal(['zsh', '-f', '-i'], { cwd: team.cwd, env })
  terminal.type(`fpath=(${folder} $fpath); autoload -Uz compinit && compinit -u -D\n`)
  terminal.type('flow run cod\t')
  await terminal.shows('codex')
  terminal.type('\x15flow-agent comp\t')
  await terminal.shows('completion')
})

test.skipIf(!isThere('zsh') || !hasTerminals)('zsh lists names without description', async () => {
  const team = await teamWith('zsh')
  const env = { ...team.env, TERM: 'xterm', PS1: '$ ' }
  const terminal = openTerminal(['zsh', '-f', '-i'], { cwd: team.cwd, env })
  terminal.type(`autoload -Uz compinit && compinit -u -D; . ${team.script}\n`)
  terminal.type('flow run c\t')
  await terminal.shows('claude')
  await terminal.shows('codex')
  expect(terminal.shownInAll()).not.toContain('--')
})

describe.each(['zsh', 'fish'] as const)('Tab of %s in a hostile folder', hostileFolderTest)
