/** The `prepare` script in installs as they happen: in CI, in containers, in production. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, inject, test } from 'vitest'
import { listing } from '../helpers/on-disk.ts'
import { unprivileged } from '../helpers/refusal.ts'
import { type Ended, run } from '../helpers/running.ts'
import { freshTeam, git, put, type Team } from '../helpers/team.ts'

let team: Team

beforeEach(() => {
  const { env, ...rest } = freshTeam()
  const { CI: _, ...ownEnv } = env
  team = { ...rest, env: ownEnv }
  execFileSync('flow', ['init', '--yes'], { ...team, stdio: 'ignore' })
  git(team, 'config', '--unset', 'core.hooksPath')
  rmSync(join(team.cwd, '.husky/_'), { recursive: true })
})

/** As npm runs it at the end of every install. */
function prepare(place: Team, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return run(['npm', 'run', '--silent', 'prepare'], { ...place, env: { ...place.env, ...env } })
}

const config = () => readFileSync(join(team.cwd, '.git/config'), 'utf8')
const isSetUp = () => config().includes('hooksPath = .husky/_')
const QUIET = { code: 0, stdout: '', stderr: '' }

/** A PATH on which nothing is but these. */
function pathOf(...programs: string[]): string {
  const folder = join(team.folder, 'few')
  mkdirSync(folder)
  for (const program of programs) {
    const place = execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()
    symlinkSync(place, join(folder, program))
  }
  return [join(team.cwd, 'node_modules/.bin'), folder].join(':')
}

describe('an install goes on', () => {
  test('and points git at the hooks', async () => {
    expect(await prepare(team)).toMatchObject(QUIET)
    expect(isSetUp()).toBe(true)
  })

  test('in CI, where nothing is set up', async () => {
    const before = listing(team.cwd)
    expect(await prepare(team, { CI: 'true' })).toMatchObject(QUIET)
    expect(listing(team.cwd)).toEqual(before)
  })

  test('in a container without git', async () => {
    expect(await prepare(team, { PATH: pathOf('node', 'npm', 'sh') })).toMatchObject(QUIET)
    expect(isSetUp()).toBe(false)
  })

  test('where the repository was not copied along', async () => {
    rmSync(join(team.cwd, '.git'), { recursive: true })
    expect(await prepare(team)).toMatchObject(QUIET)
    expect(existsSync(join(team.cwd, '.husky/_'))).toBe(false)
  })

  test('where .git cannot be written', async () => {
    const place = unprivileged(team)
    const gitFolder = join(team.cwd, '.git')
    chmodSync(gitFolder, 0o555)
    const { code, stdout, stderr } = await prepare(place)
    chmodSync(gitFolder, 0o755)
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/^flow: git hooks are not set up: .*\n$/)
  })

  test('with packages that are there in part', async () => {
    rmSync(join(team.cwd, 'node_modules/husky'), { recursive: true })
    const { code, stderr } = await prepare(team)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^flow: git hooks are not set up: could not find husky.*\n$/)
    rmSync(join(team.cwd, 'node_modules/flow-agent/dist'), { recursive: true })
    expect((await prepare(team)).code).toBe(0)
  })

  test('when its reader has gone, and when its folder is about to go', async () => {
    const closed = `npm run --silent prepare 2>&1 | true`
    expect((await run(['sh', '-c', closed], team)).code).toBe(0)
    const gone = `mkdir gone && cd gone && rmdir ../gone && flow prepare || exit 0`
    expect((await run(['sh', '-c', gone], team)).code).toBe(0)
  })
})

describe('npm installs', () => {
  const npm = (place: Team, ...args: string[]) =>
    run(['npm', ...args, '--prefer-offline', '--no-audit', '--no-fund'], place)

  /** The tarball where the lock file says it is. */
  function withTarball(): void {
    const spec = JSON.parse(readFileSync(join(team.cwd, 'package.json'), 'utf8'))
    expect(spec.devDependencies['flow-agent']).toMatch(/^file:/)
    spec.devDependencies['flow-agent'] = `file:${inject('tarball')}`
    put(team.cwd, {
      'package.json': `${JSON.stringify(spec, null, 2)}\n`,
      'package-lock.json': null,
    })
  }

  test('what production needs without flow, and say that it was not found', async () => {
    withTarball()
    expect((await npm(team, 'install')).code).toBe(0)
    for (const env of [{}, { NODE_ENV: 'production' }]) {
      const place = { ...team, env: { ...team.env, ...env } }
      const omit = 'NODE_ENV' in env ? [] : ['--omit=dev']
      const { code, stdout, stderr } = await npm(place, 'ci', ...omit)
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(existsSync(join(team.cwd, 'node_modules/flow-agent'))).toBe(false)
      expect(stdout + stderr).toMatch(/flow.*not found/)
    }
  })

  test('with flow, and the hooks are on', async () => {
    withTarball()
    const { code, stderr } = await npm(team, 'install')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(isSetUp()).toBe(true)
  })
})
