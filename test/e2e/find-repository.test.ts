import { symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findRepository } from '../../src/git/repository.ts'
import { git, portsIn, repository } from '../helpers/team-repository.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

describe('findRepository', () => {
  test.each(['two  blanks', "it's $HOME", 'line\nbreak\n', 'ä 漢字', '-x', '--flow-next-fact'])(
    'reads %j back as it is',
    (name) => {
      const folder = repository({ [`${name}/x`]: '' }, name)
      expect(findRepository(portsIn(folder).ports, join(folder, name))).toEqual({
        kind: 'repository',
        repository: {
          topLevel: folder,
          gitFolder: join(folder, '.git'),
          commonGitFolder: join(folder, '.git'),
          hooksDirectory: join(folder, '.git/hooks'),
        },
      })
    },
  )

  test('a linked worktree has a git folder of its own', () => {
    const folder = repository()
    const linked = join(dirname(folder), 'linked')
    git(folder, 'worktree', 'add', '-q', linked)
    symlinkSync(linked, join(dirname(folder), 'link'))
    const { ports } = portsIn(folder)
    expect(findRepository(ports, join(dirname(folder), 'link'))).toEqual({
      kind: 'repository',
      repository: {
        topLevel: linked,
        gitFolder: join(folder, '.git/worktrees/linked'),
        commonGitFolder: join(folder, '.git'),
        hooksDirectory: join(folder, '.git/hooks'),
      },
    })
  })

  test('a folder that is gone is no repository, and git is not blamed', () => {
    const { ports } = portsIn(tempFolder())
    expect(findRepository(ports, '/nowhere/at/all')).toMatchObject({ kind: 'refused' })
  })
})
