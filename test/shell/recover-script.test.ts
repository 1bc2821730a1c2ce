/** `recover.sh` by itself, where /bin/sh is bash. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findExecutable } from '../../src/ports/find-executable.ts'
import { WITH_NODE } from './host.ts'
import { newStateHome, question } from './state-home.ts'

const bash = findExecutable('bash', '/', process.env.PATH)

test.skipIf(bash === null).each(['noclobber', 'errexit', 'nounset', 'xtrace', 'noglob'])(
  'the option %s of the environment changes nothing',
  (option) => {
    const home = newStateHome()
    const script = join(home.hooksFolder, 'recover.sh')
    const node = readFileSync(home.nodePath, 'utf8')
    writeFileSync(home.nodePath, node.replace('exit 3', 'echo said\nexit 3'))
    const words = ['--posix', script, WITH_NODE, home.nodePath, home.residentPath]
    const done = spawnSync(bash ?? '', words, {
      env: { ...process.env, SHELLOPTS: option },
      encoding: 'utf8',
      input: '',
    })
    // What `set +x` itself prints goes with standard error, which the prompt throws away.
    expect(done.stdout).toBe('said\n')
    expect(home.asked()).toBe(question(home, 'prompt'))
  },
)

test.each([
  ['nothing', '', ''],
  ['two lines', 'one\ntwo\n', 'one\ntwo\n'],
  ['more', 'one\n\n two\nthree\n', 'one\nflow: recovery printed 3 more lines; run `flow doctor`\n'],
])('of %s that recovery prints, two lines are shown at most', (_, printed, shown) => {
  const home = newStateHome()
  writeFileSync(home.nodePath, `#!/bin/sh\nprintf '%s' '${printed}' >&2\n`)
  const script = join(home.hooksFolder, 'recover.sh')
  const words = [script, WITH_NODE, home.nodePath, home.residentPath]
  expect(spawnSync('/bin/sh', words, { encoding: 'utf8' }).stdout).toBe(shown)
})
