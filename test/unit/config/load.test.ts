import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findConfig } from '../../../src/config/find.ts'
import { agentNamed, loadConfig } from '../../../src/config/load.ts'
import { defaultConfig, parseConfig } from '../../../src/config/schema.ts'
import { FlowError } from '../../../src/errors.ts'
import { systemFiles } from '../../../src/ports/file-system.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const ports = { fs: systemFiles, log: () => undefined }

/** A folder with these files. */
function folderWith(files: Record<string, string | Uint8Array>): string {
  const folder = tempFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

async function refusal(folder: string): Promise<FlowError> {
  try {
    await loadConfig(ports, folder, folder)
  } catch (error) {
    if (error instanceof FlowError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('where the configuration is found', () => {
  test('without one: the defaults, and the top level is the project root', async () => {
    const top = folderWith({ 'a/b/file': '' })
    expect(await loadConfig(ports, join(top, 'a/b'), top)).toEqual({
      config: defaultConfig(),
      file: null,
      local: null,
      projectRoot: top,
      hooks: [],
    })
  })

  test('the nearest one counts, and its folder is the project root', async () => {
    const top = folderWith({
      '.flowrc': 'agent: far',
      'a/.flowrc.yaml': 'agent: near',
      'a/b/c/file': '',
    })
    const loaded = await loadConfig(ports, join(top, 'a/b/c'), top)
    expect(loaded).toMatchObject({ file: join(top, 'a/.flowrc.yaml'), projectRoot: join(top, 'a') })
    expect(loaded.config.agent).toBe('near')
  })

  test('nothing above the top level is read', async () => {
    const outside = folderWith({ '.flowrc': 'agent: outside', 'repo/a/file': '' })
    const top = join(outside, 'repo')
    expect((await loadConfig(ports, join(top, 'a'), top)).file).toBeNull()
  })

  test('a folder that is not below the top level counts as the top level', async () => {
    const top = folderWith({ '.flowrc': 'agent: mine' })
    const elsewhere = folderWith({ '.flowrc': 'agent: other' })
    expect((await loadConfig(ports, elsewhere, top)).config.agent).toBe('mine')
  })

  test('the project root is a real path, whatever link led there', async () => {
    const top = folderWith({ 'a/.flowrc': '' })
    symlinkSync(join(top, 'a'), join(top, 'link'))
    expect((await loadConfig(ports, join(top, 'link'), top)).projectRoot).toBe(join(top, 'a'))
  })

  test.each([
    ['.flowrc', '{"agent": "x"}'],
    ['.flowrc', 'agent: x'],
    ['.flowrc.json', '{"agent": "x"}'],
    ['.flowrc.yaml', 'agent: x'],
    ['.flowrc.yml', '{agent: x}'],
    ['package.json', '{"name": "p", "flow": {"agent": "x"}}'],
  ])('%s is a place: %s', async (name, text) => {
    const top = folderWith({ [name]: text })
    const loaded = await loadConfig(ports, top, top)
    expect(loaded).toMatchObject({ file: join(top, name), config: { agent: 'x' } })
  })

  test.each([
    ['.config/flowrc', '{"agent": "x"}'],
    ['.config/flowrc', 'agent: x'],
    ['.config/flowrc.json', '{"agent": "x"}'],
    ['.config/flowrc.yaml', 'agent: x'],
    ['.config/flowrc.yml', 'agent: x'],
    ['.config/flowrc.yaml', '# the defaults, but for the agent\nagent: x'],
  ])('%s makes the directory that holds .config the project root: %s', async (name, text) => {
    const top = folderWith({ [`a/${name}`]: text, 'a/.config/other/file': '' })
    for (const from of ['a', 'a/.config', 'a/.config/other']) {
      const loaded = await loadConfig(ports, join(top, from), top)
      const file = join(top, 'a', name)
      expect(loaded).toMatchObject({ file, projectRoot: join(top, 'a'), config: { agent: 'x' } })
    }
  })

  test.each([
    'package.yaml',
    '.config/flow.json',
    '.config/config.json',
    '.config/flow/config.json',
  ])('%s is no place', async (name) => {
    const top = folderWith({ [name]: '{"agent": "x", "flow": {"agent": "x"}}' })
    expect((await loadConfig(ports, top, top)).file).toBeNull()
  })

  test('.flowrc counts before the other places of its folder', async () => {
    const top = folderWith({
      'package.json': '{"flow": {"agent": "p"}}',
      '.flowrc': 'agent: rc',
      '.flowrc.json': '{"agent": "json"}',
    })
    expect((await loadConfig(ports, top, top)).config.agent).toBe('rc')
  })

  test('the places of a directory, in the order of docs/CONFIG.md', () => {
    const extensions = ['json', 'yaml', 'yml', 'js', 'ts', 'cjs', 'mjs']
    const places = [
      '.flowrc',
      ...extensions.map((extension) => `.flowrc.${extension}`),
      '.config/flowrc',
      ...extensions.map((extension) => `.config/flowrc.${extension}`),
      ...['js', 'ts', 'cjs', 'mjs'].map((extension) => `flow.config.${extension}`),
      'package.json',
    ]
    const files = places.map((place) => [place, place === 'package.json' ? '{"flow":{}}' : ''])
    const top = folderWith(Object.fromEntries(files))
    const found = places.map(() => {
      const { file } = findConfig(ports, top, top) ?? expect.fail('nothing is found')
      rmSync(file)
      return file
    })
    expect(found).toEqual(places.map((place) => join(top, place)))
    expect(findConfig(ports, top, top)).toBeNull()
  })

  test('a package.json without "flow" is no configuration', async () => {
    const top = folderWith({ '.flowrc': 'agent: above', 'a/package.json': '{"name": "a"}' })
    expect((await loadConfig(ports, join(top, 'a'), top)).config.agent).toBe('above')
  })
})

describe('in directories with strange names', () => {
  test.each(["it's", 'say "so"', '$HOME', 'two\nlines', '-n', '[a]*', 'ä', ' '])(
    '%j',
    async (name) => {
      const top = folderWith({ [`${name}/.flowrc`]: 'agent: x', [`${name}/deep/file`]: '' })
      const loaded = await loadConfig(ports, join(top, name, 'deep'), top)
      expect(loaded).toMatchObject({ file: join(top, name, '.flowrc'), config: { agent: 'x' } })
    },
  )
})

describe('what a file may hold', () => {
  test.each([
    ['.flowrc', ''],
    ['.flowrc', ' \n'],
    ['.flowrc', '# only a comment\n'],
    ['.flowrc', '\uFEFF{}\r\n'],
    ['.flowrc.json', ''],
    ['.flowrc.yaml', ''],
  ])('%s with %j changes nothing, and makes its folder the project root', async (name, text) => {
    const top = folderWith({ [`a/${name}`]: text })
    const loaded = await loadConfig(ports, join(top, 'a'), top)
    expect(loaded).toMatchObject({ config: defaultConfig(), projectRoot: join(top, 'a') })
  })

  test("braces of YAML's with unquoted addresses and patterns are YAML", async () => {
    const text = '{agents: {x: {command: http://a//b}}, templates: [src/*.json, "//b"]}'
    const top = folderWith({ '.flowrc': text })
    // The last one is refused for what it means, not taken for a comment.
    expect((await refusal(top)).why).toBe('templates[1]: expected a relative path, found "//b"')
  })
})

describe('what is refused, with the place', () => {
  test.each([
    ['{\n  "agent": "x" // mine\n}', 2],
    ['// mine\n{"agent": "x"}', 1],
    ['\n/* mine */ {"agent": "x"}', 2],
    ['{"agent": "x", /* mine */ "memory": {}}', 1],
    ['{"agent":\n"x"// mine\n}', 2],
  ])('JSON with comments in a .flowrc: %j, line %d', async (text, line) => {
    const error = await refusal(folderWith({ '.flowrc': text }))
    expect(error.code).toBe('E_CONFIG')
    expect(error.why).toMatch(new RegExp(`^line ${line}: a comment`))
    expect(error.next).toContain('.flowrc.yaml')
  })

  test.each([
    ['.flowrc', 'agent: x\nmemory: [1\nhooks: }\n', 'line 3, column 1: '],
    ['.flowrc', 'agent: x\nagent: y\n', 'line 2, column 1: duplicated mapping key'],
    ['.flowrc.yaml', 'a: b: c\n', 'line 1, column 5: '],
    ['.flowrc.json', '{\n  "agent" "x"\n}', 'line 2, column 11: colon expected'],
    ['.flowrc.json', '{"agent": "x",\r\n}', 'line 2, column 1: property name expected'],
    ['.flowrc.json', '{\n  // mine\n  "agent": "x"}', 'line 2, column 3: invalid comment token'],
    ['package.json', '{"flow": ', 'line 1, column 10: value expected'],
    ['.flowrc.json', 'null', 'the whole: expected an object, found null'],
    ['package.json', '{"flow": false}', 'the whole: expected an object, found false'],
    ['.flowrc', Buffer.from('\uFEFFagent: x', 'utf16le'), 'it is not UTF-8 text'],
  ])('%s with %j: %s', async (name, content, why) => {
    const folder = folderWith({ [name]: content })
    const error = await refusal(folder)
    expect(error.why?.startsWith(why), error.why).toBe(true)
    expect(error.what).toContain(join(folder, name))
    expect(error.exitCode).toBe(1)
  })

  test.each(['.flowrc', '.config/flowrc', 'flow.config.mjs', 'package.json'])(
    'a folder in the place of the file: %s',
    async (name) => {
      const folder = folderWith({ [`${name}/file`]: '' })
      expect(await refusal(folder)).toMatchObject({
        why: 'it is a directory (EISDIR)',
        details: { path: join(folder, name) },
      })
    },
  )

  test.each(['.flowrc', '.config/flowrc.yaml', 'flow.config.js'])(
    'a FIFO, which has no end: %s',
    async (name) => {
      const folder = folderWith({ '.config/file': '' })
      execFileSync('mkfifo', [join(folder, name)])
      expect((await refusal(folder)).why).toBe('it is no ordinary file')
    },
  )

  test.each([
    ['.flowrc', '.config/flowrc'],
    ['.config', '.config/flowrc'],
  ])('a link that leads to itself: %s', async (name, next) => {
    const folder = folderWith({})
    symlinkSync(name, join(folder, name))
    const file = join(folder, name === '.config' ? next : name)
    expect(await refusal(folder)).toMatchObject({
      what: `could not read ${file}`,
      why: 'too many symbolic links (ELOOP)',
    })
  })

  test('a link that leads nowhere is not there', async () => {
    const folder = folderWith({})
    symlinkSync('gone', join(folder, '.flowrc'))
    expect((await loadConfig(ports, folder, folder)).file).toBeNull()
  })

  test.each([
    ['.flowrc', '$import: ./other.json'],
    ['.flowrc.json', '{"$import": "./other.json"}'],
    ['package.json', '{"flow": {"$import": ["./other.json"]}}'],
  ])("$import of cosmiconfig's imports nothing: %s with %s", async (name, text) => {
    const folder = folderWith({ [name]: text, 'other.json': '{"agent": "other"}' })
    expect((await refusal(folder)).why).toBe('$import: unknown key')
  })

  test.each([
    ['package.json', '{"flow": null}', 'the whole: expected an object, found null'],
    ['package.json', '', 'line 1, column 1: value expected'],
    ['.flowrc.yaml', '[1, 2]', 'the whole: expected an object, found a list'],
  ])('nothing where something should be: %s with %j', async (name, text, why) => {
    expect((await refusal(folderWith({ [name]: text }))).why).toBe(why)
  })

  test('aliases that stand for billions of values', async () => {
    const aliases = [...'bcdefghijkl'].map((name, at) => {
      const before = `*${'abcdefghijk'[at]}`
      return `        ${name}: &${name} [${Array(9).fill(before)}]\n`
    })
    const hook = '        type: command\n        command: x\n        a: &a [x, x, x]\n'
    const text = `hooks:\n  Stop:\n    - hooks:\n      -\n${hook}${aliases.join('')}`
    const { why } = await refusal(folderWith({ '.flowrc': text }))
    expect(why).toContain('the whole: has more than 100000 values')
  })

  test.each([
    ['.flowrc.json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'more than 100 levels'],
    ['.flowrc.json', '['.repeat(100_000), 'Unexpected end of JSON input'],
    ['.flowrc', '['.repeat(100_000), 'nesting exceeded'],
    ['.flowrc.yaml', `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'nesting exceeded'],
  ])('a hundred thousand levels: %s', async (name, text, why) => {
    expect((await refusal(folderWith({ [name]: text }))).why).toContain(why)
  })

  test('a file that is larger than 5 MB', async () => {
    const folder = folderWith({ '.flowrc': `#${' '.repeat(5_000_000)}` })
    expect((await refusal(folder)).why).toBe('it is larger than 5 MB')
  })

  test('5 MB of YAML are read', async () => {
    const text = `${'# a comment of forty letters, and on and on\n'.repeat(110_000)}agent: x\n`
    const folder = folderWith({ '.flowrc': text })
    expect((await loadConfig(ports, folder, folder)).config.agent).toBe('x')
  })

  test('a file without permission is not taken for absent', async () => {
    const folder = folderWith({ '.flowrc': 'agent: x' })
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' })
    const fs = {
      ...systemFiles,
      readFile() {
        throw denied
      },
    }
    await expect(loadConfig({ ...ports, fs }, folder, folder)).rejects.toMatchObject({
      code: 'E_CONFIG',
      why: 'permission denied (EACCES)',
    })
  })
})

describe('template files', () => {
  const hooks = { Stop: [{ hooks: [{ type: 'command', command: 'x' }] }] }

  test('are relative to the project root, not to .config', async () => {
    const top = folderWith({
      '.config/flowrc.yaml': 'templates: [one.json, .config/two.json]',
      'one.json': JSON.stringify({ hooks }),
      '.config/two.json': '{"hooks": {}}',
    })
    const { hooks: files } = await loadConfig(ports, top, top)
    expect(files.map(({ file }) => file)).toEqual([
      join(top, '.config/flowrc.yaml'),
      join(top, 'one.json'),
      join(top, '.config/two.json'),
    ])
  })

  test('are relative to the configuration, in its order', async () => {
    const top = folderWith({
      'a/.flowrc': 'templates: [one.json, ../shared/two.json]',
      'a/one.json': JSON.stringify({ hooks }),
      'shared/two.json': '{"hooks": {}}',
    })
    const { hooks: files } = await loadConfig(ports, join(top, 'a'), top)
    expect(files).toEqual([
      { file: join(top, 'a/.flowrc'), hooks: {} },
      { file: join(top, 'a/one.json'), hooks },
      { file: join(top, 'shared/two.json'), hooks: {} },
    ])
  })

  test.each([
    [undefined, 'no such file or directory (ENOENT); `templates` in the configuration names it'],
    ['{\n"hooks": }', 'line 2, column 10: value expected'],
    ['{"hooks": {}} // x', 'line 1, column 15: invalid comment token'],
    ['{"hooks": {"Stop": [{"hooks": [{"type": 1}]}]}}', 'hooks.Stop[0].hooks[0].type: expected'],
  ])('%j is refused by name: %s', async (text, why) => {
    const folder = folderWith({
      '.flowrc': 'templates: [t.json]',
      ...(text !== undefined && { 't.json': text }),
    })
    const error = await refusal(folder)
    expect(error.what).toContain(join(folder, 't.json'))
    expect(error.why).toContain(why)
  })
})

describe('the agent by name', () => {
  const config = parseConfig({ agents: { codex: { command: 'codex' } } }, '.flowrc')

  test('is found', () => {
    expect(agentNamed(config, 'codex', 'command-line').command).toEqual(['codex'])
  })

  test.each([
    ['command-line', 2, undefined],
    ['configuration', 1, 'name one of these, or add it to `agents`: claude, codex'],
  ] as const)(
    'a wrong one from the %s exits with %d and a suggestion',
    (namedBy, exitCode, next) => {
      expect(() => agentNamed(config, 'cluade', namedBy)).toThrow(
        expect.objectContaining({
          code: 'E_AGENT_UNKNOWN',
          what: 'there is no agent "cluade" (did you mean "claude"?)',
          next,
          exitCode,
        }),
      )
    },
  )

  test('a wrong one that resembles none comes with those that there are', () => {
    expect(() => agentNamed(config, 'gemini', 'command-line')).toThrow(
      'there is no agent "gemini"; `agents` of .flowrc has claude, codex',
    )
  })

  test.each(['constructor', '__proto__', 'toString'])('%s is no agent', (name) => {
    expect(() => agentNamed(config, name, 'command-line')).toThrow(/there is no agent/)
  })
})
