import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { config } from '../../src/commands/config/config.ts'
import type { FlowError } from '../../src/errors.ts'
import { flow, newTeam } from '../helpers/team.ts'
import { FLOW, git, portsIn, read, repository, write } from '../helpers/team-repository.ts'

const GROUP = { hooks: [{ type: 'command', command: 'make' }] }

async function shown(cwd: string, json = false): Promise<string> {
  const { ports, printed } = portsIn(cwd)
  expect(await config(ports, { json, schema: false, packageFolder: FLOW })).toBe(0)
  expect(printed.err).toBe('')
  return printed.out
}

interface Page {
  readonly version: number
  readonly projectRoot: string
  readonly file: string | null
  readonly localFile: string | null
  readonly values: { key: string; value: unknown; source: object }[]
  readonly hooks: { event: string; group: object; source: object }[]
}

async function page(cwd: string): Promise<Page> {
  return JSON.parse(await shown(cwd, true))
}

describe('flow config', () => {
  test('without a configuration: every value is the default, and nothing is written', async () => {
    const cwd = repository()
    const { values, hooks, ...rest } = await page(cwd)
    expect(rest).toEqual({ version: 1, projectRoot: cwd, file: null, localFile: null })
    const nowhere = { file: null, line: null }
    expect([...values, ...hooks].map(({ source }) => source)).toEqual(
      [...values, ...hooks].map(() => nowhere),
    )
    expect(values.map(({ key }) => key)).toEqual([
      'agent',
      'agents.claude.command',
      'agents.claude.target',
      'agents.claude.install',
      'agents.claude.env',
      'memory.file',
      'memory.logs',
      'memory.sessions',
      'notifications',
      'templates',
      'history.sessions',
      'history.snapshots',
    ])
    expect(hooks.map(({ event }) => event)).toEqual(['SessionStart', 'Notification'])
  })

  test('tells of each value and hook the file and line that it came from', async () => {
    const cwd = repository({
      'apps/.flowrc':
        'memory:\n  logs: false\ntemplates: [../team.json]\nhooks:\n  Stop:\n    - hooks:\n      - { type: command, command: "npm test" }\n',
      'team.json': `{\n  "hooks": {\n    "Stop": [${JSON.stringify(GROUP)}]\n  }\n}\n`,
    })
    mkdirSync(join(cwd, 'apps/deep'))
    const told = await page(join(cwd, 'apps/deep'))
    const file = join(cwd, 'apps/.flowrc')
    expect(told).toMatchObject({ projectRoot: join(cwd, 'apps'), file })
    const sources = told.values.filter(({ source }) => 'file' in source && source.file !== null)
    expect(sources).toEqual([
      { key: 'memory.logs', value: false, source: { file, line: 2 } },
      { key: 'templates', value: ['../team.json'], source: { file, line: 3 } },
    ])
    expect(told.hooks.slice(-2).map(({ event, source }) => ({ event, ...source }))).toEqual([
      { event: 'Stop', file, line: 6 },
      { event: 'Stop', file: join(cwd, 'team.json'), line: 3 },
    ])
    const text = await shown(join(cwd, 'apps'))
    expect(text).toContain(`project root   ${join(cwd, 'apps')}\nconfiguration  .flowrc\n`)
    expect(text).toMatch(/^memory\.logs +\.flowrc:2 +false$/m)
    expect(text).toMatch(/^hooks\.Stop +\.flowrc:6 +npm test$/m)
    expect(text).toMatch(/^hooks\.Stop +\S+\/team\.json:3 +make$/m)
    expect(text).toMatch(/^hooks\.SessionStart +default +npx flow hook session-start --memory=/m)
  })

  test('names .flowrc.local for what it changes, and the hooks of an event that it replaces', async () => {
    const cwd = repository({
      '.flowrc':
        'memory:\n  file: A.md\n  logs: a\nhooks: { Stop: [{ hooks: [{ type: command, command: shared }] }] }\n',
    })
    write(
      join(cwd, '.flowrc.local'),
      'hooks: { Stop: [{ hooks: [{ type: command, command: own }] }] }\nmemory: { logs: b }\n',
    )
    const shownHere = await page(cwd)
    const [file, localFile] = [join(cwd, '.flowrc'), join(cwd, '.flowrc.local')]
    expect(shownHere).toMatchObject({ projectRoot: cwd, file, localFile })
    expect(shownHere.values).toContainEqual({
      key: 'memory.file',
      value: 'A.md',
      source: { file, line: 2 },
    })
    expect(shownHere.values).toContainEqual({
      key: 'memory.logs',
      value: 'b',
      source: { file: localFile, line: 2 },
    })
    expect(shownHere.hooks.slice(2)).toEqual([
      {
        event: 'Stop',
        group: { hooks: [{ type: 'command', command: 'own' }] },
        source: { file: localFile, line: 1 },
      },
    ])
    const text = await shown(cwd)
    expect(text).toContain('configuration  .flowrc\nover it        .flowrc.local\n')
    expect(text).toMatch(/^memory\.logs +\.flowrc\.local:2 +b$/m)
    rmSync(file)
    expect(await page(cwd)).toMatchObject({ projectRoot: cwd, file: null, localFile })
    expect(await shown(cwd)).toContain('configuration  none\nover it        .flowrc.local\n')
  })

  test('a hook that .flowrc.local misspells is reported with that file', async () => {
    const cwd = repository({ '.flowrc': 'hooks: { Stop: [] }' })
    write(join(cwd, '.flowrc.local'), 'hooks: { Stpo: [] }')
    await expect(page(cwd)).rejects.toMatchObject({
      code: 'E_CONFIG',
      why: `${join(cwd, '.flowrc.local')}: hooks.Stpo: claude knows no such event (did you mean "Stop"?)`,
    })
  })

  test('a key of package.json has its line there, and a program has none', async () => {
    const json = repository({
      'package.json': '{\n  "name": "x",\n  "flow": {\n    "agent": "claude"\n  }\n}\n',
    })
    expect((await page(json)).values[0]?.source).toEqual({
      file: join(json, 'package.json'),
      line: 4,
    })
    const program = repository({ '.flowrc.mjs': 'export default { agent: "claude" }' })
    const source = { file: join(program, '.flowrc.mjs'), line: null }
    expect((await page(program)).values[0]?.source).toEqual(source)
  })

  test('.config/flowrc.yaml: the directory that holds .config is the project root', async () => {
    const cwd = repository({ '.config/flowrc.yaml': '# ours\nagent: claude\n' })
    const file = join(cwd, '.config/flowrc.yaml')
    const told = await page(join(cwd, '.config'))
    expect(told).toMatchObject({ projectRoot: cwd, file })
    expect(told.values[0]).toMatchObject({ key: 'agent', source: { file, line: 2 } })
    expect(await shown(cwd)).toContain('configuration  .config/flowrc.yaml\n')
  })

  test('in a linked worktree, which has a top level of its own', async () => {
    const cwd = repository({ 'apps/web/.flowrc': '' })
    write(join(cwd, '.flowrc'), '# not tracked, and above the worktree\n')
    git(cwd, 'worktree', 'add', '-q', 'trees/one')
    const tree = join(cwd, 'trees/one')
    expect(await page(tree)).toMatchObject({ projectRoot: tree, file: null })
    const web = join(tree, 'apps/web')
    expect(await page(web)).toMatchObject({ projectRoot: web, file: join(web, '.flowrc') })
  })

  test('what a file says draws nothing on the terminal', async () => {
    const cwd = repository({
      '.flowrc': 'agents: { claude: { command: claude, install: "a\\e[31mb" } }',
    })
    expect(await shown(cwd)).not.toContain('\u001b')
  })

  test.each([
    ['agnet: x', 'E_CONFIG'],
    ['agent: other', 'E_AGENT_UNKNOWN'],
    ['hooks: { Stpo: [] }', 'E_CONFIG'],
    ['templates: [gone.json]', 'E_CONFIG'],
    ['agents: { claude: { command: claude, target: x } }', 'E_TARGET_UNKNOWN'],
  ])('%s is refused as by flow run', async (text, code) => {
    const cwd = repository({ '.flowrc': text })
    await expect(page(cwd)).rejects.toThrow(expect.objectContaining({ code }) as FlowError)
  })

  test('what init wrote resolves to the defaults, each with its line', async () => {
    const team = newTeam()
    const { stdout, code } = await flow(team, 'config', '--json')
    expect(code).toBe(0)
    const { values } = JSON.parse(stdout) as Page
    expect(values.filter(({ source }) => 'file' in source && source.file !== null)).toEqual([
      { key: 'agent', value: 'claude', source: { file: join(team.cwd, '.flowrc'), line: 5 } },
    ])
  })

  test('--schema prints what editors check with, in any directory', async () => {
    const team = newTeam()
    const { stdout, code } = await flow({ ...team, cwd: team.folder }, 'config', '--schema')
    expect(code).toBe(0)
    expect(stdout).toBe(read(team.cwd, 'node_modules/flow-agent/dist/schema.json'))
  })
})
