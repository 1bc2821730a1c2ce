/** What completion offers for the last of the words that were typed after `flow`. */
import {
  argsOf,
  type CommandDefinition,
  longFlag,
  splitAtDashes,
} from '../../command-line/definition.ts'

export interface Candidate {
  readonly word: string
  readonly description: string
}

/** `command`, `files`: the shell itself completes what follows `--`. */
export type Completion = readonly Candidate[] | 'command' | 'files'

/**
 * In the order in which they are to be shown.
 * @param lookUp finds the names that begin with what is typed
 */
export async function completionOf(
  words: readonly string[],
  commands: Readonly<Record<string, CommandDefinition>>,
  lookUp: (what: 'agents' | 'sessions', typed: string) => Promise<readonly Candidate[]>,
): Promise<Completion> {
  const typed = words.at(-1) ?? ''
  const { own, rest } = splitAtDashes(words.slice(0, -1))
  const [name, ...given] = own.filter((word) => !word.startsWith('-'))
  const begun = (candidates: readonly Candidate[]) =>
    candidates.filter(({ word }) => word.startsWith(typed) && !own.includes(word))
  const visible = Object.entries(commands).filter(([, { meta }]) => !meta.isHidden)
  const names = visible.map(([word, { meta }]) => ({ word, description: meta.summary }))
  if (name === undefined)
    return begun(typed.startsWith('-') ? [HELP, VERSION] : [...names, HELP_COMMAND])
  if (name === HELP_COMMAND.word) return begun(given.length === 0 ? names : [HELP])
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) return []
  const [restArg] = argsOf(command, 'rest')
  if (rest !== null)
    return restArg?.values === 'command' || restArg?.values === 'files' ? restArg.values : []
  const options = argsOf(command, 'option')
  const previous = own.at(-1) ?? ''
  if (options.some(({ usage }) => usage.includes(`${previous} <`))) return []
  const values = argsOf(command, 'positional')[given.length]?.values
  if (!typed.startsWith('-')) {
    if (values === 'agents' || values === 'sessions') return lookUp(values, typed)
    if (typeof values === 'object') return begun(values.map((word) => ({ word, description: '' })))
  }
  return begun([
    ...options.map((arg) => ({ word: longFlag(arg), description: arg.description })),
    HELP,
  ])
}

const HELP = { word: '--help', description: 'Print this page' }
const VERSION = { word: '--version', description: 'Print the version' }
const HELP_COMMAND = { word: 'help', description: 'Print the page of a command' }
