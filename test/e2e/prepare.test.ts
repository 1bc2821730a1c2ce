import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addToPackage } from '../../src/setup/package-json.ts'
import {
  clone,
  git,
  hooksPath,
  installMarker,
  preparesNothing,
  read,
  repository,
  runPrepare,
} from '../helpers/team-repository.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

describe('flow prepare', () => {
  const quiet = { code: 0, out: '', err: '' }

  test('in a fresh clone it points git at the hooks, without a word', async () => {
    const folder = await clone()
    expect(await runPrepare(folder)).toEqual(quiet)
    expect(hooksPath(folder)).toBe('.husky/_')
    expect(await runPrepare(folder)).toEqual(quiet)
    installMarker()
    git(folder, 'checkout', '-qb', 'other')
    expect(read(folder, 'marker')).toContain('.husky/post-checkout')
    expect(git(folder, 'status', '--porcelain')).toBe('?? marker\n')
  })

  test.each([{ CI: 'true' }, { FLOW: '0' }])(
    'under %j it does nothing, without a word',
    preparesNothing,
  )

  test('outside a repository, in a bare one, and where the team has no hooks', async () => {
    expect(await runPrepare(tempFolder())).toEqual(quiet)
    const bare = tempFolder()
    git(bare, 'init', '-q', '--bare')
    expect(await runPrepare(bare)).toEqual(quiet)
    const folder = repository()
    expect(await runPrepare(folder)).toEqual(quiet)
    expect(hooksPath(folder)).toBe('')
  })

  test('a dependency that is being installed does not touch the repository round it', async () => {
    const folder = repository({ 'node_modules/dep/.husky/pre-commit': '' })
    expect(await runPrepare(join(folder, 'node_modules/dep'))).toEqual(quiet)
    expect(hooksPath(folder)).toBe('')
  })

  test('the hooks of another tool stay, and one line says so', async () => {
    const folder = await clone()
    git(folder, 'config', 'core.hooksPath', '.githooks')
    const { code, err } = await runPrepare(folder)
    expect(code).toBe(0)
    expect(err).toBe(
      `flow: git hooks in ${folder}/.githooks are another tool's and stay; \`npx flow-agent init\` prints what to do\n`,
    )
    expect(hooksPath(folder)).toBe('.githooks')
  })

  test('whatever fails, the install goes on, and one line says why', async () => {
    const folder = await clone()
    const missing = await runPrepare(folder, {}, tempFolder())
    expect(missing.code).toBe(0)
    expect(missing.err).toMatch(/^flow: git hooks are not set up: could not find husky.*\n$/)
    writeFileSync(join(folder, '.git/config.lock'), '')
    const locked = await runPrepare(folder)
    expect(locked.code).toBe(0)
    expect(locked.err).toMatch(
      /^flow: git hooks are not set up: husky could not.*could not lock.*\n$/,
    )
  })
})

describe('the prepare script, where flow is not installed', () => {
  test.each([
    ['', 0],
    ['true', 0],
    ['exit 3', 3],
    ['false', 1],
    ['false || true', 0],
    ['true # done', 0],
    ['sh -c "exit 4"; exit 0', 0],
  ])('%j still ends with its own status', (own, status) => {
    const value = { scripts: { prepare: own } }
    const flow = {
      command: 'flow-that-is-missing',
      version: '1.0.0',
      installScript: 'prepare',
    } as const
    const { text } = addToPackage(JSON.stringify(value), value, flow)
    const { prepare: script } = JSON.parse(text).scripts
    expect(script).toContain('flow-that-is-missing')
    const done = spawnSync('sh', ['-c', script], { encoding: 'utf8' })
    expect(done.status).toBe(status)
    if (status === 0) expect(done.stderr).toContain('flow-that-is-missing')
  })
})
