import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'
import { afterAll, beforeAll } from 'vitest'

/** Makes one program of `test/protocol/<name>.ts`, for node to run while the tests of a file do. */
export function bundled(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'flow-test-bundle-'))
  const path = join(folder, `${name}.mjs`)
  beforeAll(() => bundle(join(import.meta.dirname, `${name}.ts`), path))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return path
}

/** @param path where the program goes */
export async function bundle(input: string, path: string, plugins: Plugin[] = []): Promise<void> {
  // jsonc-parser's main file is UMD, whose requires no bundler can follow.
  const resolve = { mainFields: ['module', 'main'] }
  // vitest is no part of a program: what asks for it is of use to tests alone, and falls away.
  const external = ['vitest']
  const treeshake = { moduleSideEffects: [{ external: true, sideEffects: false }] }
  const made = await rolldown({ input, platform: 'node', resolve, plugins, external, treeshake })
  await made.write({ file: path, format: 'esm' })
  await made.close()
}
