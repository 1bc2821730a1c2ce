// Fills dist/: each entry as bundled ESM, the JSON Schema, and the type declarations of the library.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { writeCommands } from './commands.mjs'
import { writeSchema } from './schema.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const shared = {
  platform: 'node',
  // A chunk may import from its entry what both need.
  preserveEntrySignatures: 'allow-extension',
  // husky copies files out of its own package, and typescript is the project's: both stay packages.
  external: ['husky', 'typescript'],
  // jsonc-parser's main file is UMD, whose requires no bundler can follow.
  resolve: {
    mainFields: ['module', 'main'],
    alias: {
      // The file for `require`: that for `import` is a wrapper with parts for Deno.
      'zx/core': createRequire(import.meta.url).resolve('zx/core'),
      // Its main file has the part for browsers too.
      debug: 'debug/src/node.js',
    },
  },
  // Its formatter, which flow does not use, makes 1,200 strings of blanks when it is loaded.
  treeshake: { moduleSideEffects: (id) => !id.includes('/jsonc-parser/') },
  transform: { define: { __FLOW_VERSION__: JSON.stringify(version) } },
}

/** End of a library's file -> what it loads for functions that flow never calls. */
const UNUSED = {
  // flow loads the loaders itself, reads JSON by its own, and never writes YAML.
  '/cosmiconfig/dist/defaults.js': ['./loaders'],
  '/cosmiconfig/dist/loaders.js': ['parse-json', 'import-fresh'],
  '/js-yaml/index.js': ['./lib/dumper'],
  // Commander loads it for commands that are programs of their own: 2 ms.
  '/commander/lib/command.js': ['node:child_process'],
}

/** `file?raw`: the text of a file, as vite has it. */
const raw = {
  name: 'raw',
  resolveId(id, importer = '') {
    return id.endsWith('?raw') ? join(dirname(importer), id) : null
  },
  load(id) {
    if (!id.endsWith('?raw')) return null
    return `export default ${JSON.stringify(readFileSync(id.slice(0, -'?raw'.length), 'utf8'))}`
  },
}

const unused = {
  name: 'unused',
  resolveId(id, importer = '') {
    // zx takes `require("fs").promises`, which is 2 ms to load, as it is loaded.
    if (id === 'fs' && importer.endsWith('/zx/build/vendor-core.cjs')) return '\0fs'
    const file = Object.keys(UNUSED).find((end) => importer.endsWith(end))
    return file !== undefined && UNUSED[file].includes(id) ? '\0unused' : null
  },
  load(id) {
    if (id === '\0unused') return 'module.exports = {}'
    if (id !== '\0fs') return null
    return `const fs = process.getBuiltinModule('fs')
const promises = new Proxy({}, { get: (_, name) => fs.promises[name] })
module.exports = Object.create(fs, { promises: { value: promises } })`
  },
}

const minified = {
  // V8 reads a source of one byte per character sooner.
  charset: 'ascii',
  // Names of functions stay, for stack traces.
  minify: { compress: true, mangle: { keepNames: true }, codegen: true },
}

/** What `withSession` needs beyond the protocol is a chunk of its own, loaded by its first call. */
const library = {
  ...minified,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
}

/** CommonJS: Node starts it 4 ms sooner than ESM. */
const program = {
  ...minified,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  // Beside the entries: `import.meta.dirname` is dist/ in all of them.
  chunkFileNames: '[name]-[hash].cjs',
}

/**
 * A module goes into the first chunk that lists a module which imports it statically; the rest is split by
 * the bundler. What the entry imports stays in it: Node's compile cache leaves that file out.
 */
const CHUNKS = {
  entry: ['src/start.ts'],
  // Hooks, which go past the parser, suggest names as it does.
  commands: ['src/cli.ts', 'src/config/nearest-name.ts'],
  // Commander, and every command as data.
  'command-line': ['src/command-line/parse.ts', 'src/commands/load.ts'],
  session: ['src/commands/recover/recover.ts'],
  run: ['src/commands/run/run.ts'],
  // Loaded while git looks at the merged files.
  launch: ['src/ports/launch.ts'],
}

/** A session loads these files instead of thirty. `recover` loads neither zx nor cosmiconfig. */
const chunked = {
  includeDependenciesRecursively: false,
  groups: [
    {
      debugName: 'chunks',
      name(id, bundler) {
        const imports = (source) => staticImports(source, bundler).has(id)
        const chunk = Object.keys(CHUNKS).find((name) => CHUNKS[name].some(imports))
        return chunk === undefined || chunk === 'entry' ? null : chunk
      },
    },
  ],
}

/** Name -> folder of every package that went into a bundle. */
const bundled = new Map()

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
await bundle({ index: 'index' }, library)
await bundle({ cli: 'start' }, { ...program, codeSplitting: chunked })
// The state directory gets a copy of these two, and of nothing beside them.
await bundle({ runtime: 'runtime' }, { ...program, codeSplitting: false })
// It leaves logging to the other one.
await bundle({ 'runtime.hook': 'runtime-hook' }, { ...program, codeSplitting: false }, ['debug'])
// What node runs an agent's zx script by: the same zx, whole.
await bundle({ 'zx-script': 'ports/zx-script' }, { ...program, codeSplitting: false })
chmodSync(join(dist, 'cli.cjs'), 0o755)
copyFileSync(join(root, 'templates/notify.ps1'), join(dist, 'notify.ps1'))
await writeSchema(join(dist, 'schema.json'))
await writeCommands()
writeLicenses()
declareTypes()

/** `entries`: name in dist/ -> name in src/. */
async function bundle(entries, options, external = []) {
  const input = Object.fromEntries(
    Object.entries(entries).map(([name, source]) => [name, join(root, `src/${source}.ts`)]),
  )
  const build = await rolldown({
    ...shared,
    input,
    plugins: [raw, unused],
    external: [...shared.external, ...external],
  })
  const { output } = await build.write({ dir: dist, minify: 'dce-only', ...options })
  await build.close()
  for (const id of output.flatMap(({ moduleIds = [] }) => moduleIds)) {
    const found = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)
    if (found) bundled.set(found[1], found[0])
  }
}

/** Ids of the module `source` and of all that it imports statically, in turn. */
function staticImports(source, bundler) {
  const found = new Set()
  const visit = (id) => {
    if (found.has(id)) return
    found.add(id)
    const { importedIds = [], dynamicallyImportedIds = [] } = bundler.getModuleInfo(id) ?? {}
    importedIds.forEach(visit)
    // The commands are small; what they do is split off.
    if (id === join(root, 'src/commands/load.ts')) dynamicallyImportedIds.forEach(visit)
  }
  visit(join(root, source))
  return found
}

/** The licences of what is bundled ask for being passed on. */
function writeLicenses() {
  const parts = [...bundled].sort().map(([name, folder]) => {
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `License: ${license}`
    // zx is a bundle itself.
    const inside = join(folder, 'build/3rd-party-licenses')
    const others = existsSync(inside) ? `\n${readFileSync(inside, 'utf8').trim()}\n` : ''
    return `## ${name} ${version}\n\n${text}\n${others}`
  })
  const head = '# Licences of the packages that are bundled in flow\n'
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.md'), [head, ...parts].join('\n'))
}

function declareTypes() {
  const require = createRequire(import.meta.url)
  const folder = dirname(require.resolve('typescript/package.json'))
  const { bin } = require('typescript/package.json')
  const project = join(root, 'build/tsconfig.types.json')
  execFileSync(process.execPath, [join(folder, bin.tsc), '-p', project], { stdio: 'inherit' })
  removeUnreached(join(dist, 'types'), 'index.d.ts')
}

/** tsc declares what `withSession` imports on demand, too, for which a consumer would need other packages. */
function removeUnreached(folder, entry) {
  const reached = new Set()
  const visit = (file) => {
    if (reached.has(file)) return
    reached.add(file)
    const text = readFileSync(file, 'utf8')
    for (const [, path] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.[jt]s['"]/g)) {
      visit(join(dirname(file), `${path}.d.ts`))
    }
  }
  visit(join(folder, entry))
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = join(folder, name)
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file)
  }
}
