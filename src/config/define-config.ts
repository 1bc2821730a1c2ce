/**
 * The types of a configuration that is a program. They import nothing, so that the package's declarations need
 * no other package; a test compiles every key of the schema against them.
 */

/** Everything that a configuration may contain. What is left out, or undefined, has its default. */
export interface UserConfig {
  /** The agent that `flow run` starts when none is named. Default: `claude`. */
  readonly agent?: string | undefined
  /** Agents by name, beside the built-in `claude`; a key given for `claude` changes that key alone. */
  readonly agents?: Readonly<Record<string, UserAgent>> | undefined
  /** What an agent gets at its start, relative to the project root. */
  readonly memory?:
    | {
        /** Default: `MEMORY.md`; false: none. */
        readonly file?: string | false | undefined
        /** Directory of the daily logs YYYY-MM-DD.md. Default: `memory`; false: none. */
        readonly logs?: string | false | undefined
        /** Which other agents are at work in this repository. Default: true. */
        readonly sessions?: boolean | undefined
      }
    | undefined
  /** A notification when an agent waits for the user. Default: true. */
  readonly notifications?:
    | boolean
    | {
        /** A program of your own. `{title}` and `{message}` in its arguments are filled in. */
        readonly command?: Command | undefined
        /** Seconds in which a session shows the same text once. Default: 30. */
        readonly repeatAfter?: number | undefined
      }
    | undefined
  /** The team's own hook groups by event, in the agent's own schema. */
  readonly hooks?: Readonly<Record<string, readonly UserHookGroup[]>> | undefined
  /** JSON files with more of them, `{"hooks": {…}}`, relative to the project root. */
  readonly templates?: readonly string[] | undefined
  /** What is kept of ended sessions. */
  readonly history?:
    | {
        /** How many are remembered. Default: 50. */
        readonly sessions?: number | undefined
        /** For how many of them the original bytes are kept. Default: 5. */
        readonly snapshots?: number | undefined
      }
    | undefined
}

/** The executable, or a list of it and its first arguments. No shell reads it. */
type Command = string | readonly string[]

export type UserAgent = {
  /** Whose settings the hooks are merged into. Default: `claude`. */
  readonly target?: string | undefined
  /** How to install it, shown when the executable or the script is missing. */
  readonly install?: string | undefined
  /** Added to the agent's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined
} & (
  | { readonly command?: Command | undefined; readonly script?: undefined }
  /** A zx script in place of `command`, relative to the project root. */
  | { readonly script: string; readonly command?: undefined }
)

/** Keys of the agent's own that are not listed here are passed on. */
export interface UserHookGroup {
  /** Which tools or occasions it is for; without it, all. */
  readonly matcher?: string | undefined
  readonly hooks: readonly {
    /** `command` runs `command`. */
    readonly type: string
    readonly command?: string | undefined
    /** With it `command` is an executable, and no shell reads these arguments. */
    readonly args?: readonly string[] | undefined
    /** Seconds after which the agent ends it. */
    readonly timeout?: number | undefined
    readonly [key: string]: unknown
  }[]
  readonly [key: string]: unknown
}

/**
 * For `.flowrc.js`, `.flowrc.ts`, `flow.config.*` and the like: gives `config` back as it is, typed, so that an
 * editor completes its keys and a compiler reports a wrong one. flow checks the values when it reads the file.
 */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}
