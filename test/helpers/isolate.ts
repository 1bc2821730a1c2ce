/** Every test file runs with a home of its own: nothing of the person's is read or written. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const home = mkdtempSync(join(tmpdir(), 'flow-test-home-'))

for (const name of Object.keys(process.env)) {
  if (/^(XDG_|GIT_|FLOW|CLAUDE|HUSKY|npm_|NPM_CONFIG_PREFIX)/.test(name)) delete process.env[name]
}
Object.assign(process.env, {
  HOME: home,
  FLOW_HOME: join(home, 'state'),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.invalid',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.invalid',
  LC_ALL: 'C.UTF-8',
})

afterAll(() => rmSync(home, { recursive: true, force: true }))
