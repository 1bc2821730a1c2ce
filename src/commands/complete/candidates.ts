/** What completion offers for the last of the words that were typed after `flow`. */
import {
  type Arg,
  argsOf,
  type CommandDefinition,
  HELP,
  HELP_COMMAND,
  longFlag,
  splitAtDashes,
  VERSION,
} from '../../command-line/definition.ts'

export interface Candidate {
  readonly word: string
  readonly description: string
}

/** `files`, `command` (all that follows `--`): the shell itself completes them. */
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
  const valuesOf = async ({ values = [] }: Pick<Arg, 'values'>): Promise<Completion> => {
    if (values === 'agents' || values === 'sessions') return lookUp(values, typed)
    if (typeof values === 'string') return values
    return begun(values.map((word) => ({ word, description: '' })))
  }
  const visible = Object.entries(commands).filter(([, { meta }]) => !meta.isHidden)
  const names = visible.map(([word, { meta }]) => ({ word, description: meta.summary }))
  if (name === undefined) {
    const help = { word: 'help', description: HELP_COMMAND.description }
    return begun(typed.startsWith('-') ? [flag(HELP), flag(VERSION)] : [...names, help])
  }
  if (name === 'help') return begun(given.length === 0 ? names : [flag(HELP)])
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) return []
  if (rest !== null) return valuesOf(argsOf(command, 'rest')[0] ?? {})
  const options = argsOf(command, 'option')
  // The value of an option is being typed.
  if (options.some(({ usage }) => usage.includes(`${own.at(-1)} <`))) return []
  const positional = argsOf(command, 'positional')[given.length]
  if (positional?.values !== undefined && !typed.startsWith('-')) return valuesOf(positional)
  return begun([...options, HELP].map(flag))
}

function flag(option: Arg): Candidate {
  return { word: longFlag(option), description: option.description }
}
