import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll } from 'vitest'

/** Makes one program of `test/protocol/<name>.ts`, for node to run while the tests of a file do. */
export function bundled(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'flow-test-bundle-'))
  const path = join(folder, `${name}.mjs`)
  beforeAll(async () => {
    const input = join(import.meta.dirname, `${name}.ts`)
    // jsonc-parser's main file is UMD, whose requires no bundler can follow.
    const resolve = { mainFields: ['module', 'main'] }
    const bundle = await rolldown({ input, platform: 'node', resolve })
    await bundle.write({ file: path, format: 'esm' })
    await bundle.close()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return path
}
