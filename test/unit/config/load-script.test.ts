/** Configurations that are programs, read by the bundled code in a real Node: its import, its stack. */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tempFolder } from '../../helpers/temp-folder.ts'

const SRC = resolve(import.meta.dirname, '../../../src')
const READER = `
  import { loadConfig } from '${SRC}/config/load.ts'
  import { systemFiles } from '${SRC}/ports/file-system.ts'
  const ports = { fs: systemFiles, log: () => undefined }
  const answer = await loadConfig(ports, process.cwd(), process.cwd()).catch((error) => ({
    error: { code: error.code, why: error.why, next: error.next, message: error.message },
  }))
  console.log(JSON.stringify(answer))
`
const bundleFolder = mkdtempSync(join(tmpdir(), 'flow-test-reader-'))
const reader = join(bundleFolder, 'reader.mjs')

beforeAll(async () => {
  writeFileSync(join(bundleFolder, 'entry.ts'), READER)
  const bundle = await rolldown({
    input: join(bundleFolder, 'entry.ts'),
    platform: 'node',
    external: ['typescript'],
    resolve: { mainFields: ['module', 'main'] },
  })
  await bundle.write({ file: reader, format: 'esm', codeSplitting: false })
  await bundle.close()
})

afterAll(() => rmSync(bundleFolder, { recursive: true, force: true }))

interface Answer {
  readonly config?: { readonly agent: string }
  readonly error?: { readonly code: string; readonly why: string; readonly next: string }
}

/** Reads the configuration of a folder with these files, from within it. */
function read(files: Record<string, string>, readerPath = reader) {
  const folder = tempFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const output = execFileSync(process.execPath, ['--no-warnings', readerPath], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, '.config') },
  })
  return { folder, answer: JSON.parse(output) as Answer }
}

describe('JavaScript', () => {
  test.each([
    ['.flowrc.mjs', 'export default { agent: "x" }'],
    ['.flowrc.cjs', 'module.exports = { agent: "x" }'],
    ['.flowrc.js', 'module.exports = { agent: "x" }'],
    ['flow.config.js', 'export default { agent: "x" }'],
    [
      'flow.config.mjs',
      'import { basename } from "node:path"\nexport default { agent: basename("a/x") }',
    ],
    ['flow.config.cjs', 'exports.agent = "x"'],
    ['.config/flowrc.js', 'module.exports = { agent: "x" }'],
    ['.config/flowrc.mjs', 'export default { agent: "x" }'],
    ['.config/flowrc.cjs', 'exports.agent = "x"'],
  ])('%s is run: %s', (name, text) => {
    expect(read({ [name]: text }).answer.config?.agent).toBe('x')
  })

  test.each([
    ['.flowrc.mjs', '\n\nthrow new Error("mine")', 'line 3: mine'],
    ['.flowrc.cjs', '\nthrow new Error("mine")', 'line 2: mine'],
    ['.flowrc.mjs', 'throw "mine"', 'mine'],
    ['.flowrc.mjs', 'export default { agent: "x"', 'Unexpected end of input'],
    ['.flowrc.mjs', 'export const agent = "x"', 'it exports nothing'],
    ['.flowrc.mjs', 'export default () => ({})', 'the whole: expected an object, found a function'],
    [
      '.flowrc.mjs',
      'export default { hooks: { Stop: [{ hooks: [{ type: "x", run() {} }] }] } }',
      'hooks.Stop[0].hooks[0].run: expected plain data, found a function',
    ],
  ])('%s with %j is refused: %s', (name, text, why) => {
    expect(read({ [name]: text }).answer.error).toMatchObject({ code: 'E_CONFIG', why })
  })

  test('one that fails to open a file is not taken for absent', () => {
    const text = 'require("node:fs").readFileSync("gone")'
    const { error } = read({ '.flowrc.cjs': text, 'package.json': '{"flow": {}}' }).answer
    expect(error?.why).toContain('no such file or directory (ENOENT)')
  })

  test('one that throws runs once', () => {
    const text = 'require("node:fs").appendFileSync("runs", "x"); throw new Error("mine")'
    const { folder } = read({ '.flowrc.cjs': text })
    expect(readdirSync(folder).sort()).toEqual(['.flowrc.cjs', 'runs'])
    expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('x')
  })
})

describe('TypeScript, where Node cannot read it', () => {
  // Stand-ins for the package: what matters is which of its functions there are.
  const missing = { 'flow.config.ts': 'export default { agent: "x" as string }' }
  const stand = (body: string) => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'node_modules/typescript'), { recursive: true })
    writeFileSync(join(folder, 'node_modules/typescript/index.js'), body)
    copyFileSync(reader, join(folder, 'reader.mjs'))
    return join(folder, 'reader.mjs')
  }
  const reads = process.features as { readonly typescript?: unknown }

  test.skipIf(reads.typescript)('without the package typescript: how to get on', () => {
    const { error } = read(missing).answer
    expect(error).toMatchObject({ code: 'E_CONFIG' })
    expect(error?.why).toContain('no package typescript is installed alongside flow')
    expect(error?.next).toContain('flow.config.mjs')
  })

  test.skipIf(reads.typescript)('with a typescript that translates nothing: how to get on', () => {
    const path = stand('module.exports = { version: "7.0.2" }')
    expect(read(missing, path).answer.error?.why).toContain('has no transpileModule')
  })

  test.skipIf(reads.typescript)(
    'with one that translates: it is read, nothing stays behind',
    () => {
      const path = stand(`
      const transpileModule = (text) => ({ outputText: text.replace(' as string', '') })
      const kinds = { ES2022: 1, Bundler: 2 }
      const findConfigFile = () => undefined
      module.exports = {
        transpileModule, findConfigFile, ModuleKind: kinds, ModuleResolutionKind: kinds, ScriptTarget: kinds,
      }
    `)
      const { folder, answer } = read(missing, path)
      expect(answer.config?.agent).toBe('x')
      expect(readdirSync(folder)).toEqual(['flow.config.ts'])
    },
  )
})

describe('what is not the project’s configuration', () => {
  const NOTE = `import('node:fs').then((fs) => fs.writeFileSync('ran', ''))`

  test.each(['js', 'cjs', 'mjs', 'ts'])('.config/config.%s is not run', (extension) => {
    for (const other of [{ '.flowrc': 'agent: x' }, {}] as Record<string, string>[]) {
      const { folder } = read({ [`.config/config.${extension}`]: NOTE, ...other })
      expect(existsSync(join(folder, 'ran'))).toBe(false)
    }
  })

  test('a configuration that is run notes it in the same way', () => {
    expect(existsSync(join(read({ '.config/flowrc.js': NOTE }).folder, 'ran'))).toBe(true)
  })

  const moved = { searchPlaces: ['evil.yaml'], mergeSearchPlaces: false }
  test.each([
    ['package.json', JSON.stringify({ cosmiconfig: moved })],
    ['package.yaml', JSON.stringify({ cosmiconfig: moved })],
    ['.config/config.json', JSON.stringify({ cosmiconfig: moved })],
    ['.config/config.yaml', JSON.stringify({ cosmiconfig: moved })],
  ])("cosmiconfig's own options in %s do not move the places", (name, text) => {
    const { answer } = read({ [name]: text, 'evil.yaml': 'agent: evil', '.flowrc': 'agent: x' })
    expect(answer.config?.agent).toBe('x')
  })

  test.each(['config', 'config.json', 'config.yaml', 'config.js'])(
    'the user’s global .config/flow/%s is not read',
    (name) => {
      const { folder, answer } = read({ [`.config/flow/${name}`]: '{ "agent": "global" }' })
      expect(answer).toMatchObject({ file: null, projectRoot: folder })
    },
  )
})
