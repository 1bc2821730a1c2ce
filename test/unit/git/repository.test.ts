import { describe, expect, test } from 'vitest'
import { findRepository } from '../../../src/git/repository.ts'
import { withoutRepository } from '../../../src/git/run-git.ts'
import type { CommandRequest, CommandResult } from '../../../src/ports/commands.ts'
import type { Environment } from '../../../src/ports/environment.ts'
import type { FileSystem } from '../../../src/ports/file-system.ts'

const NEXT = '\n--flow-next-fact\n'

/** findRepository with a git that gives this answer; links resolve to `/real` in front. */
function ask(answer: Partial<CommandResult>, variables: Record<string, string> = {}) {
  const requests: CommandRequest[] = []
  const sight = findRepository(
    {
      commands: {
        run: (_file, _args, request = {}) => {
          requests.push(request)
          return { status: 0, stdout: '', stderr: '', ...answer }
        },
      },
      environment: { variables } as unknown as Environment,
      fs: { realPath: (path: string) => `/real${path}` } as unknown as FileSystem,
    },
    '/work/sub',
  )
  return { sight, requests }
}

describe('what git says about a folder', () => {
  test('the four directories come back as real paths', () => {
    const stdout = [
      'false',
      '/work/.git/worktrees/b',
      '../../main/.git',
      '.husky/_',
      '/work\n',
    ].join(NEXT)
    expect(ask({ stdout }).sight).toEqual({
      kind: 'repository',
      repository: {
        topLevel: '/real/work',
        gitFolder: '/real/work/.git/worktrees/b',
        commonGitFolder: '/real/main/.git',
        hooksDirectory: '/real/work/sub/.husky/_',
      },
    })
  })

  test('a newline is part of a path', () => {
    const stdout = ['false', '/a\nb\n/.git', '.git', '.git/hooks', '/a\nb\n\n'].join(NEXT)
    expect(ask({ stdout }).sight).toMatchObject({
      repository: { topLevel: '/real/a\nb\n', gitFolder: '/real/a\nb\n/.git' },
    })
  })

  test('a path that looks like our separator is refused, never guessed at', () => {
    const stdout = ['false', '/a', '/b/.git', '.git', '.git/hooks', '/a\n'].join(NEXT)
    expect(ask({ stdout }).sight).toMatchObject({ kind: 'refused' })
  })

  test.each([
    ['no git', { status: null, errno: 'ENOENT' }, { kind: 'no-git' }],
    [
      'a git that cannot be started',
      { status: null, errno: 'EACCES' },
      { kind: 'refused', why: 'git could not be started (EACCES)', next: [] },
    ],
    [
      'no repository',
      {
        status: 128,
        stderr: 'fatal: not a git repository (or any of the parent directories): .git\n',
      },
      { kind: 'none' },
    ],
    [
      'no repository on this disk',
      { status: 128, stderr: 'fatal: not a git repository (or any parent up to mount point /)\n' },
      { kind: 'none' },
    ],
    ['a bare repository', { status: 128, stdout: `true${NEXT}/a.git${NEXT}` }, { kind: 'bare' }],
    [
      'a worktree whose main tree is gone',
      { status: 128, stderr: 'fatal: not a git repository: /a/.git/worktrees/b\n' },
      { kind: 'refused', why: 'not a git repository: /a/.git/worktrees/b', next: [] },
    ],
    [
      'a repository of somebody else, with the command that git proposes',
      {
        status: 128,
        stderr:
          "fatal: detected dubious ownership in repository at '/a'\nTo add an exception for this directory, call:\n\n\tgit config --global --add safe.directory /a\n",
      },
      {
        kind: 'refused',
        why: "detected dubious ownership in repository at '/a'",
        next: ['git config --global --add safe.directory /a'],
      },
    ],
    [
      'a git that prints an option back because it does not know it',
      { stdout: ['false', '--absolute-git-dir', '.git', '/a\n'].join(NEXT) },
      { kind: 'refused', why: 'this git is older than 2.13', next: [] },
    ],
  ])('%s', (_, answer, sight) => {
    expect(ask(answer).sight).toEqual(sight)
  })

  test('a hook of another repository cannot lead us into it', () => {
    const { requests } = ask({}, { GIT_DIR: '/other/.git', GIT_INDEX_FILE: '/x', PATH: '/bin' })
    expect(requests[0]?.env).toEqual({ PATH: '/bin', LC_ALL: 'C' })
  })

  test("the person's own configuration of git stays", () => {
    const own = { GIT_CONFIG_GLOBAL: '/g', GIT_CONFIG_COUNT: '1', GIT_CEILING_DIRECTORIES: '/home' }
    expect(withoutRepository({ ...own, GIT_WORK_TREE: '/w', GIT_COMMON_DIR: '/c' })).toEqual(own)
  })
})
