import { describe, expect, test } from 'vitest'
import { defaultConfig, parseConfig, parseTemplate } from '../../../src/config/schema.ts'
import { FlowError } from '../../../src/errors.ts'

/** The lines of the error that a value causes. */
function problems(value: unknown): string[] {
  return problemsOf(() => parseConfig(value, '.flowrc'))
}

function problemsOf(read: () => unknown): string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof FlowError && error.code === 'E_CONFIG') return error.why?.split('\n') ?? []
    throw error
  }
  throw new Error('it was accepted')
}

function withHook(hook: unknown, matcher?: unknown): unknown {
  const group = { hooks: [hook], ...(matcher !== undefined && { matcher }) }
  return { hooks: { Stop: [group] } }
}

describe('what is accepted', () => {
  test('an empty configuration is the defaults', () => {
    expect(defaultConfig()).toEqual({
      agent: 'claude',
      agents: {
        claude: {
          command: ['claude'],
          target: 'claude',
          install: 'npm install -g @anthropic-ai/claude-code',
          env: {},
        },
      },
      memory: { file: 'MEMORY.md', logs: 'memory', sessions: true },
      notifications: true,
      hooks: {},
      templates: [],
      history: { sessions: 50, snapshots: 5 },
    })
  })

  test('$schema is for editors and not kept', () => {
    expect(parseConfig({ $schema: './schema.json' }, '.flowrc')).toEqual(defaultConfig())
  })

  test('a half-given object keeps the other half of its defaults', () => {
    const config = parseConfig({ memory: { file: false }, history: { sessions: 3 } }, '.flowrc')
    expect(config.memory).toEqual({ file: false, logs: 'memory', sessions: true })
    expect(config.history).toEqual({ sessions: 3, snapshots: 5 })
  })

  test('an agent is added to the built-in one', () => {
    const config = parseConfig({ agents: { codex: { command: 'codex' } } }, '.flowrc')
    expect(Object.keys(config.agents)).toEqual(['claude', 'codex'])
    expect(config.agents.codex).toEqual({ command: ['codex'], target: 'claude', env: {} })
  })

  test('a key given for claude changes that key of the built-in agent', () => {
    const { claude: builtIn } = defaultConfig().agents
    const given = (claude: object) => parseConfig({ agents: { claude } }, '.flowrc').agents.claude
    expect(given({})).toEqual(builtIn)
    expect(given({ command: ['npx', 'claude'] })).toEqual({
      ...builtIn,
      command: ['npx', 'claude'],
    })
    expect(given({ env: { A: 'b' }, command: undefined })).toEqual({ ...builtIn, env: { A: 'b' } })
    expect(given({ install: 'brew install claude' })).toEqual({
      ...builtIn,
      install: 'brew install claude',
    })
  })

  test('a script for claude comes in place of its program and of how to install that', () => {
    const config = parseConfig({ agents: { claude: { script: 'claude.mjs' } } }, '.flowrc')
    expect(config.agents.claude).toEqual({ script: 'claude.mjs', target: 'claude', env: {} })
  })

  test('an agent can be a script', () => {
    const config = parseConfig(
      { agents: { review: { script: '../agents/my review.mjs' } } },
      '.flowrc',
    )
    expect(config.agents.review).toEqual({
      script: '../agents/my review.mjs',
      target: 'claude',
      env: {},
    })
  })

  test('words of a command are kept as they are', () => {
    const command = ['a b', '', '$HOME', "it's", '--', 'line\nbreak']
    expect(parseConfig({ agents: { x: { command } } }, '.flowrc').agents.x?.command).toEqual(
      command,
    )
  })

  test('keys of a hook that flow does not know are kept', () => {
    const hook = {
      type: 'command',
      command: 'x',
      timeout: 0.5,
      async: true,
      extra: { deep: [null] },
    }
    expect(parseConfig(withHook(hook, ''), '.flowrc').hooks).toEqual({
      Stop: [{ matcher: '', hooks: [hook] }],
    })
  })

  test('a value of undefined, as JavaScript may give it, counts as absent', () => {
    const config = parseConfig({ agent: undefined, memory: { logs: undefined } }, '.flowrc')
    expect(config).toEqual(defaultConfig())
  })
})

describe('what is refused', () => {
  test.each([
    [[], 'the whole: expected an object, found an empty list'],
    [null, 'the whole: expected an object, found null'],
    ['claude', 'the whole: expected an object, found "claude"'],
    [{ agnet: 'x' }, 'agnet: unknown key (did you mean "agent"?)'],
    [{ theme: 'dark' }, 'theme: unknown key'],
    [{ history: { session: 1 } }, 'history.session: unknown key (did you mean "sessions"?)'],
    [{ notifications: 'yes' }, 'notifications: expected true or false, or an object, found "yes"'],
    [
      { notifications: [] },
      'notifications: expected true or false, or an object, found an empty list',
    ],
    [
      { notifications: { repeatAfter: -1 } },
      'notifications.repeatAfter: expected a whole number, 0 or more, found -1',
    ],
    [
      { notifications: { command: 'notify me' } },
      'notifications.command: expected one word (for more than one, a list of words), found "notify me"',
    ],
    [
      { notifications: { comand: 'x' } },
      'notifications.comand: unknown key (did you mean "command"?)',
    ],
    [{ memory: { sessions: 'no' } }, 'memory.sessions: expected true or false, found "no"'],
    [{ agent: '' }, 'agent: expected a name of letters, digits, `.`, `_` and `-`, found ""'],
    [{ memory: [] }, 'memory: expected an object, found an empty list'],
    [
      { memory: { file: true } },
      'memory.file: expected a path inside the project, or false, found true',
    ],
    [
      { history: { sessions: -1 } },
      'history.sessions: expected a whole number, 0 or more, found -1',
    ],
    [
      { history: { snapshots: 1.5 } },
      'history.snapshots: expected a whole number, 0 or more, found 1.5',
    ],
    [
      { history: { sessions: new Date(0) } },
      'history.sessions: expected a whole number, 0 or more, found a date (write it in quotes)',
    ],
    [{ agents: [] }, 'agents: expected an object, found an empty list'],
    [{ agents: { x: {} } }, 'agents.x: expected either `command` or `script`, found neither'],
    [
      { agents: { x: { command: 'a', script: 'a.mjs' } } },
      'agents.x: expected either `command` or `script`, found both',
    ],
    [{ agents: { x: { script: ['a.mjs'] } } }, 'agents.x.script: expected a path, found a list'],
    ...['/a.mjs', 'C:\\a.mjs', 'agents/review', 'review.ts', 'review.md', '', 'a\n.mjs'].map(
      (script): [unknown, string] => [
        { agents: { x: { script } } },
        `agents.x.script: expected the relative path of a .mjs, .js or .cjs file, found ${JSON.stringify(script)}`,
      ],
    ),
    [
      { agents: { x: { command: [] } } },
      'agents.x.command: expected a list that begins with an executable, found an empty list',
    ],
    [{ agents: { x: { command: ['a', 5] } } }, 'agents.x.command[1]: expected a word, found 5'],
    [
      { agents: { x: { command: { a: 5 } } } },
      'agents.x.command: expected an executable, or a list of words that begins with one, found an object',
    ],
    [{ notifications: { command: [5] } }, 'notifications.command[0]: expected a word, found 5'],
    [
      { agents: { x: { command: 'npx claude' } } },
      'agents.x.command: expected one word (for more than one, a list of words), found "npx claude"',
    ],
    [{ agents: { x: { command: 'a', env: { N: 1 } } } }, 'agents.x.env.N: expected text, found 1'],
    [
      { agents: { 'my agent': { command: 'a' } } },
      'agents["my agent"]: expected a name of letters, digits, `.`, `_` and `-`, found "my agent"',
    ],
    [
      { templates: ['/etc/hooks.json'] },
      'templates[0]: expected a relative path, found "/etc/hooks.json"',
    ],
    [{ templates: 'a.json' }, 'templates: expected a list of files, found "a.json"'],
    [{ agents: { x: { command: ['a\0b'] } } }, 'agents.x.command[0]: contains a NUL character'],
  ])('%j: %s', (value, line) => {
    expect(problems(value)).toEqual([line])
  })

  test.each(['/abs', '../up', 'a/../../b', '', 'C:\\x', 'C:x', '\\\\host\\share', 'a\nb', '..'])(
    'memory in %j is not inside the project',
    (file) => {
      expect(problems({ memory: { file } })).toEqual([
        `memory.file: expected a path inside the project, without \`..\`, found ${JSON.stringify(file)}`,
      ])
    },
  )

  // Claude Code skips such a group without a word.
  test.each([
    [
      withHook({ type: 'command' }),
      'hooks.Stop[0].hooks[0]: expected a `command`, found an object',
    ],
    [withHook({ command: 'x' }), 'hooks.Stop[0].hooks[0].type: missing'],
    [
      withHook({ type: 'command', command: 'x', timeout: '5' }),
      'hooks.Stop[0].hooks[0].timeout: expected a positive number, found "5"',
    ],
    [
      withHook({ type: 'command', command: 'x', timeout: 0 }),
      'hooks.Stop[0].hooks[0].timeout: expected a positive number, found 0',
    ],
    [
      withHook({ type: 'command', command: 'x', args: 'y' }),
      'hooks.Stop[0].hooks[0].args: expected a list of words, found "y"',
    ],
    [
      withHook({ type: 'command', command: 'x' }, null),
      'hooks.Stop[0].matcher: expected text, found null',
    ],
    [{ hooks: { Stop: {} } }, 'hooks.Stop: expected a list of hook groups, found an object'],
    [{ hooks: { Stop: [{}] } }, 'hooks.Stop[0].hooks: missing'],
    [{ hooks: { Stop: [{ hook: [] }] } }, 'hooks.Stop[0].hooks: missing (is it "hook"?)'],
    [
      { hooks: { Stop: [{ hooks: [{ type: 'command', comand: 'x' }] }] } },
      'hooks.Stop[0].hooks[0]: expected a `command`, found "comand"',
    ],
    [
      { hooks: { Stop: [{ hooks: [] }] } },
      'hooks.Stop[0].hooks: expected at least one hook, found an empty list',
    ],
    [
      withHook({ type: 'command', command: 'x', extra: new Map() }),
      'hooks.Stop[0].hooks[0].extra: expected plain data, found an object',
    ],
  ])('a hook group of another shape: %j', (value, line) => {
    expect(problems(value)).toEqual([line])
  })

  test('every problem is told, one a line, and the file is named', () => {
    const value = { agnet: 1, zzz: 2, memory: { file: 3, logs: 4 }, history: { sessions: 'x' } }
    expect(() => parseConfig(value, '/repo/.flowrc')).toThrow(
      /^the configuration in \/repo\/\.flowrc/,
    )
    expect(problems(value).map((line) => line.split(':')[0])).toEqual([
      'memory.file',
      'memory.logs',
      'history.sessions',
      'agnet',
      'zzz',
    ])
  })

  test('an alias that contains itself', () => {
    const hook: Record<string, unknown> = { type: 'command', command: 'x' }
    hook.extra = { again: [hook] }
    expect(problems(withHook(hook))).toEqual([
      'hooks.Stop[0].hooks[0].extra.again[0]: contains itself',
    ])
  })
})

describe("names that reach JavaScript's own objects", () => {
  test.each(['__proto__', 'constructor', 'prototype'])(
    '%s is refused wherever it stands',
    (name) => {
      const key = JSON.stringify(name)
      const agent = '{"command": "x"}'
      for (const [text, path] of [
        [`{${key}: {"polluted": 1}}`, name],
        [`{"agents": {${key}: ${agent}}}`, `agents.${name}`],
        [`{"memory": {${key}: 1}}`, `memory.${name}`],
        [`{"hooks": {${key}: []}}`, `hooks.${name}`],
      ] as const) {
        expect(problems(JSON.parse(text))).toEqual([`${path}: this name cannot be used`])
      }
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    },
  )
})

describe('a template file', () => {
  test('has the same shape as `hooks`', () => {
    const hooks = { Stop: [{ hooks: [{ type: 'command', command: 'x' }] }] }
    expect(parseTemplate({ $schema: 'x', hooks }, 'a.json')).toEqual({ file: 'a.json', hooks })
  })

  test.each([
    [{}, 'hooks: missing'],
    [{ hooks: {}, agent: 'x' }, 'agent: unknown key'],
    [{ Hooks: {} }, 'Hooks: unknown key (did you mean "hooks"?)'],
  ])('%j is refused: %s', (value, line) => {
    expect(problemsOf(() => parseTemplate(value, 'a.json'))).toContain(line)
  })
})
