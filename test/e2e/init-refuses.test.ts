import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemFiles } from '../../src/ports/file-system.ts'
import { findHusky } from '../../src/setup/husky.ts'
import { leavesWholeFiles } from '../helpers/full-disk.ts'
import {
  git,
  hooksPath,
  LINES,
  PACKAGE,
  read,
  repository,
  runInit,
  type Setting,
  snapshot,
  write,
} from '../helpers/team-repository.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

describe('flow init refuses, changing nothing', () => {
  async function refusal(folder: string, setting: Setting = {}) {
    const before = snapshot(folder)
    const error = await runInit(folder, setting).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(snapshot(folder)).toEqual(before)
    expect(error).toMatchObject({ name: 'FlowError', exitCode: 1 })
    return error as { code: string; what: string; why: string; next: string }
  }

  test('where there is no git', async () => {
    const error = await refusal(repository(), { variables: { PATH: '/nowhere' } })
    expect(error.code).toBe('E_NO_GIT')
  })

  test('outside a repository', async () => {
    const folder = tempFolder()
    write(join(folder, 'package.json'), PACKAGE)
    expect(await refusal(folder)).toMatchObject({
      code: 'E_NO_REPOSITORY',
      next: '`cd` into your repository, or begin one here:\ngit init && flow init',
    })
  })

  test('in a bare repository', async () => {
    const folder = tempFolder()
    git(folder, 'init', '-q', '--bare')
    expect((await refusal(folder)).code).toBe('E_BARE_REPOSITORY')
  })

  test("in git's own folder", async () => {
    expect((await refusal(join(repository(), '.git'))).code).toBe('E_GIT')
  })

  test('a linked worktree whose main tree is gone', async () => {
    const folder = repository()
    const linked = join(dirname(folder), 'linked')
    git(folder, 'worktree', 'add', '-q', linked)
    rmSync(folder, { recursive: true })
    expect((await refusal(linked)).why).toContain('not a git repository: ')
  })

  test.each([
    ['{\n  "name" "x"\n}', 'line 2, column 10'],
    ['[]', 'not an object'],
  ])('a package.json of %j', async (text, why) => {
    const error = await refusal(repository({ 'package.json': text }))
    expect(error.code).toBe('E_PACKAGE_JSON')
    expect(error.why).toContain(why)
  })

  test('a package.json that is not UTF-8', async () => {
    const folder = repository()
    writeFileSync(
      join(folder, 'package.json'),
      Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]),
    )
    expect((await refusal(folder)).why).toContain('UTF-8')
  })

  test.each(['a..b', '-x'])(
    'a folder by the name of %j, which husky does not take',
    async (name) => {
      const folder = repository({ [`${name}/package.json`]: '{}' })
      const before = snapshot(folder)
      await expect(runInit(join(folder, name))).rejects.toMatchObject({ code: 'E_HUSKY_FOLDER' })
      expect(snapshot(folder)).toEqual(before)
    },
  )

  test('.husky that is a file, .flowrc that is a link to nothing', async () => {
    expect((await refusal(repository({ '.husky': '' }))).why).toContain('ENOTDIR')
    const dangling = repository()
    symlinkSync('nowhere', join(dangling, '.flowrc'))
    const error = await runInit(dangling).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'E_INIT_FILE', why: 'nowhere' })
  })

  test.each(['.husky', 'package.json', 'config'])('without permission for %s', async (denied) => {
    const folder = repository({ '.husky/pre-commit': '' })
    const error = await refusal(folder, {
      fs: {
        checkWritable(path) {
          const where = denied === 'config' ? join(folder, '.git') : join(folder, denied)
          if (path !== where) return
          throw Object.assign(new Error('no'), { code: 'EACCES', syscall: 'access' })
        },
      },
    })
    expect(error).toMatchObject({ code: 'E_INIT_FILE', why: 'permission denied (EACCES)' })
  })
})

describe('flow init refuses the hook line alone, says what to add, and sets up the rest', () => {
  /** What was printed; the scripts are there, and core.hooksPath is as it was. */
  async function setUp(folder: string, setting: Setting = {}): Promise<string> {
    const before = hooksPath(folder)
    const { code, out } = await runInit(folder, setting)
    expect(code).toBe(0)
    expect(read(folder, 'package.json')).toContain('flow run claude --')
    expect(existsSync(join(folder, '.flowrc'))).toBe(true)
    expect(hooksPath(folder)).toBe(before)
    expect(out).not.toContain('unset')
    return out
  }

  /** Each line, and below which path it is printed. */
  function expectLines(out: string, hooks: string, names = Object.keys(LINES)): void {
    for (const name of names) {
      const line = LINES[name as keyof typeof LINES].trim()
      expect(out).toContain(`in ${join(hooks, name)}:\n    ${line}\n`)
    }
  }

  test('core.hooksPath of another tool; with the lines added it is content', async () => {
    const folder = repository()
    const hooks = join(folder, '../hooks')
    git(folder, 'config', 'core.hooksPath', hooks)
    const out = await setUp(folder)
    expect(out).toContain(`core.hooksPath is "${hooks}", set in ${folder}/.git/config`)
    expectLines(out, hooks)
    for (const [name, line] of Object.entries(LINES)) {
      write(join(hooks, name), `#!/bin/sh\n${line}`, 0o755)
    }
    const again = (await runInit(folder)).out
    expect(again).toMatch(/^flow is set up already/)
    expect(again).toContain('they call flow already')
    expect(existsSync(join(folder, '.husky'))).toBe(false)
  })

  test('core.hooksPath to a directory that git ignores: a tool writes it again', async () => {
    const folder = repository({ '.gitignore': 'made\n', 'made/hooks/x': '' })
    git(folder, 'config', 'core.hooksPath', 'made/hooks')
    expectLines(await setUp(folder), join(folder, 'made/hooks'))
  })

  test('core.hooksPath in the configuration of the whole account, as a company sets it', async () => {
    const folder = repository()
    const config = join(folder, '../gitconfig')
    writeFileSync(config, '[core]\n\thooksPath = /usr/share/hooks\n')
    const out = await setUp(folder, { variables: { GIT_CONFIG_GLOBAL: config } })
    expect(out).toContain(`set in ${config}`)
    expectLines(out, '/usr/share/hooks')
  })

  test('core.hooksPath from the environment', async () => {
    const variables = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.hooksPath',
      GIT_CONFIG_VALUE_0: '/dev/null',
    }
    expect(await setUp(repository(), { variables })).toContain('in the environment')
  })

  test('a hook that is no shell script', async () => {
    const folder = repository({ '.husky/post-merge': '#!/usr/bin/env node\n' })
    const { out } = await runInit(folder)
    expect(out).toContain('.husky/post-merge is not for sh (#!/usr/bin/env node)')
    expectLines(out, join(folder, '.husky'), ['post-merge'])
    expect(read(folder, '.husky/post-merge')).toBe('#!/usr/bin/env node\n')
    expect(read(folder, '.husky/pre-commit')).toContain(LINES['pre-commit'])
  })

  test("git's directory of hooks, or one hook, that is a link out of the repository", async () => {
    const folder = repository()
    const outside = tempFolder()
    rmSync(join(folder, '.git/hooks'), { recursive: true })
    symlinkSync(outside, join(folder, '.git/hooks'))
    const out = await setUp(folder)
    expect(out).toContain(`${folder}/.git/hooks leads to ${outside}`)
    expectLines(out, outside)

    const one = repository()
    write(join(outside, 'pre-commit'), '#!/bin/sh\n', 0o755)
    symlinkSync(join(outside, 'pre-commit'), join(one, '.git/hooks/pre-commit'))
    const said = await setUp(one)
    expect(said).toContain('.git/hooks/pre-commit leads out of the repository')
    expectLines(said, join(one, '.git/hooks'), ['pre-commit'])
    expect(read(outside, 'pre-commit')).toBe('#!/bin/sh\n')
    expect(read(one, '.git/hooks/post-checkout')).toContain(LINES['post-checkout'])
  })

  test('a link into the working tree is written through', async () => {
    const hooks = { 'githooks/pre-commit': '#!/bin/sh\nexit 0\n' }
    const folder = repository(hooks)
    chmodSync(join(folder, 'githooks/pre-commit'), 0o755)
    rmSync(join(folder, '.git/hooks'), { recursive: true })
    symlinkSync('../githooks', join(folder, '.git/hooks'))
    await setUp(folder)
    expect(read(folder, 'githooks/pre-commit')).toBe(`#!/bin/sh\n${LINES['pre-commit']}exit 0\n`)

    const one = repository(hooks)
    chmodSync(join(one, 'githooks/pre-commit'), 0o755)
    symlinkSync('../../githooks/pre-commit', join(one, '.git/hooks/pre-commit'))
    await setUp(one)
    expect(lstatSync(join(one, '.git/hooks/pre-commit')).isSymbolicLink()).toBe(true)
    expect(read(one, 'githooks/pre-commit')).toContain(LINES['pre-commit'])
  })

  test('.husky that leads out of the repository', async () => {
    const folder = repository()
    mkdirSync(join(folder, '../outside'))
    symlinkSync('../outside', join(folder, '.husky'))
    const { out } = await runInit(folder)
    expect(out).toContain('leads out of the repository')
    expect(read(folder, 'package.json')).toContain('flow run claude --')
    expect(readdirSync(join(folder, '../outside'))).toEqual([])
  })
})

describe('flow init, when a change fails in the middle', () => {
  test.each(['createFile'] as const)(
    'a full disk at any %s leaves whole files, no rubbish, and a way to go on',
    leavesWholeFiles,
  )
})

test('husky below a folder with a backslash in its name: node loads nothing from there', () => {
  const folder = join(tempFolder(), 'a\\b')
  const own = join(folder, 'node_modules/flow-agent')
  write(join(own, 'package.json'), '{}')
  write(
    join(folder, 'node_modules/husky/package.json'),
    '{ "type": "module", "exports": "./index.js" }',
  )
  write(join(folder, 'node_modules/husky/index.js'), '')
  expect(() => findHusky(systemFiles, own)).toThrow(
    expect.objectContaining({
      code: 'E_HUSKY_MISSING',
      why: expect.stringContaining('a path with a backslash in it'),
    }),
  )
})
