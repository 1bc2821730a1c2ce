/** `flow completion bash|zsh|fish`: print the script that completes flow's command line. */
import { join } from 'node:path'
import { completionTable } from '../command-line/completion.ts'
import type { Ports } from '../ports/ports.ts'
import { fishWord, shellWord } from '../shell-word.ts'
import { say } from './say-session.ts'

/** Where each shell looks for it by itself, but for zsh, which has no such folder of a person's. */
const SHELLS = {
  bash: { word: shellWord, file: '~/.local/share/bash-completion/completions/flow' },
  zsh: {
    word: shellWord,
    file: '~/.flow-completion.zsh   # and in ~/.zshrc: . ~/.flow-completion.zsh',
  },
  fish: { word: fishWord, file: '~/.config/fish/conf.d/flow-completion.fish' },
} as const

export type CompletedShell = keyof typeof SHELLS

export interface CompletionOptions {
  readonly shell: CompletedShell
  /** flow's own package, absolute. */
  readonly packageFolder: string
}

/**
 * The names of agents and sessions are asked of this very flow, by absolute paths: what is on PATH
 * where Tab is pressed may be somebody else's.
 * @returns the exit code: 0
 */
export function completion(ports: Ports, { shell, packageFolder }: CompletionOptions): number {
  const { environment, fs } = ports
  const { word, file } = SHELLS[shell]
  const template = fs.readFile(join(packageFolder, 'templates/completion', `flow.${shell}`))
  const values: Record<string, string> = {
    node: environment.nodePath,
    script: environment.scriptPath,
    table: completionTable(),
  }
  // The lines that say `_flow_tab_node=''`, or in fish `set -g _flow_tab_node ''`.
  const filled = template
    .toString('utf8')
    .replaceAll(
      /^((?:set -g )?_flow_tab_(node|script|table)[= ])''$/gm,
      (_, start: string, name: string) => start + word(values[name] ?? ''),
    )
  environment.print(filled)
  if (environment.stdoutIsTty) say(ports, `to keep it: flow completion ${shell} > ${file}`)
  return 0
}
