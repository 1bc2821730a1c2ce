/** Node's compile cache holds code that runs as the user: who can write to it decides what runs. */
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compileCacheDirectory } from '../../../src/ports/compile-cache.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const PARTS = ['', 'runtime', 'runtime/1.0.0', 'runtime/1.0.0/cache']

function stateDirectory(): string {
  const home = join(tempFolder(), 'state')
  for (const part of PARTS) mkdirSync(join(home, part), { mode: 0o700 })
  return home
}

const found = (variables: NodeJS.ProcessEnv) => compileCacheDirectory('1.0.0', variables)

describe('the compile cache', () => {
  test('is in the state directory', () => {
    const home = stateDirectory()
    expect(found({ FLOW_HOME: home })).toBe(join(home, 'runtime/1.0.0/cache'))
    const user = tempFolder()
    for (const part of PARTS) mkdirSync(join(user, '.sylphx-flow', part), { mode: 0o700 })
    expect(found({ HOME: user })).toBe(join(user, '.sylphx-flow/runtime/1.0.0/cache'))
  })

  test.each(PARTS)('is not used where state directory/%s is absent', (part) => {
    const home = stateDirectory()
    rmSync(join(home, part), { recursive: true })
    expect(found({ FLOW_HOME: home })).toBeNull()
  })

  test.each(PARTS.flatMap((part) => [0o720, 0o702, 0o777, 0o1777].map((mode) => [part, mode])))(
    'is not used where others can write to state directory/%s (mode %o)',
    (part, mode) => {
      const home = stateDirectory()
      chmodSync(join(home, String(part)), Number(mode))
      expect(found({ FLOW_HOME: home })).toBeNull()
    },
  )

  test.skipIf(process.geteuid?.() !== 0).each(PARTS)(
    'is not used where state directory/%s is another user’s',
    (part) => {
      const home = stateDirectory()
      chownSync(join(home, part), 65_534, 65_534)
      expect(found({ FLOW_HOME: home })).toBeNull()
    },
  )

  test('is never looked for below the working directory', () => {
    const home = stateDirectory()
    expect(found({ FLOW_HOME: relative(process.cwd(), home) })).toBeNull()
    expect(found({})).toBeNull()
    expect(found({ HOME: '' })).toBeNull()
  })
})
