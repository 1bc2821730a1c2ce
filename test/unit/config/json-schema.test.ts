/** The schema that editors check with, held against JSON Schema itself and against flow's own check. */
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { configSchema } from '../../../build/schema.mjs'
import { defaultConfig, parseConfig } from '../../../src/config/schema.ts'
import { CLAUDE } from '../../../src/targets/claude.ts'

interface Schema {
  readonly properties?: Record<string, Schema>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly propertyNames?: unknown
}

interface Key {
  readonly path: string
  readonly schema: Schema
  readonly isRequired: boolean
}

const schema = (await configSchema()) as Schema
// Strict: a keyword that editors would pass over is an error here.
const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true })
const accepts = ajv.compile(schema)

/** Every key at any depth; `*` is a name of the person's, `[]` an item. */
function keysOf(
  { properties = {}, additionalProperties, items, required = [] }: Schema,
  path = '',
): Key[] {
  const inner = [
    ...(typeof additionalProperties === 'object' ? [[`${path}*`, additionalProperties]] : []),
    ...(items === undefined ? [] : [[`${path}[]`, items]]),
  ] as [string, Schema][]
  return [
    ...Object.entries(properties).flatMap(([name, value]) => [
      { path: `${path}${name}`, schema: value, isRequired: required.includes(name) },
      ...keysOf(value, `${path}${name}.`),
    ]),
    ...inner.flatMap(([name, value]) => keysOf(value, `${name}.`)),
  ]
}

const keys = keysOf(schema)

/** A hook of the agent's own has no default in flow, and an agent has a command or a script. */
const WITHOUT_DEFAULT =
  /^(\$schema|agents\.(\*\.(install|command|script)|claude\.script)|hooks\..+)$/

test('it is a JSON Schema of draft 7', () => {
  expect(ajv.validateSchema(schema)).toBe(true)
})

test('there are keys at every depth', () => {
  expect(keys.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['agent', 'agents.*.env', 'history.snapshots', 'hooks.*.[].matcher']),
  )
})

test.each(keys)('$path is described', ({ schema: own }) => {
  expect(own.description).toMatch(/\.$/)
})

test.each(keys.filter(({ path, isRequired }) => !isRequired && !WITHOUT_DEFAULT.test(path)))(
  '$path has its default',
  ({ schema: own }) => {
    expect(own).toHaveProperty('default')
  },
)

test.each(keys.filter((key) => key.schema.examples))(
  '$path has examples that can stand there',
  ({ schema: own }) => {
    const isValid = ajv.compile(own)
    expect(own.examples?.filter((example) => !isValid(example))).toEqual([])
  },
)

test('what flow itself would resolve is accepted', () => {
  expect(accepts(defaultConfig()), JSON.stringify(accepts.errors)).toBe(true)
})

test('an editor proposes the events that the agent knows', () => {
  expect(schema.properties?.hooks?.propertyNames).toEqual({ enum: CLAUDE.events })
})

const HOOK = { type: 'command', command: 'x' }

describe('editors refuse what flow refuses', () => {
  test.each([
    [{ agnet: 'x' }],
    [{ agent: '' }],
    [{ agents: { 'my agent': { command: 'a' } } }],
    [{ agents: { x: {} } }],
    [{ agents: { x: { command: 'a', script: 'a.mjs' } } }],
    [{ agents: { x: { script: ['a.mjs'] } } }],
    [{ agents: { x: { script: '/a.mjs' } } }],
    [{ agents: { x: { script: 'a.ts' } } }],
    [{ agents: { claude: { command: 'a', script: 'a.mjs' } } }],
    [{ agents: { claude: { comand: 'a' } } }],
    [{ agents: { claude: 'claude' } }],
    [{ agents: { x: { command: [] } } }],
    [{ agents: { x: { command: 'npx claude' } } }],
    [{ agents: { x: { command: 'a', env: { N: 1 } } } }],
    [{ memory: { file: '../up' } }],
    [{ memory: { file: 'a/../../b' } }],
    [{ memory: { logs: 'C:\\x' } }],
    [{ memory: { logs: '/abs' } }],
    [{ memory: { logs: 'a\nb' } }],
    [{ memory: { file: true } }],
    [{ templates: ['/etc/hooks.json'] }],
    [{ templates: ['\\\\host\\share'] }],
    [{ history: { sessions: -1 } }],
    [{ history: { sessions: 1.5 } }],
    [{ notifications: 'yes' }],
    [{ hooks: { Stop: [{}] } }],
    [{ hooks: { Stop: [{ hooks: [] }] } }],
    [{ hooks: { Stop: [{ hooks: [{ command: 'x' }] }] } }],
    [{ hooks: { Stop: [{ hooks: [{ ...HOOK, timeout: 0 }] }] } }],
    [[]],
    ['claude'],
  ])('%j', (value) => {
    expect(() => parseConfig(value, '.flowrc')).toThrow()
    expect(accepts(value)).toBe(false)
  })
})

describe('editors accept what flow accepts', () => {
  test.each([
    [{}],
    [{ $schema: './node_modules/flow-agent/dist/schema.json', agent: 'codex-2.x' }],
    [{ agents: { x: { command: ['a b', '', '--'], target: 'claude', env: { A: '1' } } } }],
    [{ agents: { claude: {} } }],
    [{ agents: { claude: { env: { A: '1' } } } }],
    [{ agents: { claude: { script: 'a.mjs' } } }],
    [{ agents: { x: { script: '../agents/a b.cjs', install: 'git submodule update --init' } } }],
    [{ memory: { file: 'a/..b/c..', logs: false } }],
    [{ memory: { file: '.claude/MEMORY.md' } }],
    [{ templates: ['../shared/hooks.json', './a.json'] }],
    [{ hooks: { Stop: [{ matcher: '', hooks: [{ ...HOOK, timeout: 0.5, extra: [null] }] }] } }],
  ])('%j', (value) => {
    expect(() => parseConfig(value, '.flowrc')).not.toThrow()
    expect(accepts(value), JSON.stringify(accepts.errors)).toBe(true)
  })
})
