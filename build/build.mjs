// Fills dist/: each entry as bundled ESM, the JSON Schema, and the type declarations of the library.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
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
  // husky copies files out of its own package, and typescript is the project's: both stay packages.
  external: ['husky', 'typescript'],
  // jsonc-parser's main file is UMD, whose requires no bundler can follow.
  resolve: { mainFields: ['module', 'main'] },
  transform: { define: { __FLOW_VERSION__: JSON.stringify(version) } },
}

/** Name -> folder of every package that went into a bundle. */
const bundled = new Map()

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
// The command line and the library; what only one command needs is a chunk, loaded on demand.
await bundle(['cli', 'index'], {
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
})
// What the state home gets a copy of: one file, nothing beside it. Minified, since every start of an
// agent waits for it to be parsed.
await bundle(['resident'], { entryFileNames: '[name].mjs', codeSplitting: false, minify: true })
chmodSync(join(dist, 'cli.js'), 0o755)
copyFileSync(join(root, 'templates/notify.ps1'), join(dist, 'notify.ps1'))
await writeSchema(join(dist, 'schema.json'))
writeLicenses()
declareTypes()

async function bundle(names, options) {
  const input = Object.fromEntries(names.map((name) => [name, join(root, 'src', `${name}.ts`)]))
  const build = await rolldown({ ...shared, input })
  const { output } = await build.write({ dir: dist, format: 'esm', minify: 'dce-only', ...options })
  await build.close()
  for (const id of output.flatMap(({ moduleIds = [] }) => moduleIds)) {
    const found = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)
    if (found) bundled.set(found[1], found[0])
  }
}

/** The licences of what is bundled ask for being passed on. */
function writeLicenses() {
  const parts = [...bundled].sort().map(([name, folder]) => {
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `License: ${license}`
    return `## ${name} ${version}\n\n${text}\n`
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
