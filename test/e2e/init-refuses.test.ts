import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findHusky } from '../../src/commands/find-husky.ts'
import { systemFiles } from '../../src/ports/file-system.ts'
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

  test('without package.json, even if one lies above the repository', async () => {
    const folder = repository()
    write(join(folder, '../package.json'), PACKAGE)
    rmSync(join(folder, 'package.json'))
    expect((await refusal(folder)).code).toBe('E_NO_PACKAGE')
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

  test('core.hooksPath of another tool, whose way on works', async () => {
    const folder = repository()
    const hooks = join(folder, '../hooks')
    git(folder, 'config', 'core.hooksPath', hooks)
    const error = await refusal(folder)
    expect(error.code).toBe('E_HOOKS_OWNED')
    expect(error.why).toBe(`core.hooksPath is "${hooks}", set in ${folder}/.git/config`)
    expect(error.next).toContain(
      `git config --file ${folder}/.git/config --unset-all core.hooksPath`,
    )

    for (const [name, line] of Object.entries(LINES)) {
      expect(error.next).toContain(`in ${join(hooks, name)}:\n    ${line.trim()}\n`)
      write(join(hooks, name), `#!/bin/sh\n${line}`, 0o755)
    }
    const { code, out } = await runInit(folder)
    expect(code).toBe(0)
    expect(out).toContain('they call flow already')
    expect(hooksPath(folder)).toBe(hooks)
    expect(existsSync(join(folder, '.husky'))).toBe(false)
    expect(read(folder, 'package.json')).toContain('flow run claude --')
  })

  test('core.hooksPath to a folder that git ignores: a tool writes it anew', async () => {
    const folder = repository({ '.gitignore': 'made\n', 'made/hooks/x': '' })
    git(folder, 'config', 'core.hooksPath', 'made/hooks')
    expect((await refusal(folder)).code).toBe('E_HOOKS_OWNED')
  })

  test('core.hooksPath in the configuration of the whole account', async () => {
    const folder = repository()
    const config = join(folder, '../gitconfig')
    writeFileSync(config, '[core]\n\thooksPath = /usr/share/hooks\n')
    const error = await refusal(folder, { variables: { GIT_CONFIG_GLOBAL: config } })
    expect(error.next).toContain('gitconfig --unset-all core.hooksPath')
  })

  test('core.hooksPath from the environment', async () => {
    const variables = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.hooksPath',
      GIT_CONFIG_VALUE_0: '/dev/null',
    }
    expect((await refusal(repository(), { variables })).next).toContain('unset GIT_CONFIG_COUNT')
  })

  test('a hook that is no shell script', async () => {
    const folder = repository({ '.husky/post-merge': '#!/usr/bin/env node\n' })
    expect((await refusal(folder)).why).toContain('#!/usr/bin/env node')
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

  test('.husky that is a file, .flowrc that is a link to nothing, a link out of the repository', async () => {
    expect((await refusal(repository({ '.husky': '' }))).why).toContain('ENOTDIR')
    const dangling = repository()
    symlinkSync('nowhere', join(dangling, '.flowrc'))
    const error = await runInit(dangling).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'E_INIT_FILE', why: 'nowhere' })
    const leading = repository()
    mkdirSync(join(leading, '../outside'))
    symlinkSync('../outside', join(leading, '.husky'))
    expect((await refusal(leading)).what).toContain('leads out of the repository')
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
