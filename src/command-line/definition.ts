/** A command as data: parsing, help, completion and docs/COMMANDS.md are made from it. */

export interface CommandDefinition {
  readonly meta: Meta
  readonly args: Args
}

export interface Meta {
  /** For the list of commands: at most 48 characters. */
  readonly summary: string
  readonly description: string
  /** Lines to type; a `#` starts a comment. The help page ends with them. */
  readonly examples: readonly string[]
  /** Called by programs: not listed, completed or suggested. */
  readonly isHidden?: boolean
}

/** By key: the key `dryRun` belongs to `--dry-run`. */
export type Args = Readonly<Record<string, Arg>>

export interface Arg {
  /** `<SESSION>`, `[AGENT]`, `-q, --quiet`, `--limit <N>`; `[-- ARGS…]`: all after the first `--`, unchanged. */
  readonly usage: string
  readonly description: string
  /** The values that are accepted, or that completion finds. */
  readonly values?: readonly string[] | 'agents' | 'sessions' | 'command' | 'files'
  /** Of what follows `--`, for a word that was typed before it: `to pass % to the agent`. */
  readonly purpose?: string
}

/** The values that were typed, by the keys of the arguments. */
export type Values<A extends Args = Args> = { readonly [Key in keyof A]: Value<A[Key]> }

type Value<A extends Arg> = A['usage'] extends `-- ${string}` | `[-- ${string}`
  ? readonly string[]
  : A['usage'] extends `<${string}`
    ? Text<A>
    : A['usage'] extends `[${string}` | `${string}<${string}`
      ? Text<A> | undefined
      : boolean

type Text<A extends Arg> = A extends { readonly values: readonly (infer Word)[] } ? Word : string

/** What Commander itself brings along. */
export const HELP = { usage: '-h, --help', description: 'Print this page' }
export const VERSION = { usage: '-v, --version', description: 'Print the version' }
export const HELP_COMMAND = { usage: 'help [COMMAND]', description: 'Print the page of a command' }

export type ArgKind = 'positional' | 'option' | 'rest'

export function kindOf({ usage }: Arg): ArgKind {
  if (/^\[?-- /.test(usage)) return 'rest'
  return usage.startsWith('-') ? 'option' : 'positional'
}

export function argsOf({ args }: CommandDefinition, kind: ArgKind): Arg[] {
  return Object.values(args).filter((arg) => kindOf(arg) === kind)
}

/** `--quiet` for `-q, --quiet`. */
export function longFlag({ usage }: Arg): string {
  return /--[\w-]+/.exec(usage)?.[0] ?? usage
}

export interface Typed {
  readonly own: readonly string[]
  /** What is after the first `--`, which no parser sees; null: there is no `--`. */
  readonly rest: readonly string[] | null
}

export function splitAtDashes(words: readonly string[]): Typed {
  const end = words.indexOf('--')
  return end === -1
    ? { own: words, rest: null }
    : { own: words.slice(0, end), rest: words.slice(end + 1) }
}
