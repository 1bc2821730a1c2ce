/** Words -> a command with its values, or a text to print. A mistake is one line. */
import { Argument, Command as Commander, CommanderError } from 'commander'
import { didYouMean, nearestName } from '../config/nearest-name.ts'
import { FlowError } from '../errors.ts'
import { shellWord } from '../shell-word.ts'
import {
  argsOf,
  type CommandDefinition,
  HELP,
  HELP_COMMAND,
  kindOf,
  longFlag,
  splitAtDashes,
  type Typed,
  type Values,
  VERSION,
} from './definition.ts'
import { type PageStyle, pageOf } from './page.ts'

/** Name -> what loads the command. */
export type Commands<C> = Readonly<Record<string, () => Promise<C>>>

export type Parsed<C> =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly command: C; readonly values: Values }

/**
 * Loads the command that is named; without a name, or with an unknown one, all of them.
 * @param words what was typed after `flow`
 * @throws FlowError E_USAGE (exit code 2), one line
 */
export async function parseCommandLine<C extends CommandDefinition>(
  words: readonly string[],
  commands: Commands<C>,
  style: PageStyle,
): Promise<Parsed<C>> {
  const { own, rest } = splitAtDashes(words)
  const at = own.findIndex((word) => !word.startsWith('-'))
  const name = own[at]
  if (name === undefined) return parseWithoutCommand({ own, rest }, await loadAll(commands), style)
  const typed = { own: own.toSpliced(at, 1), rest }
  if (name === 'help') return parseCommandLine([...typed.own, '--help'], commands, style)
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) throw unknownCommand(name, await loadAll(commands))
  return parseCall(name, await load(), typed, style)
}

export async function loadAll<C>(commands: Commands<C>): Promise<Record<string, C>> {
  const loaded = Object.entries(commands).map(async ([name, load]) => [name, await load()] as const)
  return Object.fromEntries(await Promise.all(loaded))
}

function parseWithoutCommand<C extends CommandDefinition>(
  { own, rest }: Typed,
  commands: Record<string, C>,
  style: PageStyle,
): Parsed<C> {
  const description = "Your team's hooks in an AI agent's settings, only while it runs"
  const flow = commanderOf('flow', { meta: { summary: '', description, examples: [] }, args: {} })
    .version(`flow ${style.version}`, VERSION.usage, VERSION.description)
    .helpCommand(HELP_COMMAND.usage, HELP_COMMAND.description)
  for (const [name, command] of Object.entries(commands)) {
    flow.addCommand(commanderOf(name, command), { hidden: command.meta.isHidden === true })
  }
  const [flag] = own
  if (flag === undefined && rest !== null) {
    throw usage('no command before --: flow run -- ARGS…; flow exec -- CMD [ARGS…]')
  }
  const words = own.map((word) => (word === '-V' ? '-v' : word))
  const stop = parse(flow, flag === undefined ? ['--help'] : words)
  if (stop?.code === 'commander.version') return { kind: 'text', text: `${stop.message}\n` }
  if (stop?.exitCode === 0) return { kind: 'text', text: pageOf(flow, [], style) }
  throw usage(`unknown option "${flag}"${didYouMean(flag ?? '', ['--help', '--version'])}`)
}

function parseCall<C extends CommandDefinition>(
  name: string,
  command: C,
  typed: Typed,
  style: PageStyle,
): Parsed<C> {
  const commander = commanderOf(name, command)
  const stop = parse(commander, typed.own)
  if (stop?.exitCode === 0) {
    return { kind: 'text', text: pageOf(commander, command.meta.examples, style) }
  }
  if (stop !== null && NOT_TAKEN.includes(stop.code)) throw notTaken(name, command, typed)
  if (stop !== null) throw usage(stop.message.replace(/^error: /, '').replaceAll("'", '"'))
  const [restArg] = argsOf(command, 'rest')
  if (typed.rest !== null && !restArg) throw usage(`${name} takes nothing after --`)
  if (restArg?.usage.startsWith('-- ') && !typed.rest?.length) {
    throw usage(`${name} needs a command: flow ${name} ${restArg.usage}`)
  }
  const options = commander.opts()
  const positionals: unknown[] = [...commander.processedArgs]
  const values = Object.entries(command.args).map(([key, arg]) => {
    if (kindOf(arg) === 'rest') return [key, typed.rest ?? []]
    if (kindOf(arg) === 'positional') return [key, positionals.shift()]
    return [key, options[key] ?? (arg.usage.endsWith('>') ? undefined : false)]
  })
  return { kind: 'call', command, values: Object.fromEntries(values) }
}

/** It prints nothing, and throws instead of exiting. */
function commanderOf(name: string, definition: CommandDefinition): Commander {
  const { summary, description } = definition.meta
  const commander = new Commander(name).summary(summary).description(description)
  commander.exitOverride().allowExcessArguments(false).helpOption(HELP.usage, HELP.description)
  commander.configureOutput({ writeOut: () => undefined, outputError: () => undefined })
  for (const { usage, description, values } of argsOf(definition, 'positional')) {
    const argument = new Argument(usage, description)
    if (typeof values === 'object') argument.choices(values).argParser(oneOf(usage, values))
    commander.addArgument(argument)
  }
  for (const { usage, description } of argsOf(definition, 'option')) {
    commander.option(usage, description)
  }
  const [rest] = argsOf(definition, 'rest')
  return rest === undefined ? commander : commander.usage(`${commander.usage()} ${rest.usage}`)
}

function oneOf(shown: string, values: readonly string[]) {
  return (value: string) => {
    if (values.includes(value)) return value
    const known = `${shown.slice(1, -1)} is one of ${values.join(', ')}`
    throw usage(`${known}, not "${value}"${didYouMean(value, values)}`)
  }
}

/** What stopped it: with exit code 0 help or the version, else a mistake; null: nothing. */
function parse(commander: Commander, words: readonly string[]): CommanderError | null {
  try {
    commander.parse(words, { from: 'user' })
    return null
  } catch (error) {
    if (error instanceof CommanderError) return error
    throw error
  }
}

const NOT_TAKEN = ['commander.unknownOption', 'commander.excessArguments']

/** With the corrected command where the word belongs after `--`. */
function notTaken(name: string, command: CommandDefinition, { own, rest }: Typed): FlowError {
  // The last word of the shortest beginning that is wrong.
  const at = own.findIndex((_, last) => {
    const stop = parse(commanderOf(name, command), own.slice(0, last + 1))
    return stop !== null && NOT_TAKEN.includes(stop.code)
  })
  const { unknown } = commanderOf(name, command).parseOptions(own.slice(0, at + 1))
  const [word = ''] = [...unknown, ...own.slice(at)]
  const known = [...argsOf(command, 'option').map(longFlag), '--help']
  const [flag = ''] = word.split('=')
  const [{ usage: restUsage = '', purpose } = {}] = argsOf(command, 'rest')
  if (purpose !== undefined && !(word.startsWith('--') && nearestName(flag, known))) {
    // What follows the name of a program belongs to that program.
    const isOwn = (one: string, index: number) =>
      index < at || (restUsage.startsWith('[') && known.includes(one))
    const others = own.filter((one, index) => !isOwn(one, index))
    const words = ['flow', name, ...own.filter(isOwn), '--', ...others, ...(rest ?? [])]
    return usage(`${purpose.replace('%', () => word)}: ${words.map(shellWord).join(' ')}`)
  }
  return usage(
    unknown.length > 0
      ? `unknown option "${word}"${didYouMean(flag, known)}`
      : `unexpected argument "${word}"`,
  )
}

/** What other tools call it. */
const SYNONYMS: Readonly<Record<string, string>> = {
  install: 'init',
  setup: 'init',
  remove: 'uninstall',
  start: 'run',
}

function unknownCommand(name: string, commands: Record<string, CommandDefinition>): FlowError {
  const meant = Object.hasOwn(SYNONYMS, name) ? SYNONYMS[name] : undefined
  if (meant !== undefined) return usage(`unknown command "${name}" (did you mean "${meant}"?)`)
  const visible = Object.keys(commands).filter((known) => !commands[known]?.meta.isHidden)
  return usage(`unknown command "${name}"${didYouMean(name, [...visible, 'help'])}`)
}

function usage(what: string): FlowError {
  return new FlowError({ code: 'E_USAGE', what, exitCode: 2 })
}
