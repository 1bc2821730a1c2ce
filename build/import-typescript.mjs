// Runs a file of src/ in the build: Node 20 reads no TypeScript, so it is bundled in memory first.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import { rolldown } from 'rolldown'

/** @param name from src/. What a command imports when it runs is left out. */
export async function importTypeScript(name) {
  const build = await rolldown({
    input: fileURLToPath(new URL(`../src/${name}`, import.meta.url)),
    platform: 'node',
    resolve: { mainFields: ['module', 'main'] },
    plugins: [{ name: 'left-out', resolveDynamicImport }],
  })
  const { output } = await build.generate({ format: 'cjs', codeSplitting: false })
  await build.close()
  const exports = {}
  compileFunction(output[0].code, ['require', 'exports'])(createRequire(import.meta.url), exports)
  return exports
}

function resolveDynamicImport(id, importer) {
  return importer.endsWith('/commands/load.ts') ? null : { id, external: true }
}
