/** The lines in a person's rc files that lead to flow. The files are read, and never written. */
import { isAbsolute, join } from 'node:path'
import { explain, isErrno, isSystemError } from '../../errors.ts'
import type { Environment } from '../../ports/environment.ts'
import type { Ports } from '../../ports/ports.ts'
import { shellWord } from '../../shell-word.ts'
import { isUsualHome, rcLineFor, SHELL_NAMES, type ShellName, snippetPath } from './snippet.ts'

export interface RcLine {
  readonly shell: ShellName
  /** Absolute. */
  readonly path: string
  /** Counted from 1. */
  readonly number: number
  /** It runs `flow shell NAME` itself, with every shell that starts. */
  readonly startsFlow: boolean
}

/** Those that read from this state home; a file that is missing or closed to us has none. */
export function findRcLines(ports: Ports, home: string): RcLine[] {
  return SHELL_NAMES.flatMap((shell) =>
    rcFiles(ports.environment, shell).flatMap((path) =>
      rcLinesIn(ports.environment, home, shell, readIfAny(ports, path)).map((line) => {
        ports.log('shell', `${path}:${line.number} leads to flow`)
        return { ...line, shell, path }
      }),
    ),
  )
}

/** Where docs/SHELL.md tells a person to put the line. */
function rcFiles({ homeFolder, variables }: Environment, shell: ShellName): string[] {
  const folder = (name: string, otherwise: string) => variables[name] || otherwise
  const paths = {
    bash: [join(homeFolder, '.bashrc'), join(homeFolder, '.bash_profile')],
    zsh: [join(folder('ZDOTDIR', homeFolder), '.zshrc')],
    fish: [join(folder('XDG_CONFIG_HOME', join(homeFolder, '.config')), 'fish/config.fish')],
  }[shell]
  return paths.filter(isAbsolute)
}

/** Pure. */
export function rcLinesIn(
  environment: Environment,
  home: string,
  shell: ShellName,
  text: string,
): Pick<RcLine, 'number' | 'startsFlow'>[] {
  const usual = ['$HOME', `\${HOME}`, '~'].map(
    (start) => `${start}/.sylphx-flow/shell/flow.${shell}`,
  )
  const own = [
    rcLineFor(environment, home, shell),
    snippetPath(home, shell),
    ...(isUsualHome(environment, home) ? usual : []),
  ]
  const start = new RegExp(`(?<![\\w-])flow(?:-agent)?\\s+shell\\s+${shell}(?![\\w-])`)
  return text.split('\n').flatMap((line, at) => {
    if (line.trimStart().startsWith('#')) return []
    const startsFlow = start.test(line)
    const isOurs = startsFlow || own.some((one) => line.includes(one))
    return isOurs ? [{ number: at + 1, startsFlow }] : []
  })
}

/** As a person names it, as one word of a shell: `~/.bashrc`. */
export function rcWord({ homeFolder }: Environment, path: string): string {
  const start = `${homeFolder}/`
  return path.startsWith(start) ? `~/${shellWord(path.slice(start.length))}` : shellWord(path)
}

function readIfAny({ fs, log }: Ports, path: string): string {
  try {
    // Links are followed: many keep such files elsewhere. A pipe would never end.
    return fs.facts(path).kind === 'file' ? fs.readFile(path).toString('utf8') : ''
  } catch (error) {
    if (!isSystemError(error)) throw error
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) log('shell', `${path}: not read: ${explain(error)}`)
    return ''
  }
}
