/** Pipes in the places of a session's lines. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runHost } from './host.ts'
import { addOrphan, addSession, elsewhere, newStateHome, question } from './state-home.ts'

export function pipeTests(shell: readonly string[]): void {
  test.each(['project', 'node', 'resident'])(
    'a pipe by the name of %s keeps no checkout waiting',
    (name) => {
      const home = newStateHome()
      addOrphan(home)
      const path = join(addSession(home), name)
      rmSync(path)
      execFileSync('mkfifo', [path])
      const env = { FLOW_HOME: home.path, PATH: join(home.nodePath, '..') }
      expect(runHost(shell, elsewhere(home, { env }))).toMatchObject({ code: 0, stderr: '' })
      expect(home.asked()).toBe(question(home))
    },
  )
}
