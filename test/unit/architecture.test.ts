import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const SRC = resolve(import.meta.dirname, '../../src')

/** Who may import whom, by folder of src/. Types of ports are open to all but the pure files. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  commands: [
    'commands',
    'command-line',
    'session',
    'settings',
    'targets',
    'git',
    'hooks',
    'config',
    'ports',
    'setup',
    'lib',
  ],
  setup: ['setup', 'session', 'targets', 'config', 'git', 'ports', 'lib'],
  session: ['session', 'settings', 'git', 'ports', 'lib'],
  settings: ['settings'],
  targets: ['targets', 'settings', 'config'],
  git: ['git', 'ports', 'lib'],
  hooks: ['hooks', 'session', 'ports'],
  config: ['config', 'ports'],
  'command-line': ['command-line', 'config'],
  ports: ['ports'],
  lib: ['lib', 'ports'],
}

const PURE = [
  /^settings\//,
  /^targets\//,
  /^git\/tree-path\.ts$/,
  /^session\/(layout|pid-lock|backup-ref|decide)\.ts$/,
  /^command-line\//,
  /^config\/schema\.ts$/,
  /^hooks\/(ways|calls|terminal-sequence|deliver|plain|cut)\.ts$/,
  /^errors\.ts$/,
]

const NODE_WITHOUT_IO = ['node:path', 'node:crypto', 'node:util', 'node:url']

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()

const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(join(SRC, from), 'utf8')
  return [
    ...text.matchAll(
      /(import|export)(\s+type)?\s[^'"]*?from\s+'([^']+)'|(?:import|getBuiltinModule)\('([^']+)'\)|^import '([^']+)'/gm,
    ),
  ].map((found) => {
    const wanted = found[3] ?? found[4] ?? found[5] ?? ''
    const to = wanted.startsWith('.') ? relative(SRC, resolve(SRC, dirname(from), wanted)) : wanted
    return { from, to, typeOnly: found[2] !== undefined }
  })
})

const folderOf = (file: string) => (file.includes('/') ? (file.split('/')[0] ?? '') : '')

describe('import directions', () => {
  test('there is something to check', () => {
    expect(files.length).toBeGreaterThan(10)
    expect(imports.length).toBeGreaterThan(20)
  })

  test('folders import only the folders below them', () => {
    const wrong = imports.filter(({ from, to }) => {
      const allowed = MAY_IMPORT[folderOf(from)]
      const target = folderOf(to)
      return allowed !== undefined && MAY_IMPORT[target] !== undefined && !allowed.includes(target)
    })
    expect(wrong).toEqual([])
  })

  test('only ports do I/O of Node', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        to.startsWith('node:') && !NODE_WITHOUT_IO.includes(to) && folderOf(from) !== 'ports',
    )
    expect(wrong).toEqual([])
  })

  test('only ports touch process and Date', () => {
    const wrong = files.filter((file) => {
      if (folderOf(file) === 'ports') return false
      const code = readFileSync(join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
      return /\bprocess\.(?!getBuiltinModule\(')|new Date\(\)|Date\.now\(/.test(code)
    })
    expect(wrong).toEqual([])
  })

  test('the domain sees ports as types', () => {
    const domain = ['session', 'git', 'hooks', 'config']
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        domain.includes(folderOf(from)) && folderOf(to) === 'ports' && !typeOnly,
    )
    expect(wrong).toEqual([])
  })

  test('pure files import no ports', () => {
    const wrong = imports.filter(
      ({ from, to }) => PURE.some((pattern) => pattern.test(from)) && folderOf(to) === 'ports',
    )
    expect(wrong).toEqual([])
  })

  test('the function cosmiconfig(), which runs .config/config.* of the current directory, is not loaded', () => {
    const loaded = imports.filter(({ to, typeOnly }) => /^cosmiconfig(\/|$)/.test(to) && !typeOnly)
    expect([...new Set(loaded.map(({ to }) => to))].sort()).toEqual([
      'cosmiconfig/dist/ExplorerSync.js',
      'cosmiconfig/dist/defaults.js',
      'cosmiconfig/dist/loaders.js',
    ])
  })

  test('what hooks and recovery run from loads neither zx nor cosmiconfig', () => {
    const reached = new Set<string>()
    const visit = (file: string) => {
      if (reached.has(file)) return
      reached.add(file)
      for (const { to } of imports.filter((line) => line.from === file)) visit(to)
    }
    visit('runtime.ts')
    visit('runtime-hook.ts')
    expect(reached).toContain('session/recover.ts')
    expect(reached).toContain('hooks/session-start.ts')
    expect([...reached].filter((name) => /^(zx|cosmiconfig)(\/|$)/.test(name))).toEqual([])
  })

  test('a command imports what it does when it runs: help and completion load all of them', () => {
    const commands = imports.filter(({ from }) => from === 'commands/load.ts').map(({ to }) => to)
    const names = commands.filter((to) => /^commands\/[a-z-]+\.ts$/.test(to))
    expect(names.length).toBeGreaterThan(10)
    const eager = names
      .filter((name) => name !== 'commands/define-command.ts')
      .flatMap((name) => [
        ...readFileSync(join(SRC, name), 'utf8').matchAll(/^import .* from (.*)$/gm),
      ])
      .map(([, from]) => from)
    expect([...new Set(eager)]).toEqual(["'./define-command.ts'"])
  })
})
