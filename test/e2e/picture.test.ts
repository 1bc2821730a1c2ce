import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { drawDemo } from '../../build/picture.mjs'
import { run } from '../helpers/running.ts'
import { CLI, FLOW } from '../helpers/team-repository.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

test('the picture in the README is of what the demo says today', async () => {
  const { NO_COLOR: _, ...variables } = process.env
  const env = { ...variables, FORCE_COLOR: '1', TMPDIR: tempFolder() }
  const { stdout } = await run([process.execPath, CLI, 'demo'], { cwd: '/', env })
  const drawn = drawDemo(stdout)
  expect(drawn, '`npm run picture` draws it anew').toBe(
    readFileSync(join(FLOW, 'docs/demo.svg'), 'utf8'),
  )
  expect(drawn.length).toBeLessThan(60_000)
})
