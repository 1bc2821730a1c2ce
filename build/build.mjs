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
import { writeSchema } from './schema.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const shared = {
  platform: 'node',
  // A chunk may take from its entry what both need.
  preserveEntrySignatures: 'allow-extension',
  // husky copies files out of its own package, and typescript is the project's: both stay packages.
  external: ['husky', 'typescript'],
  // jsonc-parser's main file is UMD, whose requires no bundler can follow.
  resolve: { mainFields: ['module', 'main'] },
  // Its formatter, which flow does not use, makes 1,200 texts of blanks when it is loaded.
  treeshake: { moduleSideEffects: (id) => !id.includes('/jsonc-parser/') },
  transform: { define: { __FLOW_VERSION__: JSON.stringify(version) } },
}

const program = {
  format: 'cjs',
  entryFileNames: '[name].cjs',
  // The names of functions stay: a stack is worth something only with them.
  minify: { compress: true, mangle: { keepNames: true }, codegen: true },
  plugins: [loadBuiltinsOnDemand(), writeAscii()],
}

/** Name -> folder of every package that went into a bundle. */
const bundled = new Map()

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
await bundle({ index: 'index' }, { format: 'esm', entryFileNames: '[name].js' })
// What people and agents wait for is CommonJS, which Node starts 4 ms sooner than ESM. What only one
// command needs is a chunk, loaded on demand; what a session needs is one file.
await bundle({ cli: 'start-cli' }, program)
await bundle({ resident: 'start-resident' }, program)
const loaded = { ...program, plugins: [...program.plugins, writeFunction()] }
await bundle(
  { 'cli.main': 'cli' },
  {
    ...loaded,
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: sessionChunk, debugName: 'session' }],
    },
  },
)
// What the state home gets a copy of: nothing beside it.
await bundle({ 'resident.main': 'resident' }, { ...loaded, codeSplitting: false })
await bundle({ 'resident.hook': 'resident-hook' }, { ...loaded, codeSplitting: false })
// What node runs an agent's zx script by: the same zx, whole.
await bundle({ 'zx-script': 'ports/zx-script' }, { ...program, plugins: [] })
chmodSync(join(dist, 'cli.cjs'), 0o755)
copyFileSync(join(root, 'templates/notify.ps1'), join(dist, 'notify.ps1'))
await writeSchema(join(dist, 'schema.json'))
writeLicenses()
declareTypes()

/** `entries`: name in dist/ -> name in src/. */
async function bundle(entries, options) {
  const input = Object.fromEntries(
    Object.entries(entries).map(([name, source]) => [name, join(root, `src/${source}.ts`)]),
  )
  const build = await rolldown({ ...shared, input })
  const { output } = await build.write({ dir: dist, minify: 'dce-only', ...options })
  await build.close()
  for (const id of output.flatMap(({ moduleIds = [] }) => moduleIds)) {
    const found = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)
    if (found) bundled.set(found[1], found[0])
  }
}

/**
 * The chunk of all that the command `run` imports, in turn, and that not every command loads; other
 * modules fall where they are used.
 */
function sessionChunk(id, bundler) {
  const isInSession = importsOf('src/commands/run.ts', bundler).has(id)
  return isInSession && !importsOf('src/cli.ts', bundler).has(id) ? 'session' : null
}

/** Ids of the module itself and of all that it loads at once. */
function importsOf(source, bundler) {
  const found = new Set()
  const visit = (one) => {
    if (found.has(one)) return
    found.add(one)
    bundler.getModuleInfo(one)?.importedIds.forEach(visit)
  }
  visit(join(root, source))
  return found
}

/**
 * Node takes 3 to 4 ms each to load `crypto`, `child_process` and `tty` (with `net`), more than all of
 * flow's own code takes; a hook needs none of them. So a built-in module is loaded when the first of its
 * functions is called.
 */
function loadBuiltinsOnDemand() {
  const late = ['child_process', 'crypto', 'module', 'os', 'tty', 'url', 'util']
  return {
    name: 'load-builtins-on-demand',
    renderChunk: (code) =>
      code.replace(/(\w+) = require\("node:([^"]+)"\);/g, (whole, variable, name) =>
        // Where all of it is imported as one, the bundler copies its keys, which a proxy has not.
        late.includes(name) && !code.includes(`__toESM(${variable}`)
          ? `${variable} = new Proxy({}, { get: (_, key) => require("node:${name}")[key] });`
          : whole,
      ),
  }
}

/** V8 takes a text of one byte a character as it is, without a look at each. */
function writeAscii() {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return {
    name: 'write-ascii',
    generateBundle(_, chunks) {
      for (const chunk of Object.values(chunks)) {
        if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped)
      }
    },
  }
}

/**
 * What `loadCompiled` loads is one expression, the function that Node makes of every CommonJS file: to
 * put its head and its end round the text at each start would copy it, and have the memory swept for it.
 */
function writeFunction() {
  return {
    name: 'write-function',
    generateBundle(_, chunks) {
      for (const chunk of Object.values(chunks)) {
        if (chunk.type !== 'chunk') continue
        chunk.code = `(function (exports, require, module, __filename, __dirname) {${chunk.code}\n})\n`
      }
    },
  }
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
}
