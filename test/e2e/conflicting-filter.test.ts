/** The clean filter gives way to any other filter that git would run for the settings file. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { installFilter } from '../../src/git/clean-filter.ts'
import type { Repository } from '../../src/git/repository.ts'
import { git, portsIn, repository, write } from '../helpers/team-repository.ts'

describe('another filter on a settings file keeps it', () => {
  const PATH = '.claude/settings.json'

  interface Case {
    readonly files?: Record<string, string>
    readonly make?: (folder: string, home: string) => void
    readonly variables?: Record<string, string>
    /** Another filter has the settings. */
    readonly isTaken: boolean
  }

  test.each<[string, Case]>([
    ['nothing', { isTaken: false }],
    [
      'attributes of another kind',
      { files: { '.gitattributes': '* text=auto\n' }, isTaken: false },
    ],
    ['a filter', { files: { '.gitattributes': '*.json filter=lfs\n' }, isTaken: true }],
    [
      'a filter on other files',
      { files: { '.gitattributes': '*.psd filter=lfs\n' }, isTaken: false },
    ],
    ['one beside the file', { files: { '.claude/.gitattributes': '* filter=a\n' }, isTaken: true }],
    ['one elsewhere', { files: { 'docs/.gitattributes': '* filter=a\n' }, isTaken: false }],
    ['a macro', { files: { '.gitattributes': '[attr]x filter=a\n* x\n' }, isTaken: true }],
    [
      'one in info',
      { make: (at) => write(join(at, '.git/info/attributes'), '* filter=a\n'), isTaken: true },
    ],
    [
      'one of the person',
      {
        make: (_, home) => write(join(home, '.config/git/attributes'), '* filter=a\n'),
        isTaken: true,
      },
    ],
    [
      'the same where XDG_CONFIG_HOME is empty, which is none',
      {
        make: (_, home) => write(join(home, '.config/git/attributes'), '* filter=a\n'),
        variables: { XDG_CONFIG_HOME: '' },
        isTaken: true,
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
        isTaken: false,
      },
    ],
    [
      'attributes that are a link to what never ends',
      { make: (at) => symlinkSync('/dev/zero', join(at, '.gitattributes')), isTaken: false },
    ],
    [
      'attributes that are a link to themselves',
      { make: (at) => symlinkSync('.gitattributes', join(at, '.gitattributes')), isTaken: false },
    ],
    [
      'one that is only in the index, which is split',
      {
        files: { '.gitattributes': '* filter=a\n' },
        make: (at) => {
          git(at, 'update-index', '--split-index')
          rmSync(join(at, '.gitattributes'))
        },
        isTaken: true,
      },
    ],
    [
      'one of a file that the configuration names',
      {
        make: (at) => {
          write(join(at, '.git/mine'), '* filter=a\n')
          git(at, 'config', 'core.attributesFile', join(at, '.git/mine'))
        },
        isTaken: true,
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
        isTaken: true,
      },
    ],
    [
      'one that is only in the index',
      {
        files: { '.gitattributes': '* filter=a\n' },
        make: (at) => {
          rmSync(join(at, '.gitattributes'))
        },
        isTaken: true,
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
        isTaken: true,
      },
    ],
  ])('%s', (_, { files = {}, make, variables: own = {}, isTaken }) => {
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
    const all = { ...ports, environment }
    const gitFolder = join(folder, '.git')
    const found: Repository = {
      topLevel: folder,
      gitFolder,
      commonGitFolder: gitFolder,
      hooksDirectory: join(gitFolder, 'hooks'),
    }
    const [, , value] = execFileSync('git', ['check-attr', '-z', 'filter', '--', PATH], {
      cwd: folder,
      env: environment.variables as NodeJS.ProcessEnv,
      encoding: 'utf8',
    }).split('\0')
    expect(value !== 'unspecified').toBe(isTaken)
    const state = join(dirname(folder), 'state')
    mkdirSync(state)
    const install = () => installFilter(all, found, [join(folder, PATH)], state)
    expect(install()).toEqual(isTaken ? { kind: 'conflict', filter: value } : { kind: 'installed' })
    const attribute = () =>
      execFileSync('git', ['check-attr', '-z', 'filter', '--', PATH], {
        cwd: folder,
        env: environment.variables as NodeJS.ProcessEnv,
        encoding: 'utf8',
      }).split('\0')[2]
    expect(attribute()).toBe(isTaken ? value : 'flow')
    if (isTaken) return
    // One that comes later is not silently switched off.
    write(join(folder, '.claude/.gitattributes'), '* filter=late\n')
    expect(install()).toEqual({ kind: 'conflict', filter: 'late' })
    expect(attribute()).toBe('late')
  })

  /** The tests' own global configuration would be read instead of the home's. */
  function without({ GIT_CONFIG_GLOBAL: _, GIT_CONFIG_SYSTEM: __, ...rest }: NodeJS.ProcessEnv) {
    return rest
  }
})
