/** Node's compile cache in the state directory. Node 20 has none: there flow makes nothing of it. */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { run } from '../helpers/running.ts'
import { newTeam, type Team } from '../helpers/team.ts'

const hasCache = 'enableCompileCache' in nodeModule
const cacheOf = ({ stateHome }: Team) => join(stateHome, 'runtime', manifest.version, 'cache')
const cli = ({ cwd }: Team) => join(cwd, 'node_modules/flow-agent/dist/cli.cjs')
const exec = (team: Team, env: Record<string, string> = {}) =>
  run([process.execPath, cli(team), 'exec', '--', 'echo', 'fine'], {
    ...team,
    env: { ...team.env, ...env },
  })
const FINE = { code: 0, stdout: 'fine\n', stderr: '' }

function cachedFiles(team: Team): string[] {
  const cache = cacheOf(team)
  const names = readdirSync(cache, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.includes('/')).map((name) => join(cache, name))
}

async function warmTeam(): Promise<Team> {
  const team = newTeam()
  for (const _ of ['makes the directory', 'fills it']) {
    expect(await exec(team)).toMatchObject(FINE)
  }
  return team
}

test.runIf(hasCache)(
  'a session after the first fills it, and one more leaves it as it is',
  async () => {
    const team = await warmTeam()
    const bytes = cachedFiles(team).map((path) => readFileSync(path))
    expect(bytes.length).toBeGreaterThan(0)
    expect(await exec(team)).toMatchObject(FINE)
    expect(cachedFiles(team).map((path) => readFileSync(path))).toEqual(bytes)
  },
)

test.runIf(hasCache).each<[string, (bytes: Buffer) => Buffer]>([
  ['cut off', (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['empty', () => Buffer.alloc(0)],
  ['full of zeros', (bytes) => Buffer.alloc(bytes.length)],
  ['whole but for a block', (bytes) => Buffer.from(bytes).fill(0, 1024, 1536)],
])('a file in it that is %s is compiled again', async (_, damage) => {
  const team = await warmTeam()
  for (const path of cachedFiles(team)) writeFileSync(path, damage(readFileSync(path)))
  expect(await exec(team)).toMatchObject(FINE)
  expect(await exec(team)).toMatchObject(FINE)
})

test.runIf(hasCache)('ten sessions at once fill it', async () => {
  const team = await warmTeam()
  for (const path of cachedFiles(team)) rmSync(path)
  const all = await Promise.all(Array.from({ length: 10 }, () => exec(team)))
  for (const done of all) expect(done).toMatchObject(FINE)
  expect(cachedFiles(team).length).toBeGreaterThan(0)
})

test.runIf(hasCache)("the user's own choice of a cache, or of none, is kept", async () => {
  const team = newTeam()
  expect(await exec(team)).toMatchObject(FINE)
  const own = join(team.folder, 'own-cache')
  expect(await exec(team, { NODE_COMPILE_CACHE: own })).toMatchObject(FINE)
  expect(existsSync(own)).toBe(true)
  expect(await exec(team, { NODE_DISABLE_COMPILE_CACHE: '1' })).toMatchObject(FINE)
  expect(cachedFiles(team)).toEqual([])
})

test.skipIf(hasCache)('without one in Node, nothing is kept', async () => {
  expect(cachedFiles(await warmTeam())).toEqual([])
})
