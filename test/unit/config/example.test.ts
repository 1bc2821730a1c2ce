import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { configSchema } from '../../../build/schema.mjs'
import { defaultConfig, parseConfig } from '../../../src/config/schema.ts'

interface Schema {
  readonly properties?: Record<string, Schema>
  readonly additionalProperties?: Schema | false
  readonly description?: string
}

const exampleText = readFileSync(resolve(import.meta.dirname, '../../../.flowrc.example'), 'utf8')
const example: unknown = parseDocument(exampleText).toJS()
const schema = (await configSchema()) as Schema

test('the example is the defaults', () => {
  expect(parseConfig(example, '.flowrc.example')).toEqual(defaultConfig())
})

test('the example is valid in an editor', () => {
  const ajv = new Ajv({ strictTypes: false })
  expect(ajv.validate(schema, example), ajv.errorsText()).toBe(true)
})

test('the example has every key of the schema, with a comment above', () => {
  const keys = keysOf(schema).filter((key) => key !== '$schema')
  expect(keys).toContain('agents.claude.install')
  expect(keys).toContain('history.snapshots')
  // An agent has one of the two: the other is in a comment.
  const [alternative] = keys.splice(keys.indexOf('agents.claude.script'), 1)
  expect(alternative).toBe('agents.claude.script')
  expect(exampleText).toMatch(/^ *# +script: \S+\.mjs$/m)
  expect(keysIn(example)).toEqual(expect.arrayContaining(keys))
  const lines = exampleText.split('\n')
  for (const key of Object.keys(schema.properties ?? {}).filter((name) => name !== '$schema')) {
    const at = lines.findIndex((line) => line.startsWith(`${key}:`))
    expect(lines[at - 1], key).toMatch(/^#/)
  }
})

test('the example leads editors to the schema', () => {
  expect(exampleText).toContain('$schema=./node_modules/flow-agent/dist/schema.json')
})

test('the schema tells every key of its own and admits no others', () => {
  for (const key of Object.keys(schema.properties ?? {})) {
    expect(schema.properties?.[key]?.description, key).toBeTruthy()
  }
  expect(schema.additionalProperties).toBe(false)
  expect(schema).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    properties: { agent: { type: 'string', default: 'claude' } },
  })
})

/** Every path of a key. */
function keysOf({ properties = {} }: Schema, path = ''): string[] {
  const own = Object.entries(properties).flatMap(([key, value]) => [
    `${path}${key}`,
    ...(key === 'hooks' ? [] : keysOf(value, `${path}${key}.`)),
  ])
  return own
}

function keysIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([key, item]) => [
    `${path}${key}`,
    ...keysIn(item, `${path}${key}.`),
  ])
}
