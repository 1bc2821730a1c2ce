// The JSON Schema that editors read, from the very definition that flow checks with.
import { writeFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import { importTypeScript } from './import-typescript.mjs'

/** Writes it to `file`. */
export async function writeSchema(file) {
  writeFileSync(file, `${JSON.stringify(await configSchema(), null, 2)}\n`)
}

/** The schema of a configuration, draft 7: what most editors know. */
export async function configSchema() {
  const { CONFIG_SCHEMA } = await importTypeScript('config/schema.ts')
  const { CLAUDE } = await importTypeScript('targets/claude.ts')
  // "output" takes of each pipe the last schema, the one that names the keys; with transforms left
  // out, that is what a person may write. Checks in code have no counterpart.
  const schema = toJsonSchema(CONFIG_SCHEMA, {
    typeMode: 'output',
    ignoreActions: ['check', 'raw_check', 'transform'],
  })
  // Names that are checked once the target is known, of which there is one.
  const { hooks, agents } = schema.properties
  hooks.propertyNames = { enum: CLAUDE.events }
  for (const { properties } of [agents.properties.claude, agents.additionalProperties]) {
    properties.target.enum = [CLAUDE.name]
  }
  return { title: 'flow configuration', ...schema }
}
