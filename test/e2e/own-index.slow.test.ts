/** Renewing an entry of git's index without git: what git says of it afterwards. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { renewEntry, sweepOwnLock } from '../../src/git/own-index.ts'
import { systemFiles } from '../../src/ports/file-system.ts'
import { git, portsIn, repository } from '../helpers/team-repository.ts'

const PATH = '.claude/settings.json'
const CLEAN = '{\n  "model": "opus"\n}\n'
const MERGED = '{\n  "model": "opus",\n  "hooks": {}\n}\n'

/** A repository whose filter makes CLEAN of MERGED, with MERGED in the file; git has not looked yet. */
function merged(files: Record<string, string> = {}) {
  const folder = repository({ [PATH]: CLEAN, 'a.txt': 'a\n', 'z.txt': 'z\n', ...files })
  git(folder, 'config', 'filter.x.clean', `grep -v hooks | sed 's/opus",/opus"/'`)
  writeFileSync(join(folder, '.git/info/attributes'), `/${PATH} filter=x\n`)
  git(folder, 'status')
  writeFileSync(join(folder, PATH), MERGED)
  age(join(folder, PATH))
  return folder
}

/** "racy git": git reads again what is as young as its index. */
function age(path: string) {
  const past = Date.now() / 1000 - 60
  utimesSync(path, past, past)
}

function renew(folder: string, { present = MERGED, clean = CLEAN, fs = {}, variables = {} } = {}) {
  const { ports } = portsIn(folder, { fs, variables })
  const tree = { gitFolder: join(folder, '.git'), topLevel: folder }
  const [presentBytes, cleanBytes] = [Buffer.from(present), Buffer.from(clean)]
  return renewEntry(ports, tree, 'me', { treePath: PATH, presentBytes, cleanBytes })
}

const index = (folder: string) => readFileSync(join(folder, '.git/index'))
const debug = (folder: string) => git(folder, 'ls-files', '--debug', '--stage')
/** Without a refresh: what the index itself knows. */
const changed = (folder: string) => git(folder, 'diff-files', '--name-only')

describe('renewing an entry', () => {
  test('the index says of the file what git itself would have written, and of the others what it said', () => {
    const folder = merged()
    const before = debug(folder)
    expect(changed(folder)).toBe(`${PATH}\n`)
    expect(renew(folder)).toBe(true)
    expect(changed(folder)).toBe('')
    const ours = debug(folder)
    git(folder, 'fsck')
    git(
      folder,
      'update-index',
      '--cacheinfo',
      `100644,${git(folder, 'rev-parse', `:${PATH}`).trim()},${PATH}`,
    )
    git(folder, 'update-index', '--refresh')
    expect(ours).toBe(debug(folder))
    const others = (text: string) => text.split('\n').filter((line) => !line.includes(PATH)).length
    expect(others(ours)).toBe(others(before))
    expect(readdirSync(join(folder, '.git')).filter((name) => name.includes('flow'))).toEqual([])
  })

  test('the trees that git keeps in the index stand, and nothing is staged', () => {
    const folder = merged()
    const size = index(folder).length
    renew(folder)
    expect(index(folder)).toHaveLength(size)
    expect(git(folder, 'diff', '--cached', '--name-only')).toBe('')
    expect(git(folder, 'status', '--short')).toBe('')
  })

  test('an edit of another file in the second of the last commit is still seen', () => {
    const folder = merged()
    // As young as the index: only its content tells.
    const { mtimeMs } = statSync(join(folder, 'a.txt'))
    writeFileSync(join(folder, 'a.txt'), 'b\n')
    const when = Math.floor(mtimeMs / 1000)
    for (const name of ['a.txt', '.git/index']) utimesSync(join(folder, name), when, when)
    expect(renew(folder)).toBe(true)
    expect(git(folder, 'status', '--short')).toBe(' M a.txt\n')
  })

  test('mode and owner of the index stay', () => {
    const folder = merged()
    execFileSync('chmod', ['664', join(folder, '.git/index')])
    renew(folder)
    expect(statSync(join(folder, '.git/index')).mode & 0o777).toBe(0o664)
  })

  test('a file that git does not have is none of its business', () => {
    const folder = merged()
    git(folder, 'rm', '--cached', '-q', PATH)
    const before = index(folder)
    expect(renew(folder)).toBe(true)
    expect(index(folder)).toEqual(before)
  })

  test.each<[string, (folder: string) => void]>([
    [
      'an edit that is not committed',
      (at) =>
        void git(
          at,
          'update-index',
          '--cacheinfo',
          `100644,${git(at, 'rev-parse', ':a.txt').trim()},${PATH}`,
        ),
    ],
    ['an index of version 4', (at) => void git(at, 'update-index', '--index-version', '4')],
    ['a split index', (at) => void git(at, 'update-index', '--split-index')],
    ['assume-unchanged', (at) => void git(at, 'update-index', '--assume-unchanged', PATH)],
    ['skip-worktree', (at) => void git(at, 'update-index', '--skip-worktree', PATH)],
    [
      'a link',
      (at) =>
        void git(
          at,
          'update-index',
          '--cacheinfo',
          `120000,${git(at, 'rev-parse', `:${PATH}`).trim()},${PATH}`,
        ),
    ],
    [
      'a conflict',
      (at) => {
        const blob = git(at, 'rev-parse', `:${PATH}`).trim()
        git(at, 'rm', '--cached', '-q', PATH)
        const input = [1, 2, 3].map((stage) => `100644 ${blob} ${stage}\t${PATH}\n`).join('')
        execFileSync('git', ['update-index', '--index-info'], { cwd: at, input })
      },
    ],
    [
      'a damaged index',
      (at) => {
        const bytes = index(at)
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
        writeFileSync(join(at, '.git/index'), bytes)
      },
    ],
    ['half an index', (at) => writeFileSync(join(at, '.git/index'), index(at).subarray(0, 100))],
    ['no index', (at) => execFileSync('rm', [join(at, '.git/index')])],
    ['a lock', (at) => writeFileSync(join(at, '.git/index.lock'), '')],
    ['a file that was edited since', (at) => writeFileSync(join(at, PATH), `${MERGED} `)],
    ['a file that is gone', (at) => execFileSync('rm', [join(at, PATH)])],
  ])('git is asked, and nothing is changed: %s', (_, make) => {
    const folder = merged()
    make(folder)
    const inGit = () => readdirSync(join(folder, '.git')).sort()
    const read = () => (existsSync(join(folder, '.git/index')) ? index(folder) : null)
    const [before, names] = [read(), inGit()]
    expect(renew(folder)).toBe(false)
    expect(read()).toEqual(before)
    expect(inGit()).toEqual(names)
  })

  test('git is asked about a name that it may keep in other bytes', () => {
    const { ports } = portsIn(merged({ 'ä/x.json': '{}' }))
    const tree = { gitFolder: join(ports.environment.cwd, '.git'), topLevel: ports.environment.cwd }
    const bytes = Buffer.from('{}')
    const file = { treePath: 'ä/x.json', presentBytes: bytes, cleanBytes: bytes }
    expect(renewEntry(ports, tree, 'me', file)).toBe(false)
  })

  test('git is asked where a hook was given an index of its own', () => {
    expect(renew(merged(), { variables: { GIT_INDEX_FILE: '.git/index.lock' } })).toBe(false)
  })

  test('an index that somebody wrote meanwhile is not written over', () => {
    const folder = merged()
    const link = (from: string, to: string) => {
      systemFiles.link(from, to)
      execFileSync(
        'sh',
        ['-c', 'mv .git/index.lock .git/mine; git add -A; mv .git/mine .git/index.lock'],
        { cwd: folder },
      )
    }
    writeFileSync(join(folder, 'new.txt'), 'new\n')
    expect(renew(folder, { fs: { link } })).toBe(true)
    expect(git(folder, 'status', '--short')).toBe('A  new.txt\n')
    expect(existsSync(join(folder, '.git/index.lock'))).toBe(false)
  })

  test('a git that holds the index for a moment is waited for, without a look into it; one that goes on is asked', () => {
    const folder = merged()
    const lock = join(folder, '.git/index.lock')
    let tries = 0
    const read: string[] = []
    const heldUntil = (last: number) => ({
      linkFacts(path: string) {
        if (path === lock) tries += 1
        if (path === lock && tries === last) rmSync(lock)
        return systemFiles.linkFacts(path)
      },
      readFile(path: string) {
        read.push(path)
        return systemFiles.readFile(path)
      },
    })
    writeFileSync(lock, '')
    expect(renew(folder, { fs: heldUntil(3) })).toBe(true)
    expect(tries).toBe(3)
    // It may be of many megabytes.
    expect(read.filter((path) => path === join(folder, '.git/index'))).toHaveLength(1)
    expect(changed(folder)).toBe('')
    writeFileSync(join(folder, PATH), `${MERGED}\n`)
    age(join(folder, PATH))
    writeFileSync(lock, '')
    expect(renew(folder, { present: `${MERGED}\n`, fs: heldUntil(0) })).toBe(false)
    expect(readFileSync(lock, 'utf8')).toBe('')
    expect(read).toHaveLength(2)
    expect(readdirSync(join(folder, '.git')).filter((name) => name.includes('flow'))).toEqual([])
  })

  test('no lock stays where the index was taken away meanwhile, or cannot be replaced', () => {
    const link = (folder: string) => (from: string, to: string) => {
      systemFiles.link(from, to)
      rmSync(join(folder, '.git/index'))
    }
    const rename = () => {
      throw Object.assign(new Error('EIO: i/o error'), {
        code: 'EIO',
        errno: -5,
        syscall: 'rename',
      })
    }
    const [gone, broken] = [merged(), merged()]
    expect(renew(gone, { fs: { link: link(gone) } })).toBe(false)
    expect(renew(broken, { fs: { rename } })).toBe(false)
    for (const folder of [gone, broken]) {
      const names = readdirSync(join(folder, '.git'))
      expect(names.filter((name) => /lock|flow/.test(name))).toEqual([])
    }
  })
})

describe('the lock that a kill leaves', () => {
  const tree = (folder: string) => ({ gitFolder: join(folder, '.git'), topLevel: folder })

  test('is taken away, and git can go on', () => {
    const folder = merged()
    const killed = () => {
      throw new Error('killed')
    }
    expect(() => renew(folder, { fs: { rename: killed, unlink: killed } })).toThrow('killed')
    expect(existsSync(join(folder, '.git/index.lock'))).toBe(true)
    sweepOwnLock(portsIn(folder).ports, tree(folder), 'me')
    expect(existsSync(join(folder, '.git/index.lock'))).toBe(false)
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'goes on')
    expect(readdirSync(join(folder, '.git')).filter((name) => name.includes('flow'))).toEqual([])
  })

  test('of git itself stays, also beside a draft of flow’s', () => {
    const folder = merged()
    writeFileSync(join(folder, '.git/index.flow-me'), 'x')
    writeFileSync(join(folder, '.git/index.lock'), '')
    sweepOwnLock(portsIn(folder).ports, tree(folder), 'me')
    expect(existsSync(join(folder, '.git/index.lock'))).toBe(true)
    expect(existsSync(join(folder, '.git/index.flow-me'))).toBe(false)
  })
})
