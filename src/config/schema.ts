/**
 * What a configuration may say: one definition for the check, the defaults, the types and the JSON
 * Schema that editors read.
 *
 * Long for one file: a key, its words and its default stand in one place only as long as all do.
 */

import * as v from 'valibot'
import type { JsonObject } from '../json.ts'
import { check, described, object, record, recordWith } from './check.ts'
import { isObject } from './json-value.ts'
import { nearestName } from './nearest-name.ts'

export type AgentConfig = AgentSettings & (ProgramAgent | ScriptAgent)

interface ProgramAgent {
  /** Argument vector; the first word is the executable, by name or path. */
  readonly command: readonly string[]
  readonly script?: undefined
}

interface ScriptAgent {
  /** Path of a zx script, relative to the project root. */
  readonly script: string
  readonly command?: undefined
}

interface AgentSettings {
  /** Whose settings the hooks are merged into: a name that `targetNamed` knows. */
  readonly target: string
  /** How to install it, shown when it is missing. */
  readonly install?: string | undefined
  /** Added to the agent's environment. */
  readonly env: Readonly<Record<string, string>>
}

/** Hook groups per event, in the target's own schema. */
export type HookGroups = Readonly<Record<string, JsonObject[]>>

export interface FlowConfig {
  /** Which one `flow run` starts without a name. */
  readonly agent: string
  readonly agents: Readonly<Record<string, AgentConfig>>
  /** What an agent reads when it starts, relative to the project root with `/`; false: nothing. */
  readonly memory: {
    readonly file: string | false
    readonly logs: string | false
    /** Whether it is told of the others that are at work in the repository. */
    readonly sessions: boolean
  }
  /** Whether and how a person hears that an agent waits. */
  readonly notifications: boolean | NotificationsConfig
  readonly hooks: HookGroups
  /** Files with more hooks, relative to the project root. */
  readonly templates: readonly string[]
  /** How many ended sessions are remembered, and for how many the original bytes are kept. */
  readonly history: { readonly sessions: number; readonly snapshots: number }
}

export interface NotificationsConfig {
  /** A program of the person's own, by argument vector; it comes before the desktop. */
  readonly command?: readonly string[] | undefined
  /** Seconds in which a session shows the same text once. */
  readonly repeatAfter: number
}

/** The team's hooks that one file names. */
export interface HookFile {
  readonly file: string
  readonly hooks: HookGroups
}

/**
 * @param file named in the error
 * @throws FlowError E_CONFIG with every problem, one a line
 */
export function parseConfig(value: unknown, file: string): FlowConfig {
  const config = check(CONFIG_SCHEMA, value, file, notUsable(file))
  const { $schema: _, ...rest } = config
  // Loose objects have looser types than what has been checked.
  return rest as FlowConfig
}

/**
 * Checks a file that lies over another one: an agent in it may be named there.
 * @throws FlowError E_CONFIG with every problem, one a line
 */
export function checkLocal(value: unknown, file: string): void {
  check(LOCAL_SCHEMA, value, file, notUsable(file))
}

/** @throws FlowError E_CONFIG with every problem, one a line */
export function parseTemplate(value: unknown, file: string): HookFile {
  const { hooks } = check(TEMPLATE_SCHEMA, value, file, `the hook template ${file} is not usable`)
  return { file, hooks: hooks as HookGroups }
}

function notUsable(file: string): string {
  return `the configuration in ${file} is not usable`
}

const BUILT_IN_CLAUDE = {
  command: ['claude'],
  install: 'npm install -g @anthropic-ai/claude-code',
}

export const AGENT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

// Regular expressions, not functions, so that editors check the same. Windows' absolute paths, too.
const RELATIVE = /^(?![\\/]|[A-Za-z]:)/
const RELATIVE_MODULE = /^(?![\\/]|[A-Za-z]:)[^\r\n]+\.[cm]?js$/
const INSIDE = /^(?![\\/]|[A-Za-z]:|(?:[^\r\n]*[\\/])?\.\.(?:[\\/]|$))[^\r\n]+$/

const A_NAME = 'a name of letters, digits, `.`, `_` and `-`'

const agentName = v.pipe(v.string('a name'), v.regex(AGENT_NAME, A_NAME))

const text = v.pipe(v.string('text'), v.nonEmpty('text'))

const command = v.pipe(
  v.union(
    [
      v.pipe(v.string(), v.regex(/^\S+$/, 'one word (for more than one, a list of words)')),
      v.pipe(
        v.array(v.string('a word')),
        v.metadata({ minItems: 1 }),
        v.check(
          ([first]) => first !== undefined && first !== '',
          'a list that begins with an executable',
        ),
      ),
    ],
    'an executable, or a list of words that begins with one',
  ),
  v.transform((words) => (typeof words === 'string' ? [words] : words)),
)

const script = v.pipe(
  v.string('a path'),
  v.regex(RELATIVE_MODULE, 'the relative path of a .mjs, .js or .cjs file'),
)

const pathInProject = v.union(
  [
    v.pipe(v.string(), v.regex(INSIDE, 'a path inside the project, without `..`')),
    v.literal(false),
  ],
  'a path inside the project, or false',
)

const count = v.pipe(
  v.number('a whole number, 0 or more'),
  v.integer('a whole number, 0 or more'),
  v.minValue(0, 'a whole number, 0 or more'),
)

const agentEntries = {
  command: described(
    v.optional(command),
    'The executable, or a list: the executable and its first arguments. No shell reads it.',
    ['claude', ['claude', '--model', 'opus']],
  ),
  script: described(
    v.optional(script),
    'A zx script in place of `command`, relative to this file: it runs in the session, with its arguments in `argv`.',
    ['agents/review.mjs'],
  ),
  target: described(v.optional(text, 'claude'), 'Whose settings the hooks are merged into.'),
  install: described(
    v.optional(text),
    'How to install it, shown when the executable or the script is missing. Without it nothing is shown.',
    ['npm install -g @anthropic-ai/claude-code'],
  ),
  env: described(
    v.optional(record(v.pipe(v.string(), v.regex(/^[^=]+$/, 'a name')), v.string('text')), {}),
    "Added to the agent's environment. Values are text: put numbers in quotes.",
    [{ ANTHROPIC_LOG: 'debug' }],
  ),
}

/** @param counts how many of `command` and `script` there may be */
function agentWith(entries: typeof agentEntries, counts: readonly number[]) {
  return v.pipe(
    object(entries),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!isObject(dataset.value)) return
      const { value } = dataset
      const given = ['command', 'script'].filter((key) => value[key] !== undefined)
      if (counts.includes(given.length)) return
      const found = given.length === 0 ? 'neither' : 'both'
      addIssue({ message: `expected either \`command\` or \`script\`, found ${found}` })
    }),
  )
}

const agent = v.pipe(
  agentWith(agentEntries, [1]),
  v.metadata({
    oneOf: ['command', 'script'].map((key) => ({ required: [key], properties: { [key]: {} } })),
  }),
)

/** For editors: which default holds depends on the keys beside it. */
function withDefault<S extends v.GenericSchema>(schema: S, value: unknown): S {
  return v.pipe(schema, v.metadata({ default: value })) as unknown as S
}

/** What is not given is as built in. A script comes in place of the program and of how to install that. */
const claude = v.pipe(
  agentWith(
    {
      ...agentEntries,
      command: withDefault(agentEntries.command, BUILT_IN_CLAUDE.command),
      install: withDefault(agentEntries.install, BUILT_IN_CLAUDE.install),
    },
    [0, 1],
  ),
  v.metadata({ not: { required: ['command', 'script'], properties: { command: {}, script: {} } } }),
  v.transform((given) => {
    const { target, env, script, install = BUILT_IN_CLAUDE.install } = given
    if (script !== undefined) return given
    return { command: given.command ?? BUILT_IN_CLAUDE.command, target, install, env }
  }),
)

const agents = recordWith(
  {
    claude: described(
      v.optional(claude, {}),
      'Claude Code, built in: a key that is given here changes that key alone.',
      [{ command: ['npx', '@anthropic-ai/claude-code'] }],
    ),
  },
  AGENT_NAME,
  A_NAME,
  agent,
)

// Claude Code silently skips a group whose matcher or timeout has another type, so it is told here.
const hook = v.pipe(
  v.custom<object>(isObject, 'an object'),
  v.looseObject({
    type: described(
      v.pipe(v.string('the kind of hook, such as "command"'), v.nonEmpty('the kind of hook')),
      'The kind of hook: "command" runs `command`.',
      ['command'],
    ),
    command: described(
      v.optional(text),
      'What runs, in a shell; it does nothing in an agent that flow did not start.',
      ['npm run --silent lint'],
    ),
    args: described(
      v.optional(v.array(v.string('text'), 'a list of words')),
      'With it `command` is an executable, these are its arguments, and no shell reads them.',
      [['run', 'lint']],
    ),
    timeout: described(
      v.optional(v.pipe(v.number('a positive number'), v.gtValue(0, 'a positive number'))),
      'Seconds after which the agent ends it.',
      [60],
    ),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const { type, command, ...others } = dataset.value
    if (type !== 'command' || command !== undefined) return
    const written = nearestName('command', Object.keys(others))
    const found = written === undefined ? 'an object' : `"${written}"`
    addIssue({ message: `expected a \`command\`, found ${found}` })
  }),
)

const group = v.pipe(
  v.custom<object>(isObject, 'an object'),
  v.looseObject({
    matcher: described(
      v.optional(v.string('text')),
      'Which tools or occasions it is for; without it, all.',
      ['Edit|Write'],
    ),
    hooks: described(
      v.pipe(v.array(hook, 'a list of hooks'), v.nonEmpty('at least one hook')),
      'What runs then, all at once.',
    ),
  }),
)

const hooks = record(text, v.array(group, 'a list of hook groups'))

/** What is said of it where nothing else is. */
export const REPEAT_AFTER = 30

const notifications = object({
  command: described(
    v.optional(command),
    'A program of your own: {title} and {message} in its arguments are filled, JSON is on its standard input.',
  ),
  repeatAfter: described(
    v.optional(count, REPEAT_AFTER),
    'Seconds in which a session shows the same text once.',
  ),
})

const CONFIG_ENTRIES = {
  $schema: described(
    v.optional(v.string('text')),
    'Where an editor finds the schema of this file. flow does not read it.',
    ['./node_modules/flow-agent/dist/schema.json'],
  ),
  agent: described(
    v.optional(agentName, 'claude'),
    'The agent that `flow run` starts when none is named: a name of `agents`.',
    ['claude'],
  ),
  agents: described(
    v.optional(agents, {}),
    'Agents by name, in addition to the built-in `claude`.',
    [{ claude: { command: ['npx', '@anthropic-ai/claude-code'] } }],
  ),
  memory: described(
    v.optional(
      object({
        file: described(
          v.optional(pathInProject, 'MEMORY.md'),
          'File that every agent gets at its start, truncated when it is long; false: none.',
          ['MEMORY.md', false],
        ),
        logs: described(
          v.optional(pathInProject, 'memory'),
          "Directory of the daily logs YYYY-MM-DD.md; an agent gets today's and yesterday's; false: none.",
          ['memory', false],
        ),
        sessions: described(
          v.optional(v.boolean('true or false'), true),
          'Report which other agents are at work in this repository.',
        ),
      }),
      {},
    ),
    'What an agent gets at its start, relative to the project root.',
  ),
  notifications: described(
    v.optional(
      v.union([v.boolean('true or false'), notifications], 'true or false, or an object'),
      true,
    ),
    'Show a notification when an agent waits for you.',
  ),
  hooks: described(
    v.optional(hooks, {}),
    "The team's own hook groups by event, in the agent's own schema: merged after the user's own while an agent runs.",
    [{ PostToolUse: [{ matcher: 'Edit|Write', hooks: [{ type: 'command', command: 'make' }] }] }],
  ),
  templates: described(
    v.optional(v.array(v.pipe(text, v.regex(RELATIVE, 'a relative path')), 'a list of files'), []),
    'JSON files with more of them, {"hooks": {…}}, relative to the project root.',
    [['hooks/team.json']],
  ),
  history: described(
    v.optional(
      object({
        sessions: described(v.optional(count, 50), 'How many ended sessions are remembered.'),
        snapshots: described(
          v.optional(count, 5),
          'For how many of them, in each project, the original bytes are kept.',
        ),
      }),
      {},
    ),
    'What is kept of ended sessions.',
  ),
}

export const CONFIG_SCHEMA = object(CONFIG_ENTRIES)

/** Of an agent that the other file has, any key may be given alone. */
const LOCAL_SCHEMA = object({
  ...CONFIG_ENTRIES,
  agents: v.optional(
    recordWith(
      { claude: v.optional(claude, {}) },
      AGENT_NAME,
      A_NAME,
      agentWith(agentEntries, [0, 1]),
    ),
    {},
  ),
})

const TEMPLATE_SCHEMA = object({ $schema: v.optional(v.string('text')), hooks })

/** What holds where nothing is configured; made when it is asked for, since most have a file. */
export function defaultConfig(): FlowConfig {
  return parseConfig({}, 'the defaults')
}
