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

export interface SnippetPaths {
  /** The state home. */
  readonly home: string
  readonly node: string
  /** The copy of flow that recovery starts where a session recorded none. */
  readonly resident: string
}

export function snippetPath(home: string, name: ShellName): string {
  return join(homePaths(home).shellFolder, `flow.${name}`)
}

/** What the snippets of all shells start when something is pending. */
export function recoverPath(home: string): string {
  return join(homePaths(home).shellFolder, 'recover.sh')
}

/** @throws FlowError E_PACKAGE */
export function snippetText(
  ports: Ports,
  packageFolder: string,
  name: ShellName,
  paths: SnippetPaths,
): string {
  return bakeIn(shellTemplate(ports, packageFolder, `flow.${name}`), paths, SHELLS[name].word)
}

/** @throws FlowError E_PACKAGE */
export function shellTemplate(ports: Ports, packageFolder: string, file: string): string {
  return readOwnFile(ports, join(packageFolder, 'templates/shell', file)).toString('utf8')
}

/** A line of a template that says `_flow_home=''`, or in fish `set -g _flow_home ''`. */
const BAKED = /^((?:set -g )?_flow_(home|node|resident)[= ])(.*)$/gm

/** Fills in the three empty lines of a template. */
export function bakeIn(
  template: string,
  paths: SnippetPaths,
  word: (text: string) => string,
): string {
  return template.replaceAll(
    BAKED,
    (line: string, start: string, name: keyof SnippetPaths, value: string) =>
      value === "''" ? start + word(paths[name]) : line,
  )
}

/** The opposite: the template that a snippet was made from. */
export function bakeOut(snippet: string): string {
  return snippet.replaceAll(BAKED, "$1''")
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
