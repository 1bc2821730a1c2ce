import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A fresh folder, real path, gone when the test ends. Call it inside a test. */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'flow-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
