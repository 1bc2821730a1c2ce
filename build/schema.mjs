// The JSON Schema that editors read, from the very definition that flow checks with.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { rolldown } from 'rolldown'

const source = (name) => fileURLToPath(new URL(`../src/${name}`, import.meta.url))

/** Writes it to `file`. */
export async function writeSchema(file) {
  writeFileSync(file, `${JSON.stringify(await configSchema(), null, 2)}\n`)
}

/** The schema of a configuration, draft 7: what most editors know. */
export async function configSchema() {
  const { CONFIG_SCHEMA } = await importTypeScript(source('config/schema.ts'))
  const { CLAUDE } = await importTypeScript(source('targets/claude.ts'))
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

/** Node 20 reads no TypeScript: bundled in memory first. */
async function importTypeScript(file) {
  const build = await rolldown({
    input: file,
    platform: 'node',
    resolve: { mainFields: ['module', 'main'] },
  })
  const { output } = await build.generate({ format: 'esm' })
  await build.close()
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)
}
