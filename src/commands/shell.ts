/** `flow shell bash|zsh|fish`: print the line for a shell's rc file. */
import { basename, join } from 'node:path'
import { FlowError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { homePaths } from '../session/layout.ts'
import { refuseLinkedFolders } from '../session/own-folders.ts'
import { ensureResident, readOwnFile } from '../session/resident-copy.ts'
import { ensureFolder, ensureHome, writeState } from '../session/state-file.ts'
import { fishWord, shellWord } from '../shell-word.ts'
import { stateHome } from '../state-home.ts'
import { VERSION } from '../version.ts'
import { say } from './say-session.ts'

export interface ShellOptions {
  /** Undefined: none was typed. */
  readonly name: ShellName | undefined
  /** flow's own package, absolute. */
  readonly packageFolder: string
}

/** Where a person puts the line, and how a shell reads a file. */
const SHELLS = {
  bash: { rcFile: '~/.bashrc', word: shellWord, read: sourceBash },
  zsh: { rcFile: '~/.zshrc', word: shellWord, read: sourceZsh },
  fish: { rcFile: '~/.config/fish/config.fish', word: fishWord, read: sourceFish },
} as const

export type ShellName = keyof typeof SHELLS

/**
 * Brings `<home>/shell/` up to date for this shell, with the paths that recovery starts from baked in,
 * and prints the line that reads it from there. A line instead of the whole, so that a later version
 * of flow need not be put into the rc file again; and no `eval "$(flow …)"`, which would start node
 * with every shell.
 * @returns the exit code: 0
 * @throws FlowError E_USAGE (exit code 2), E_FLOW_HOME, E_PACKAGE, E_STATE_*
 */
export function shell(ports: Ports, { name, packageFolder }: ShellOptions): number {
  const { environment } = ports
  if (name === undefined) throw noShell(environment.variables.SHELL)
  const home = stateHome(environment)
  const { shellFolder } = homePaths(home)
  ensureHome(ports, home)
  refuseLinkedFolders(ports, home, [shellFolder])
  ensureFolder(ports, shellFolder)
  const resident = ensureResident(ports, home, packageFolder, VERSION)
  const template = (file: string) =>
    readOwnFile(ports, join(packageFolder, 'templates/shell', file)).toString('utf8')
  writeState(ports, join(shellFolder, 'recover.sh'), template('recover.sh'))

  const { word, rcFile } = SHELLS[name]
  const path = join(shellFolder, `flow.${name}`)
  const paths = { home, node: environment.nodePath, resident }
  writeState(ports, path, bakeIn(template(`flow.${name}`), paths, word))

  const isUsual = home === join(environment.homeFolder, '.sylphx-flow')
  // The same line then serves every machine that shares its rc files.
  const written = isUsual ? `"$HOME/.sylphx-flow/shell/flow.${name}"` : word(path)
  environment.print(`${rcLine(name, written)}\n`)
  if (environment.stdoutIsTty) {
    say(ports, `put that line into ${rcFile}: flow shell ${name} >> ${rcFile}`)
  }
  return 0
}

/** Fills in the lines of a template that say `_flow_home=''`, or in fish `set -g _flow_home ''`. */
export function bakeIn(
  template: string,
  paths: Readonly<Record<'home' | 'node' | 'resident', string>>,
  word: (text: string) => string,
): string {
  return template.replaceAll(
    /^((?:set -g )?_flow_(home|node|resident)[= ])''$/gm,
    (_, start: string, name: keyof typeof paths) => start + word(paths[name]),
  )
}

/** The line that reads the file by this word; nothing happens where it is gone. */
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

function noShell(variable: string | undefined): FlowError {
  const names = Object.keys(SHELLS)
  const own = basename(variable ?? '')
  return new FlowError({
    code: 'E_USAGE',
    what: 'shell needs SHELL: bash, zsh, fish',
    why: 'each has a line of its own, and from here nobody sees which one you type in',
    kept: 'nothing was started, nothing was changed',
    next: names.includes(own)
      ? `flow shell ${own}   # your login shell, by $SHELL`
      : names.map((one) => `flow shell ${one}`).join('\n'),
    exitCode: 2,
  })
}
