/** Which command gives the state directory back, where another user has written in it. */
import { describe, expect, test } from 'vitest'
import { FlowError } from '../../src/errors.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { explainOwner, ownedByOthers, repairOwner } from '../../src/state-owner.ts'
import { errno, memoryFiles } from '../protocol/memory-files.ts'

const HOME = '/home/me/.sylphx-flow'
const ME = 1000

/** Files of mine but for those in `owners`; `denied` cannot be listed. */
function disk(
  directories: readonly string[],
  owners: Readonly<Record<string, number>> = {},
  denied: string | null = null,
) {
  const { fs } = memoryFiles()
  for (const directory of directories) fs.createFolder(directory, 0o700)
  const facts = (path: string) => ({ ...fs.facts(path), uid: owners[path] ?? ME })
  const list = (path: string) => {
    if (path === denied) throw errno('EACCES', 'scandir', path)
    return fs.list(path)
  }
  return { ...fs, facts, linkFacts: facts, list }
}

const ABOVE = ['/home', '/home/me']
const TREE = [...ABOVE, HOME, `${HOME}/gates`, `${HOME}/gates/1`, `${HOME}/sessions`]

describe('the command that repairs it', () => {
  test('is for the whole state directory', () => {
    expect(repairOwner(disk(TREE), HOME)).toBe(`sudo chown -R "$(id -un)" ${HOME}`)
  })

  test('is for what flow has in a directory of others', () => {
    const others = [...TREE, `${HOME}/theirs`]
    expect(repairOwner(disk(others), HOME)).toBe(
      `sudo chown -R "$(id -un)" ${HOME}/gates ${HOME}/sessions`,
    )
  })

  test('is none for a directory that holds nothing of flow’s, or that cannot be listed', () => {
    expect(repairOwner(disk([...ABOVE, '/home/me/x']), '/home')).toBe(null)
    expect(repairOwner(disk(ABOVE, {}, '/home/me'), '/home/me')).toBe(null)
  })

  test('is for a state directory that cannot be listed, by its name', () => {
    expect(repairOwner(disk(TREE, {}, HOME), HOME)).toBe(`sudo chown -R "$(id -un)" ${HOME}`)
  })
})

test('what others own is found at any depth, among flow’s own names alone', () => {
  const owners = { [`${HOME}/gates/1`]: 0, [`${HOME}/sessions`]: 7, [`${HOME}/theirs`]: 0 }
  expect(ownedByOthers(disk([...TREE, `${HOME}/theirs`], owners), HOME, ME)).toEqual([
    { path: `${HOME}/sessions`, owner: 'user 7' },
    { path: `${HOME}/gates/1`, owner: 'root' },
  ])
  expect(ownedByOthers(disk(TREE, owners), HOME, null)).toEqual([])
})

describe('an error', () => {
  const denied = (path: string, code = 'EACCES') => {
    const cause = errno(code, 'open', path)
    return new FlowError({
      code: 'E_STATE_READ',
      what: 'could not',
      why: 'denied',
      next: 'look',
      cause,
    })
  }
  const explained = (owners: Readonly<Record<string, number>>, error: FlowError) => {
    const environment = {
      variables: {},
      homeFolder: '/home/me',
      userId: ME,
    } as Ports['environment']
    return explainOwner({ environment, fs: disk(TREE, owners) }, error)
  }

  test('names the nearest owner, also where another error was caused by it', () => {
    const inner = denied(`${HOME}/gates/1/5`)
    const outer = new FlowError({ code: 'E_IO', what: 'could not end', cause: inner })
    for (const error of [inner, outer]) {
      const { code, why, next } = explained({ [`${HOME}/gates`]: 0 }, error)
      expect(code).toBe(error.code)
      expect(why).toContain(`${HOME}/gates is owned by root`)
      expect(next).toContain(`sudo chown -R "$(id -un)" ${HOME}\n`)
    }
  })

  test.each([
    ['where all is mine', {}, denied(`${HOME}/gates/1/5`)],
    ['of another kind', { [HOME]: 0 }, denied(`${HOME}/gates/1/5`, 'ENOSPC')],
    ['elsewhere', { [HOME]: 0 }, denied('/home/me/repo/.claude/settings.json')],
    ['without a cause', { [HOME]: 0 }, new FlowError({ code: 'E_USAGE', what: 'no' })],
  ])('%s stays as it is', (_, owners, error) => {
    expect(explained(owners, error)).toBe(error)
  })
})
