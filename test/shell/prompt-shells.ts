/** bash, zsh and fish as a person has them: on a pseudo-terminal, with flow's line in their rc file. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, vi } from 'vitest'
import { rcLine, type ShellName } from '../../src/commands/shell/snippet.ts'
import { findExecutable } from '../../src/ports/find-executable.ts'
import { fishWord, shellWord } from '../../src/shell-word.ts'
import { DEADLINE } from '../helpers/running.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { hasTerminals, openTerminal, type Terminal } from '../helpers/terminal.ts'
import { TEMPLATES } from './host.ts'
import type { StateHome } from './state-home.ts'

export interface PromptShell {
  readonly name: ShellName
  readonly path: string
  /** Exports a variable. */
  set(name: string, value: string): string
  word(text: string): string
}

/** Declares the same tests for each shell; those of a shell that is missing here are skipped. */
export function inEveryPrompt(
  declare: (shell: PromptShell) => void,
  names: readonly ShellName[] = ['bash', 'zsh', 'fish'],
): void {
  for (const name of names) {
    const path = findExecutable(name, '/', process.env.PATH)
    const word = name === 'fish' ? fishWord : shellWord
    const set = (variable: string, value: string) =>
      name === 'fish' ? `set -gx ${variable} ${word(value)}` : `export ${variable}=${word(value)}`
    describe.skipIf(path === null || !hasTerminals)(name, () =>
      declare({ name, path: path ?? '', set, word }),
    )
  }
}

/** Puts into the state home what `flow shell` puts there; gives the line for the rc file. */
export function installSnippet({ name, word }: PromptShell, home: StateHome): string {
  const folder = join(home.path, 'shell')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `flow.${name}`)
  copyFileSync(join(TEMPLATES, `shell/flow.${name}`), path)
  return rcLine(name, word(path))
}

export interface Sitting {
  /** Text of the rc file; a hook that notes every prompt comes behind it. */
  readonly rc: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** What the shell is run by, as `strace`. */
  readonly under?: readonly string[]
  /** The prompt gives recovery its two seconds and no more; else as long as a slow machine needs. */
  readonly isHurried?: boolean
}

export interface Seat extends Terminal {
  /** The person's home folder. */
  readonly folder: string
  /** Types a line, and resolves when the prompt is there again, with the status that it found. */
  run(line: string): Promise<string>
  /** The same for a line that prints; gives what it put into the file `$OUT`. */
  out(line: string): Promise<string>
}

/** Resolves at the first prompt. Call it inside a test. */
export async function sitDown(shell: PromptShell, sitting: Sitting): Promise<Seat> {
  const folder = tempFolder()
  const prompts = join(folder, 'prompts')
  const outPath = join(folder, 'out')
  writeRc(shell, folder, sitting.rc, prompts)
  const { DEBUG: _, FLOW_HOME: __, ...inherited } = process.env
  const env = { ...inherited, HOME: folder, ZDOTDIR: folder, OUT: outPath, TERM: 'xterm' }
  const path = sitting.env?.PATH ?? process.env.PATH
  const PATH = sitting.isHurried ? path : `${slowClock()}:${path}`
  const argv = {
    bash: [shell.path, '--noprofile', '--rcfile', join(folder, '.bashrc'), '-i'],
    zsh: [shell.path, '-d', '-i'],
    fish: [shell.path, '-i'],
  }[shell.name]
  const terminal = openTerminal([...(sitting.under ?? []), ...argv], {
    cwd: sitting.cwd ?? folder,
    env: { ...env, ...sitting.env, PATH },
    columns: 200,
  })
  let seen = 0
  const nextPrompt = async () => {
    seen += 1
    return vi.waitFor(() => {
      const lines = existsSync(prompts) ? readFileSync(prompts, 'utf8').split('\n') : []
      // What the shell wrote to the terminal before may come later than the file.
      const marks = terminal.shownInAll().split(MARK).length - 1
      if (Math.min(lines.length - 1, marks) < seen) throw new Error(`prompt ${seen} is not there`)
      return lines[seen - 1] ?? ''
    }, DEADLINE)
  }
  const run = (line: string) => {
    terminal.type(`${line}\r`)
    return nextPrompt()
  }
  await nextPrompt()
  return {
    ...terminal,
    folder,
    run,
    async out(line) {
      await run(line)
      return readFileSync(outPath, 'utf8')
    },
  }
}

/**
 * A directory with a `sleep` that makes a minute of the two seconds after which a prompt gives up on
 * recovery. It ends with the process that started it.
 */
function slowClock(): string {
  const folder = tempFolder()
  const sleep = findExecutable('sleep', '/', process.env.PATH)
  const text = `#!/bin/sh
[ "$*" = 2 ] || exec ${sleep} "$@"
n=0
while [ $((n += 1)) -le 600 ] && kill -0 $PPID 2>/dev/null; do ${sleep} 0.1; done
`
  writeFileSync(join(folder, 'sleep'), text, { mode: 0o755 })
  return folder
}

/** Shown after each note of a prompt; terminals ignore it. */
const MARK = '\x1b]1338;prompt\x07'
const SHOW_MARK = "builtin printf '\\033]1338;prompt\\007' >/dev/tty"

/** The last thing before each prompt is a note of the status that the prompt finds. */
function writeRc({ name, word }: PromptShell, folder: string, rc: string, prompts: string): void {
  const file = word(prompts)
  const { path, note } = {
    bash: {
      path: '.bashrc',
      note: `_note() { local s=$?; builtin printf '%s\\n' "$s" >>${file}; ${SHOW_MARK}; return $s; }
       if (set -- "\${PROMPT_COMMAND[@]-}"; [[ $# -gt 1 ]]); then PROMPT_COMMAND+=('_note && :')
       else PROMPT_COMMAND=\${PROMPT_COMMAND-}$'\\n_note && :'; fi; PS1='ready> '`,
    },
    zsh: {
      path: '.zshrc',
      note: `_note() { builtin printf '%s\\n' "$?" >>|${file}; ${SHOW_MARK}; }
       precmd_functions+=(_note); PROMPT='ready> '; unsetopt prompt_sp`,
    },
    fish: {
      path: '.config/fish/config.fish',
      note: `function _note --on-event fish_prompt; echo $status >>${file}; ${SHOW_MARK}; end
       function fish_prompt; echo -n 'ready> '; end; function fish_greeting; end`,
    },
  }[name]
  mkdirSync(join(folder, '.config/fish'), { recursive: true })
  // Where it is missing, fish makes it from all manual pages, in the background.
  mkdirSync(join(folder, '.local/share/fish/generated_completions'), { recursive: true })
  writeFileSync(join(folder, path), `${rc}\n${note}\n`)
}
