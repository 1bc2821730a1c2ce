/**
 * Once per run of `e2e` or `slow`: packs flow as it is published and installs the tarball in a
 * fresh folder, whose node_modules the tests copy.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Absolute path of flow-agent-<version>.tgz. */
    readonly tarball: string
    /** A folder with package.json, package-lock.json and node_modules: flow installed from the tarball. */
    readonly installed: string
  }
}

export default function setup(project: TestProject): () => void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'flow-test-packed-')))
  const installed = join(folder, 'installed')
  mkdirSync(installed)
  writeFileSync(join(installed, 'package.json'), '{\n  "name": "team",\n  "private": true\n}\n')
  const root = resolve(import.meta.dirname, '../..')
  const [packed] = JSON.parse(
    npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  )
  const tarball = join(folder, packed.filename)
  npm(installed, 'install', '--save-dev', '--prefer-offline', '--no-audit', '--no-fund', tarball)
  project.provide('tarball', tarball)
  project.provide('installed', installed)
  return () => rmSync(folder, { recursive: true, force: true })
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
