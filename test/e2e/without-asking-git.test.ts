/** What flow reads of git's own files, beside what git itself says. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { otherFilter } from '../../src/git/other-filter.ts'
import { findPlainRepository } from '../../src/git/plain-repository.ts'
import { findRepository, type Repository } from '../../src/git/repository.ts'
import { git, portsIn, repository, write } from '../helpers/team-repository.ts'

describe('the repository of a folder', () => {
  test('is found without a process, from anywhere in it', () => {
    const folder = repository({ 'a/b/c': '' })
    symlinkSync(join(folder, 'a'), join(dirname(folder), 'link'))
    for (const from of [folder, join(folder, 'a/b'), join(dirname(folder), 'link/b')]) {
      const { ports } = portsIn(from)
      const found = findPlainRepository(ports, from)
      const asked = findRepository(portsIn(folder).ports, folder)
      expect({ kind: 'repository', repository: found }).toEqual(asked)
      expect(found).toMatchObject({ topLevel: folder })
    }
  })

  const plain = (folder: string, from = folder, variables = {}) =>
    findPlainRepository(portsIn(from, { variables }).ports, from)

  test.each<[string, (folder: string) => string | undefined]>([
    ['inside .git', (folder) => join(folder, '.git/info')],
    [
      'a linked worktree',
      (folder) => {
        git(folder, 'worktree', 'add', '-q', '../linked')
        return join(dirname(folder), 'linked')
      },
    ],
    [
      'a bare one',
      (folder) => {
        git(folder, 'clone', '-q', '--bare', '.', '../bare')
        return join(dirname(folder), 'bare')
      },
    ],
    ['one that says it is bare', (folder) => void git(folder, 'config', 'core.bare', 'true')],
    ['the same in short', (folder) => void write(join(folder, '.git/config'), '[core]\n\tbare\n')],
    ['another working tree', (folder) => void git(folder, 'config', 'core.worktree', folder)],
    ['an extension', (folder) => void git(folder, 'config', 'extensions.worktreeConfig', 'true')],
    ['a newer format', (folder) => void git(folder, 'config', 'core.repositoryFormatVersion', '1')],
    ['an include', (folder) => void git(folder, 'config', 'include.path', '../more')],
    [
      'a .git that is a link',
      (folder) => {
        const other = join(dirname(folder), 'other')
        mkdirSync(other)
        symlinkSync(join(folder, '.git'), join(other, '.git'))
        return other
      },
    ],
    [
      'half a .git',
      (folder) => {
        mkdirSync(join(folder, 'in/.git'), { recursive: true })
        return join(folder, 'in')
      },
    ],
    ['none', (folder) => dirname(folder)],
    ['a folder that is gone', () => '/nowhere/at/all'],
  ])('git is asked about %s', (_, make) => {
    const folder = repository()
    expect(plain(folder)).not.toBeNull()
    expect(plain(folder, make(folder) ?? folder)).toBeNull()
  })

  test.each(['GIT_DIR', 'GIT_WORK_TREE', 'GIT_CONFIG_COUNT', 'GIT_INDEX_FILE', 'GIT_COMMON_DIR'])(
    'git is asked where %s is set',
    (name) => expect(plain(repository(), undefined, { [name]: '/x' })).toBeNull(),
  )

  test('git is asked about what somebody else owns', () => {
    const folder = repository()
    const { ports } = portsIn(folder)
    const environment = { ...ports.environment, userId: 12345 }
    expect(findPlainRepository({ ...ports, environment }, folder)).toBeNull()
  })
})

describe('another filter on a file', () => {
  const PATH = '.claude/settings.json'

  interface Case {
    readonly files?: Record<string, string>
    readonly make?: (folder: string, home: string) => void
    readonly variables?: Record<string, string>
    readonly asks: boolean
  }

  test.each<[string, Case]>([
    ['nothing', { asks: false }],
    ['attributes of another kind', { files: { '.gitattributes': '* text=auto\n' }, asks: false }],
    ['a filter', { files: { '.gitattributes': '*.json filter=lfs\n' }, asks: true }],
    ['a filter on other files', { files: { '.gitattributes': '*.psd filter=lfs\n' }, asks: true }],
    ['one beside the file', { files: { '.claude/.gitattributes': '* filter=a\n' }, asks: true }],
    ['one elsewhere', { files: { 'docs/.gitattributes': '* filter=a\n' }, asks: false }],
    ['a macro', { files: { '.gitattributes': '[attr]x filter=a\n* x\n' }, asks: true }],
    [
      'one in info',
      { make: (at) => write(join(at, '.git/info/attributes'), '* filter=a\n'), asks: true },
    ],
    [
      'one of the person',
      {
        make: (_, home) => write(join(home, '.config/git/attributes'), '* filter=a\n'),
        asks: true,
      },
    ],
    [
      'the same where XDG_CONFIG_HOME is empty, which is none',
      {
        make: (_, home) => write(join(home, '.config/git/attributes'), '* filter=a\n'),
        variables: { XDG_CONFIG_HOME: '' },
        asks: true,
      },
    ],
    [
      'one that is only in the index, with a folder in its place',
      {
        files: { '.gitattributes': '* filter=a\n' },
        make: (at) => {
          rmSync(join(at, '.gitattributes'))
          mkdirSync(join(at, '.gitattributes'))
        },
        asks: true,
      },
    ],
    [
      'attributes that are a link to what never ends',
      { make: (at) => symlinkSync('/dev/zero', join(at, '.gitattributes')), asks: true },
    ],
    [
      'attributes that are a link to themselves',
      { make: (at) => symlinkSync('.gitattributes', join(at, '.gitattributes')), asks: true },
    ],
    [
      'one that is only in the index, which is split',
      {
        files: { '.gitattributes': '* filter=a\n' },
        make: (at) => {
          git(at, 'update-index', '--split-index')
          rmSync(join(at, '.gitattributes'))
        },
        asks: true,
      },
    ],
    [
      'one of a file that the configuration names',
      {
        make: (at) => {
          write(join(at, '.git/mine'), '* filter=a\n')
          git(at, 'config', 'core.attributesFile', join(at, '.git/mine'))
        },
        asks: true,
      },
    ],
    [
      'one that an included file names',
      {
        make: (_at, home) => {
          write(join(home, '.gitconfig'), '[include]\n\tpath = more\n')
          write(join(home, 'more'), `[core]\n\tattributesFile = ${home}/mine\n`)
          write(join(home, 'mine'), '* filter=a\n')
        },
        asks: true,
      },
    ],
    [
      'one that is only in the index',
      {
        files: { '.gitattributes': '* filter=a\n' },
        make: (at) => {
          rmSync(join(at, '.gitattributes'))
        },
        asks: true,
      },
    ],
    [
      'the same in an index of version 4',
      {
        files: { '.gitattributes': '* filter=a\n' },
        make: (at) => {
          git(at, 'update-index', '--index-version', '4')
          rmSync(join(at, '.gitattributes'))
        },
        asks: true,
      },
    ],
  ])('%s', (_, { files = {}, make, variables: own = {}, asks }) => {
    const folder = repository({ [PATH]: '{}\n', ...files })
    const home = join(dirname(folder), 'home')
    mkdirSync(home)
    const variables = {
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      GIT_CONFIG_NOSYSTEM: '1',
      ...own,
    }
    const { ports } = portsIn(folder, { variables })
    const environment = { ...ports.environment, variables: without(ports.environment.variables) }
    make?.(folder, home)
    let asked = 0
    const commands: typeof ports.commands = {
      run: (...words) => {
        asked += 1
        return ports.commands.run(...words)
      },
    }
    const all = { ...ports, environment, commands }
    const gitFolder = join(folder, '.git')
    const found: Repository = { topLevel: folder, gitFolder, commonGitFolder: gitFolder }
    const [, , value] = execFileSync('git', ['check-attr', '-z', 'filter', '--', PATH], {
      cwd: folder,
      env: environment.variables as NodeJS.ProcessEnv,
      encoding: 'utf8',
    }).split('\0')
    expect(otherFilter(all, found, join(folder, PATH))).toBe(value === 'unspecified' ? null : value)
    expect(asked > 0).toBe(asks)
  })

  /** The tests' own global configuration would be read instead of the home's. */
  function without({ GIT_CONFIG_GLOBAL: _, GIT_CONFIG_SYSTEM: __, ...rest }: NodeJS.ProcessEnv) {
    return rest
  }
})
