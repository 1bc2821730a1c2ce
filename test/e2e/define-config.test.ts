/** `defineConfig` as installed: its types, and a configuration that is written with it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { compile } from '../helpers/library.ts'
import { flow, newTeam, put } from '../helpers/team.ts'
import { FLOW } from '../helpers/team-repository.ts'

const IMPORT = "import { defineConfig } from 'flow-agent'\n"
const HOOKS = {
  Stop: [{ matcher: '', hooks: [{ type: 'command', command: 'make', async: true }] }],
}
const NOTIFICATIONS = { command: ['notify', '{message}'], repeatAfter: 0 }
const AGENTS = { claude: { env: { A: 'b' } }, review: { script: 'agents/review.mjs' } }

/** `value` once for each object in it whose keys are flow's own, with a wrong key there. */
function* withWrongKey(value: object, path: string[] = []): Generator<object> {
  const isNames = ['agents', 'hooks', 'env'].includes(path.at(-1) ?? '')
  if (!isNames) yield { ...value, wrong: 1 }
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'object' || Array.isArray(item) || key === 'hooks') continue
    for (const inner of withWrongKey(item, [...path, key])) yield { ...value, [key]: inner }
  }
}

test('every key of the schema is in the types, and a wrong key or value is a type error', async () => {
  const team = newTeam()
  const example = parseDocument(readFileSync(join(FLOW, '.flowrc.example'), 'utf8')).toJS()
  const right = [
    {},
    example,
    { ...example, hooks: HOOKS, notifications: NOTIFICATIONS, agents: AGENTS },
  ]
  const wrong = [
    ...withWrongKey({ ...example, notifications: NOTIFICATIONS }),
    { agents: { x: { command: 'a', script: 'a.mjs' } } },
    { agents: { x: { env: { A: 1 } } } },
    { memory: { file: true } },
    { hooks: { Stop: [{}] } },
    { history: { sessions: '5' } },
  ]
  expect(wrong.length).toBeGreaterThan(9)
  const call = (config: object) => `defineConfig(${JSON.stringify(config)})\n`
  const text = [
    IMPORT,
    ...right.map(call),
    ...wrong.map((config) => `// @ts-expect-error\n${call(config)}`),
  ]
  writeFileSync(join(team.cwd, 'flow.config.mts'), text.join(''))
  const options = { module: 'nodenext', noEmit: true }
  expect(await compile(team, options, 'flow.config.mts')).toEqual({ code: 0, stdout: '' })
})

test('flow reads a configuration that is written with it', async () => {
  const team = newTeam({ files: { '.flowrc': null } })
  put(team.cwd, {
    'flow.config.mjs': `${IMPORT}export default defineConfig({ memory: { logs: false } })`,
  })
  const { code, stdout, stderr } = await flow(team, 'config', '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const file = join(team.cwd, 'flow.config.mjs')
  expect(JSON.parse(stdout)).toMatchObject({ file })
  expect(JSON.parse(stdout).values).toContainEqual({
    key: 'memory.logs',
    value: false,
    source: { file, line: null },
  })
})
