/** The code of flow that V8 compiled before: what is kept of it, and what is believed of it. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { run } from '../helpers/running.ts'
import { flow, newTeam, type Team } from '../helpers/team.ts'

const folderOf = ({ stateHome }: Team) => join(stateHome, 'bin', manifest.version)
const kept = (team: Team) => {
  const names = readdirSync(folderOf(team)).filter((name) => name.includes('.code'))
  return names.sort().map((name) => join(folderOf(team), name))
}
const whatStands = (team: Team) => kept(team).map((path) => [path, statSync(path).ino])

/** A team in whose state home a session has been, and what was compiled of it. */
async function compiled(): Promise<Team> {
  const team = newTeam()
  for (const _ of ['makes the folder', 'keeps what it compiled']) {
    expect(await flow(team, 'exec', '--', 'true')).toMatchObject({ code: 0, stderr: '' })
  }
  expect(kept(team).length).toBeGreaterThan(1)
  return team
}

describe('what was compiled', () => {
  test('is kept for oneself alone, used again, and not written again', async () => {
    const team = await compiled()
    for (const path of kept(team)) expect(statSync(path).mode & 0o777).toBe(0o600)
    const before = whatStands(team)
    expect(await flow(team, 'exec', '--', 'true')).toMatchObject({ code: 0, stderr: '' })
    expect(whatStands(team)).toEqual(before)
  })

  test.each<[string, (path: string) => void]>([
    ['cut off', (path) => truncateSync(path, statSync(path).size / 2)],
    ['empty', (path) => truncateSync(path, 0)],
    ['full of zeros', (path) => writeFileSync(path, Buffer.alloc(statSync(path).size))],
    [
      'whole but for a block',
      (path) => writeFileSync(path, readFileSync(path).fill(0, 4096, 8192)),
    ],
    ['another file’s', (path) => writeFileSync(path, 'console.log("gotcha")')],
  ])('and %s is compiled again', async (_, damage) => {
    const team = await compiled()
    const paths = kept(team).filter((path) => statSync(path).size > 8192)
    expect(paths.length).toBeGreaterThan(0)
    for (const path of paths) damage(path)
    const damaged = paths.map((path) => readFileSync(path))
    const done = await flow(team, 'exec', '--', 'echo', 'fine')
    expect(done).toMatchObject({ code: 0, stdout: 'fine\n', stderr: '' })
    for (const [place, path] of paths.entries()) {
      expect(readFileSync(path)).not.toEqual(damaged[place])
    }
    const before = whatStands(team)
    await flow(team, 'exec', '--', 'true')
    expect(whatStands(team)).toEqual(before)
  })

  test('of another text is not used for it', async () => {
    const team = await compiled()
    const main = join(team.cwd, 'node_modules/flow-agent/dist/cli.main.cjs')
    const text = readFileSync(main, 'utf8')
    // As long as before: V8 itself compares no more.
    const touched = text.replace('flow:', 'FLOW:')
    expect(touched).toHaveLength(text.length)
    writeFileSync(main, touched)
    const before = whatStands(team).length
    await flow(team, 'exec', '--', 'true')
    expect(whatStands(team).length).toBe(before + 1)
  })

  test('does not pile up where the package is installed again and again', async () => {
    const team = await compiled()
    const main = join(team.cwd, 'node_modules/flow-agent/dist/cli.main.cjs')
    const ofMain = () => kept(team).filter((path) => path.includes('cli.main.cjs-'))
    const [first] = ofMain()
    for (let day = 1; day <= 5; day += 1) {
      utimesSync(main, day * 86_400, day * 86_400)
      await flow(team, 'exec', '--', 'true')
      expect(ofMain()).toHaveLength(Math.min(day + 1, 4))
    }
    expect(ofMain()).not.toContain(first)
    expect(kept(team).some((path) => path.includes('session-'))).toBe(true)
  })

  test('in a folder that others can write in is neither used nor kept', async () => {
    const team = await compiled()
    for (const path of kept(team)) writeFileSync(path, 'planted')
    chmodSync(folderOf(team), 0o777)
    const done = await flow(team, 'exec', '--', 'true')
    expect(done).toMatchObject({ code: 0, stderr: '' })
    for (const path of kept(team)) expect(readFileSync(path, 'utf8')).toBe('planted')
  })

  test.each([
    ['FLOW_HOME is relative', { FLOW_HOME: 'planted' }],
    ['there is no HOME', { FLOW_HOME: undefined, HOME: '' }],
  ])('is not looked for in the folder that one is in where %s', async (_, variables) => {
    const team = await compiled()
    const planted = join(team.cwd, variables.FLOW_HOME ?? '.sylphx-flow', 'bin', manifest.version)
    mkdirSync(planted, { recursive: true })
    // Without a command nothing is written in anybody's real home.
    await run(['flow', 'exec'], { ...team, env: { ...team.env, ...variables } })
    expect(readdirSync(planted)).toEqual([])
  })

  test('cannot be kept, and nobody hears of it', async () => {
    const team = await compiled()
    const names = kept(team)
    for (const path of names) {
      rmSync(path)
      // Not even root writes a file over a folder.
      mkdirSync(path)
    }
    expect(await flow(team, 'exec', '--', 'true')).toMatchObject({ code: 0, stderr: '' })
    expect(kept(team)).toEqual(names)
  })

  test('by ten at once is whole', async () => {
    const team = await compiled()
    for (const path of kept(team)) truncateSync(path, 10)
    const all = await Promise.all(
      Array.from({ length: 10 }, () => flow(team, 'exec', '--', 'true')),
    )
    for (const done of all) expect(done).toMatchObject({ code: 0, stderr: '' })
    const before = whatStands(team)
    await flow(team, 'exec', '--', 'true')
    expect(whatStands(team)).toEqual(before)
    expect(before.every(([path]) => String(path).endsWith('.code'))).toBe(true)
  })

  test('serves the hooks too, from their own copy', async () => {
    const team = await compiled()
    const resident = join(folderOf(team), 'resident.cjs')
    const hook = () => run([process.execPath, resident, 'hook', 'session-start'], team)
    await hook()
    expect(kept(team).some((path) => path.includes('resident.hook.cjs-'))).toBe(true)
    const before = whatStands(team)
    expect((await hook()).code).toBe(0)
    expect(whatStands(team)).toEqual(before)
  })
})
