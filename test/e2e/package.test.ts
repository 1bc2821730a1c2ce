/** What is published: the tarball itself, and what npm made of it. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { HOOK_SCRIPTS } from '../../src/session/hook-scripts.ts'
import { orphan } from '../helpers/agent.ts'
import { flow, MARK, MEMORY, newTeam, settingsOf } from '../helpers/team.ts'

/** Everything that a package may hold. */
const EXPECTED: readonly RegExp[] = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|\.flowrc\.example)$/,
  /^dist\/(cli|runtime|runtime\.hook)\.cjs$/,
  /^dist\/(index\.js|schema\.json|notify\.ps1|THIRD-PARTY-LICENSES\.md)$/,
  /^dist\/[\w-]+-[\w-]{8}\.c?js$/,
  /^dist\/zx-script\.cjs$/,
  /^dist\/types\/[\w/-]+\.d\.ts$/,
  /^docs\/([A-Z]+\.md|[a-z]+\.svg)$/,
  /^templates\/(claude\.hooks\.json|flowrc\.yml|clean\.sh|launch\.sh|notify\.ps1|stand-in-agent\.mjs)$/,
  /^templates\/(hooks|completion|shell)\/[\w-]+\.(sh|bash|zsh|fish)$/,
  /^templates\/hooks\/(post-checkout|post-merge|pre-commit)$/,
]
/** What flow does not work without, or a licence asks for. */
const NEEDED = [
  'LICENSE',
  'dist/THIRD-PARTY-LICENSES.md',
  'dist/schema.json',
  'dist/zx-script.cjs',
  'dist/notify.ps1',
  '.flowrc.example',
  'templates/claude.hooks.json',
  'templates/hooks/clean.sh',
  'templates/launch.sh',
  'templates/stand-in-agent.mjs',
  ...HOOK_SCRIPTS,
]
const MOST_BYTES = 600_000

let files: string[]
beforeAll(() => {
  const listed = execFileSync('tar', ['-tzf', inject('tarball')], { encoding: 'utf8' })
  files = listed
    .trim()
    .split('\n')
    .map((name) => name.replace(/^package\//, ''))
})
const installed = (name = '') => join(inject('installed'), 'node_modules/flow-agent', name)
const manifest = () => JSON.parse(readFileSync(installed('package.json'), 'utf8'))

describe('the package', () => {
  test('publint finds nothing to say of it', async () => {
    const bytes = readFileSync(inject('tarball'))
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  test('holds what flow needs, and nothing that is not on the list', () => {
    expect(files.filter((name) => !EXPECTED.some((one) => one.test(name)))).toEqual([])
    expect(NEEDED.filter((name) => !files.includes(name))).toEqual([])
    expect(EXPECTED.filter((one) => !files.some((name) => one.test(name)))).toEqual([])
  })

  test('is small', () => {
    expect(statSync(inject('tarball')).size).toBeLessThan(MOST_BYTES)
  })

  test('speaks of no folder of the machine that packed it', () => {
    const checkout = join(import.meta.dirname, '../..')
    const spoken = files.filter((name) => readFileSync(installed(name), 'utf8').includes(checkout))
    expect(spoken).toEqual([])
  })

  test('every program of it can be executed and says what runs it', () => {
    const { bin } = manifest()
    expect(Object.keys(bin)).toEqual(['flow', 'flow-agent'])
    for (const name of Object.values<string>(bin)) {
      expect(statSync(installed(name)).mode & 0o111).toBe(0o111)
      expect(readFileSync(installed(name), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    }
    for (const name of ['templates/launch.sh', 'templates/stand-in-agent.mjs']) {
      expect(statSync(installed(name)).mode & 0o111).toBe(0o111)
    }
  })

  test('every way into it leads to a file, and code comes with types', () => {
    const { exports, type } = manifest()
    expect(type).toBe('module')
    expect(Object.keys(exports)).toEqual(['.', './schema.json', './package.json'])
    const { types, default: code } = exports['.']
    for (const name of [types, code, exports['./schema.json'], exports['./package.json']]) {
      expect(files).toContain(name.replace(/^\.\//, ''))
    }
  })

  test('asks for husky alone', () => {
    expect(Object.keys(manifest().dependencies)).toEqual(['husky'])
    const { peerDependencies, optionalDependencies, scripts } = manifest()
    expect({ peerDependencies, optionalDependencies }).toEqual({})
    // npm runs these three at everybody who installs it.
    expect(Object.keys(scripts)).not.toContain('install')
    expect(Object.keys(scripts)).not.toContain('preinstall')
    expect(Object.keys(scripts)).not.toContain('postinstall')
  })
})

describe('the libraries of a launch', () => {
  /** What only the source of zx, or of cosmiconfig's search, has in it, minified or not. */
  const OF_LIBRARIES = ['ProcessPromise', 'searchPlaces']

  test('are in no file that runs from the state directory', () => {
    const runtime = files.filter((name) => /^dist\/runtime.*\.cjs$/.test(name))
    expect(runtime.length).toBeGreaterThan(0)
    const texts = runtime.map((name) => readFileSync(installed(name), 'utf8'))
    for (const word of OF_LIBRARIES) expect(texts.filter((text) => text.includes(word))).toEqual([])
  })

  test('are loaded by no hook and no recovery, which work without them', async () => {
    const team = newTeam()
    await orphan(team)
    expect(settingsOf(team)).toContain(MARK)
    const dist = join(team.cwd, 'node_modules/flow-agent/dist')
    const code = readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.cjs'))
      .map((name) => join(dist, name))
    const having = OF_LIBRARIES.map((word) =>
      code.filter((path) => readFileSync(path, 'utf8').includes(word)),
    )
    for (const paths of having) expect(paths.length).toBeGreaterThan(0)
    for (const path of having.flat()) writeFileSync(path, 'throw new Error("library loaded")')
    const env = { ...team.env, FLOW_RUN_ID: 'test', CLAUDE_PROJECT_DIR: team.cwd }
    const hook = await flow({ ...team, env }, 'hook', 'session-start', '--memory=MEMORY.md')
    expect(hook).toMatchObject({ code: 0, stderr: '' })
    expect(hook.stdout).toContain(MEMORY)
    expect((await flow(team, 'recover')).code).toBe(0)
    expect(settingsOf(team)).not.toContain(MARK)
    // That of a launch was really taken away.
    expect((await flow(team, 'exec', '--', 'true')).stderr).toContain('library loaded')
  })
})
