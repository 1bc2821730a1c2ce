import { parseArgs } from 'node:util'
import { didYouMean } from '../config/nearest-name.ts'
import { FlowError } from '../errors.ts'
import { shellWord } from '../shell-word.ts'
import {
  type ArgumentWords,
  COMMAND_NAMES,
  type COMMANDS,
  type CommandName,
  VISIBLE_NAMES,
  wordsOf,
} from './definition.ts'

type OptionsIn<Words> = Words extends { options: infer Options } ? Options : never

/** What was typed for one command. */
export interface Call<Name extends CommandName = CommandName> {
  readonly name: Name
  readonly options: {
    readonly [Option in keyof OptionsIn<(typeof COMMANDS)[Name]>]: OptionsIn<
      (typeof COMMANDS)[Name]
    >[Option] extends { value: string }
      ? string | undefined
      : boolean
  }
  /** The command's one argument. */
  readonly argument: string | undefined
  /** What stands after the first `--`, to the letter; null: there is no `--`. */
  readonly rest: readonly string[] | null
}

export type Parsed =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'help'; readonly command: CommandName | null }
  | { readonly kind: 'version' }

/**
 * @param args what was typed behind `flow`
 * @throws FlowError E_USAGE (exit code 2)
 */
export function parseCommandLine(args: readonly string[]): Parsed {
  const { own, rest } = splitAtDashes(args)
  const isHelp = asksForHelp(args)
  const at = own.findIndex((word) => !isOption(word))
  const typed = own[at]
  if (typed === undefined) {
    if (!isHelp && own.some((word) => ['--version', '-v', '-V'].includes(word))) {
      return { kind: 'version' }
    }
    const [unknown] = own.filter((word) => word !== '--help' && word !== '-h')
    if (unknown !== undefined) throw unknownBeforeCommand(unknown)
    if (rest !== null && !isHelp) throw commandMissing()
    return { kind: 'help', command: null }
  }
  const name = commandNamed(typed)
  if (isHelp && name !== 'help') return { kind: 'help', command: name }
  const call = callOf(name, own.toSpliced(at, 1), rest)
  if (name !== 'help') return { kind: 'call', call }
  const { argument } = call
  return { kind: 'help', command: argument === undefined ? null : commandNamed(argument) }
}

/** True when the page of `--help` is wanted, whatever else is typed. */
export function asksForHelp(args: readonly string[]): boolean {
  const { own } = splitAtDashes(args)
  return own.includes('--help') || own.includes('-h')
}

/** What stands after the first `--` belongs to the agent: no parser sees it. */
function splitAtDashes(args: readonly string[]) {
  const end = args.indexOf('--')
  return end === -1
    ? { own: args, rest: null }
    : { own: args.slice(0, end), rest: args.slice(end + 1) }
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-'
}

function commandNamed(typed: string): CommandName {
  const name = COMMAND_NAMES.find((one) => one === typed)
  if (name !== undefined) return name
  throw usage(
    `there is no command "${typed}"${didYouMean(typed, VISIBLE_NAMES)}`,
    `flow has ${VISIBLE_NAMES.join(', ')}`,
    seeHelp(null),
  )
}

function callOf(name: CommandName, args: string[], rest: Call['rest']): Call {
  const words = wordsOf(name)
  const known = Object.entries(words.options)
  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries([
      ...known.map(([option, { short, value }]) => [
        option,
        { type: value === undefined ? 'boolean' : 'string', ...(short !== undefined && { short }) },
      ]),
      ['help', { type: 'boolean', short: 'h' }],
    ]),
    // Its own errors know neither the nearest name nor what comes next.
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const options: Record<string, boolean | string | undefined> = Object.fromEntries(
    known.map(([option, { value }]) => [option, value === undefined ? false : undefined]),
  )
  const found: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') found.push(token.value)
    if (token.kind !== 'option' || token.name === 'help') continue
    const option = Object.hasOwn(words.options, token.name) ? words.options[token.name] : undefined
    if (option === undefined) throw unknownOption(name, token.rawName)
    options[token.name] =
      option.value === undefined
        ? withoutValue(name, token)
        : withValue(name, option.value, token, options[token.name])
  }
  const argument = argumentOf(name, found, rest)
  if (rest !== null && words.rest === undefined) throw restRefused(name)
  if (words.rest?.startsWith('-- ') && !rest?.length) throw restMissing(name, words.rest)
  return { name, options, argument, rest } as Call
}

interface OptionToken {
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function withoutValue(name: CommandName, { rawName, value }: OptionToken): true {
  if (value === undefined) return true
  throw usage(
    `${rawName} takes no value`,
    `it is on when it is given, and found was ${rawName}=${value}`,
    seeHelp(name),
  )
}

function withValue(
  name: CommandName,
  placeholder: string,
  { rawName, value, inlineValue }: OptionToken,
  before: unknown,
): string {
  // `--last --json`: the next option is no value, unless it is written with `=`.
  if (value === undefined || (!inlineValue && isOption(value))) {
    throw usage(`${rawName} needs a value`, `it is ${rawName} ${placeholder}`, seeHelp(name))
  }
  if (before === undefined) return value
  throw usage(
    `${rawName} is given twice`,
    `as ${String(before)} and as ${value}, and only one of them can count`,
    seeHelp(name),
  )
}

function argumentOf(
  name: CommandName,
  found: readonly string[],
  rest: Call['rest'],
): string | undefined {
  const { argument, rest: takesRest } = wordsOf(name)
  const unused = found.slice(argument === undefined ? 0 : 1)
  if (unused.length > 0) {
    const words = unused.map((word) => `\`${word}\``).join(' ')
    const before = ['flow', name, ...found.slice(0, found.length - unused.length)].join(' ')
    const one = argument === undefined ? 'no argument' : `one argument, ${argument.name}`
    throw usage(
      `${name} does not know what to do with ${words}`,
      takesRest === undefined ? `it takes ${one}` : `what it starts takes its words after --`,
      takesRest === undefined || rest !== null
        ? seeHelp(name)
        : `${before} -- ${unused.map(shellWord).join(' ')}`,
    )
  }
  if (argument?.isRequired && found.length === 0) {
    const words = typeof argument.completes === 'string' ? '' : `: ${argument.completes.join(', ')}`
    throw usage(
      `${name} needs ${argument.name}${words}`,
      `it is \`flow ${name} ${argument.name}\``,
      seeHelp(name),
    )
  }
  const [typed] = found
  if (argument !== undefined && typed !== undefined) checkWord(name, argument, typed)
  return typed
}

function checkWord(name: CommandName, { completes, name: kind }: ArgumentWords, typed: string) {
  if (typeof completes === 'string' || completes.includes(typed)) return
  throw usage(
    `${name} knows no ${kind} "${typed}"${didYouMean(typed, completes)}`,
    `it knows ${completes.join(', ')}`,
    completes.map((word) => `flow ${name} ${word}`).join('\n'),
  )
}

function unknownOption(name: CommandName, typed: string): FlowError {
  const { options, rest } = wordsOf(name)
  const known = Object.keys(options).map((option) => `--${option}`)
  const forAgent =
    rest === undefined ? '' : `what it starts takes its words after --: … -- ${typed} …\n`
  return usage(
    `${name} has no option ${typed}${didYouMean(typed, [...known, '--help'])}`,
    known.length > 0 ? `it has ${known.join(', ')}` : 'it has no options but --help',
    forAgent + seeHelp(name),
  )
}

function unknownBeforeCommand(typed: string): FlowError {
  return usage(
    `flow has no option ${typed}${didYouMean(typed, ['--help', '--version'])}`,
    'without a command it has --help and --version',
    seeHelp(null),
  )
}

function commandMissing(): FlowError {
  return usage(
    'no command stands before --',
    'words after -- are for what `flow run` or `flow exec` starts',
    'flow run -- ARGS…\nflow exec -- CMD [ARGS…]',
  )
}

function restRefused(name: CommandName): FlowError {
  const takers = COMMAND_NAMES.filter((one) => wordsOf(one).rest !== undefined)
  return usage(
    `${name} takes no words after --`,
    `only ${takers.join(' and ')} start something that could read them`,
    seeHelp(name),
  )
}

function restMissing(name: CommandName, rest: string): FlowError {
  return usage(`${name} needs a command`, 'it runs the words after --', `flow ${name} ${rest}`)
}

function seeHelp(command: CommandName | null): string {
  return `\`flow ${command === null ? '' : `${command} `}--help\` shows what there is`
}

function usage(what: string, why: string, next: string): FlowError {
  const kept = 'nothing was started, nothing was changed'
  return new FlowError({ code: 'E_USAGE', what, why, kept, next, exitCode: 2 })
}
