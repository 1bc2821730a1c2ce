/** `.flowrc.local`: one user's own values over the configuration. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { agentNames } from '../../../src/config/agent-names.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { defaultConfig } from '../../../src/config/schema.ts'
import type { FlowError } from '../../../src/errors.ts'
import { systemFiles } from '../../../src/ports/file-system.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const ports = { fs: systemFiles, log: () => undefined }
const hook = (command: string) => ({ hooks: [{ type: 'command', command }] })

function directoryWith(files: Record<string, string | object>): string {
  const directory = tempFolder()
  for (const [name, value] of Object.entries(files)) {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return directory
}

const loaded = (shared: string | object, local: string | object) => {
  const top = directoryWith({ '.flowrc': shared, '.flowrc.local': local })
  return loadConfig(ports, top, top)
}

describe('.flowrc.local', () => {
  test('with comments of JavaScript, proposes no file that is not read', async () => {
    const failed = await loaded('', '{\n// mine\n"agent": "x"}').catch((error) => error)
    expect(failed).toMatchObject({ code: 'E_CONFIG', why: expect.stringContaining('line 2') })
    expect(failed.next).toBe('remove the comments, or begin them with #')
  })

  test('objects are merged, lists and single values are replaced', async () => {
    const { config } = await loaded(
      {
        memory: { file: 'A.md', logs: 'logs' },
        notifications: { command: 'one', repeatAfter: 5 },
        templates: ['a.json'],
        agents: { x: { command: ['a', 'b'], env: { A: '1', B: '1' } } },
      },
      {
        memory: { logs: false },
        notifications: { repeatAfter: 0 },
        templates: [],
        agents: { x: { env: { B: '2' } }, y: { command: 'y' } },
      },
    )
    expect(config).toEqual({
      ...defaultConfig(),
      memory: { file: 'A.md', logs: false, sessions: true },
      notifications: { command: ['one'], repeatAfter: 0 },
      templates: [],
      agents: {
        ...defaultConfig().agents,
        x: { command: ['a', 'b'], target: 'claude', env: { A: '1', B: '2' } },
        y: { command: ['y'], target: 'claude', env: {} },
      },
    })
  })

  test.each([
    [{ notifications: true }, { notifications: { repeatAfter: 1 } }, { repeatAfter: 1 }],
    [{ notifications: { repeatAfter: 1 } }, { notifications: false }, false],
    [{ notifications: false }, '# nothing', false],
  ])('%j below %j', async (shared, local, notifications) => {
    expect((await loaded(shared, local)).config.notifications).toEqual(notifications)
  })

  test('an agent changes from a script to a command, and back', async () => {
    const script = { agents: { x: { script: 'x.mjs', env: { A: '1' } } } }
    const command = { agents: { x: { command: 'x' } } }
    const first = (await loaded(script, command)).config.agents.x
    expect(first).toEqual({ command: ['x'], env: { A: '1' }, target: 'claude' })
    expect((await loaded(command, script)).config.agents.x).toMatchObject({ script: 'x.mjs' })
    const claude = { agents: { claude: { script: 'c.mjs' } } }
    const builtIn = (await loaded(claude, { agents: { claude: { command: 'c' } } })).config
    expect(builtIn.agents.claude).toMatchObject({ command: ['c'], install: expect.any(String) })
  })

  test('the hooks of an event are from one of the two files, which is known', async () => {
    const shared = { hooks: { Stop: [hook('a')], SessionEnd: [hook('b')] } }
    const { config, hooks, file, local } = await loaded(shared, { hooks: { Stop: [] } })
    expect(config.hooks).toEqual({ Stop: [], SessionEnd: [hook('b')] })
    expect(hooks).toEqual([
      { file, hooks: { SessionEnd: [hook('b')] } },
      { file: local?.file, hooks: { Stop: [] } },
    ])
  })

  test('is the one in the project root: beside .config, and not below or above it', async () => {
    const top = directoryWith({
      'a/.config/flowrc.yaml': 'agent: claude',
      'a/.flowrc.local': 'memory: { file: a.md }',
      'a/.config/.flowrc.local': 'memory: { file: wrong.md }',
      'a/b/.flowrc.local': 'memory: { file: wrong.md }',
      '.flowrc.local': 'memory: { file: top.md }',
    })
    const { config, projectRoot } = await loadConfig(ports, join(top, 'a/b'), top)
    expect(config.memory.file).toBe('a.md')
    expect(projectRoot).toBe(join(top, 'a'))
  })

  test('without a configuration it is over the defaults, at the top level', async () => {
    const top = directoryWith({ '.flowrc.local': 'memory: { file: top.md }', 'a/x': '' })
    const { config, file, projectRoot } = await loadConfig(ports, join(top, 'a'), top)
    expect(config).toEqual({
      ...defaultConfig(),
      memory: { ...defaultConfig().memory, file: 'top.md' },
    })
    expect({ file, projectRoot }).toEqual({ file: null, projectRoot: top })
  })

  test('completion knows the agents that it names', async () => {
    const agents = 'agents: { mine: { command: m } }'
    const top = directoryWith({
      '.flowrc': 'agents: { ours: { command: o } }',
      '.flowrc.local': agents,
    })
    expect(await agentNames(ports, top, top)).toEqual(['claude', 'ours', 'mine'])
    const alone = directoryWith({ '.flowrc.local': agents })
    expect(await agentNames(ports, alone, alone)).toEqual(['claude', 'mine'])
  })
})

describe('what is wrong is reported with the file that has it', () => {
  const base = { memory: { file: 'A.md' }, agents: { x: { command: 'x' } } }

  test.each<[string, object | string, object | string, string, RegExp]>([
    [
      'a key',
      base,
      { memory: { fle: 'x' } },
      '.flowrc.local',
      /^memory\.fle: unknown key \(did you mean "file"\?\)$/,
    ],
    [
      'a type',
      base,
      { history: { sessions: '5' } },
      '.flowrc.local',
      /^history\.sessions: expected/,
    ],
    ['null', base, 'memory:', '.flowrc.local', /^memory: expected an object, found null$/],
    ['a type in a list', base, { templates: [1] }, '.flowrc.local', /^templates\[0\]: expected/],
    [
      'two of one',
      base,
      { agents: { x: { command: 'a', script: 'a.mjs' } } },
      '.flowrc.local',
      /^agents\.x: .*found both$/,
    ],
    [
      'an agent of its own without a command',
      base,
      { agents: { y: { env: {} } } },
      '.flowrc.local',
      /^agents\.y: .*found neither$/,
    ],
    [
      '__proto__',
      base,
      '{"memory": {"__proto__": {}}}',
      '.flowrc.local',
      /this name cannot be used/,
    ],
    [
      'what contains itself',
      '&a { memory: *a }',
      '&a { memory: *a }',
      '.flowrc',
      /unknown key|contains itself/,
    ],
    ['not YAML', base, 'a: [', '.flowrc.local', /^line /],
    [
      'the shared one',
      { agnet: 'x' },
      { memory: { file: 'B.md' } },
      '.flowrc',
      /^agnet: unknown key/,
    ],
    [
      'the shared one, below a value of the local one',
      { memory: 5 },
      { memory: { file: 'B.md' } },
      '.flowrc',
      /^memory: expected/,
    ],
  ])('%s', async (_, shared, local, name, why) => {
    const top = directoryWith({ '.flowrc': shared, '.flowrc.local': local })
    const error = (await loadConfig(ports, top, top).catch((thrown) => thrown)) as FlowError
    expect(error).toMatchObject({ code: 'E_CONFIG', details: { path: join(top, name) } })
    expect(error.what).toContain(join(top, name))
    expect(error.why).toMatch(why)
  })
})
