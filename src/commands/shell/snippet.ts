/** What a prompt reads of flow's: its place in the state home, its text, and the line of an rc file. */
import { join } from 'node:path'
import type { Environment } from '../../ports/environment.ts'
import type { Ports } from '../../ports/ports.ts'
import { homePaths } from '../../session/layout.ts'
import { readOwnFile } from '../../session/runtime-copy.ts'
import { fishWord, shellWord } from '../../shell-word.ts'

/** Where a person puts the line, and how a shell reads a file. */
export const SHELLS = {
  bash: { rcFile: '~/.bashrc', word: shellWord, read: sourceBash },
  zsh: { rcFile: '~/.zshrc', word: shellWord, read: sourceZsh },
  fish: { rcFile: '~/.config/fish/config.fish', word: fishWord, read: sourceFish },
} as const

export type ShellName = keyof typeof SHELLS

export const SHELL_NAMES = Object.keys(SHELLS) as ShellName[]

export function snippetPath(home: string, name: ShellName): string {
  return join(homePaths(home).shellFolder, `flow.${name}`)
}

/** @throws FlowError E_PACKAGE */
export function snippetText(ports: Ports, packageFolder: string, name: ShellName): string {
  return readOwnFile(ports, join(packageFolder, `templates/shell/flow.${name}`)).toString('utf8')
}

/** The line for the rc file; nothing happens where the file that it reads is gone. */
export function rcLineFor(environment: Environment, home: string, name: ShellName): string {
  // The same line then serves every machine that shares its rc files.
  const written = isUsualHome(environment, home)
    ? `"$HOME/.sylphx-flow/shell/flow.${name}"`
    : SHELLS[name].word(snippetPath(home, name))
  return rcLine(name, written)
}

export function isUsualHome({ homeFolder }: Environment, home: string): boolean {
  return home === join(homeFolder, '.sylphx-flow')
}

/** The line that reads the file by this word. */
export function rcLine(name: ShellName, word: string): string {
  return `${SHELLS[name].read(word)} # flow`
}

function sourceBash(word: string): string {
  return `[ ! -r ${word} ] || . ${word} || :`
}

/** In zsh's own syntax, whatever the options say: under SH_GLOB it could not be parsed. */
function sourceZsh(word: string): string {
  return `[ ! -r ${word} ] || emulate zsh -c ${shellWord(`. ${word}`)} || :`
}

function sourceFish(word: string): string {
  return `test -r ${word}; and source ${word}`
}
