/** The project of a session is not there any more: removed for good, or only not there now. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AcquireRequest } from '../../src/session/open.ts'
import { detectOrphanedSessions } from '../../src/session/projects.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import { acquireSession, releaseSession, type Session } from '../../src/session/session.ts'
import { createWorld, TRACE, type World } from './world.ts'

const MINE = '{ "model": "opus" }\n'
const RECOVER = { force: false, automatic: false, cwd: null }
const GONE = expect.objectContaining({ code: 'E_PROJECT_GONE' })

interface Tree {
  readonly world: World
  /** The repository's git directory. */
  readonly repository: string
  /** What the repository has of the working tree. */
  readonly record: string
  readonly ports: ReturnType<World['start']>
  readonly session: Session
}

interface Setting {
  /** Null: flow makes the settings. */
  readonly settings?: string | null
  /** Where its git directory is below the record. */
  readonly inner?: string
}

/** A session in a linked worktree. */
function openInWorktree(
  changes: Partial<AcquireRequest> = {},
  { settings = MINE, inner = '' }: Setting = {},
): Tree {
  const world = createWorld()
  const repository = join(world.project, '../main/.git')
  const record = join(repository, 'worktrees/tree')
  const gitFolder = join(record, inner)
  mkdirSync(gitFolder, { recursive: true })
  writeFileSync(join(repository, 'HEAD'), 'ref: refs/heads/main\n')
  writeFileSync(join(world.project, '.git'), `gitdir: ${gitFolder}\n`)
  if (settings !== null) world.writeSettings(settings)
  const ports = world.start(100)
  const session = acquireSession(ports, world.home, world.request({ gitFolder, ...changes }))
  return { world, repository, record, ports, session }
}

/** As `git worktree remove` does. */
function remove({ world, record }: Tree): void {
  rmSync(world.project, { recursive: true })
  rmSync(record, { recursive: true })
}

function expectKept({ world, session }: Tree): void {
  const { backupPath } = session
  expect(readFileSync(join(backupPath, 'settings.json'), 'utf8')).toBe(MINE)
  expect(existsSync(join(backupPath, 'closed'))).toBe(true)
  expect(existsSync(dirname(session.paths.backupRefPath))).toBe(false)
  expect(detectOrphanedSessions(world.start(900), world.home)).toEqual([])
}

function recover({ world }: Pick<Tree, 'world'>, changes = {}) {
  return recoverSessions(world.start(200), world.home, { ...RECOVER, ...changes })
}

const REMOVED = {
  kind: 'restored',
  report: { project: 'removed', files: [{ kind: 'untouched' }] },
}

describe('a worktree that was removed', () => {
  test('while an agent worked in it is the normal end of the session', () => {
    const tree = openInWorktree()
    remove(tree)
    expect(releaseSession(tree.ports, tree.session)).toMatchObject(REMOVED)
    expectKept(tree)
  })

  test('leaves the session open for those that are still in it', () => {
    const tree = openInWorktree()
    const { world } = tree
    const second = world.start(101)
    const joined = acquireSession(second, world.home, {
      ...world.request({ gitFolder: tree.session.ref.gitFolder }),
    })
    remove(tree)
    expect(releaseSession(tree.ports, tree.session).kind).toBe('left')
    expect(releaseSession(second, joined)).toMatchObject(REMOVED)
    expectKept(tree)
  })

  test('after a kill is recovered, also by a hook', () => {
    for (const automatic of [false, true]) {
      const tree = openInWorktree()
      tree.world.kill(100)
      remove(tree)
      expect(recover(tree, { automatic })).toMatchObject([REMOVED])
      expectKept(tree)
      expect(recover(tree)).toEqual([])
    }
  })

  test('and whose directory was made again, empty, is gone as well', () => {
    const tree = openInWorktree()
    remove(tree)
    mkdirSync(tree.world.project)
    expect(releaseSession(tree.ports, tree.session)).toMatchObject(REMOVED)
    expect(readdirSync(tree.world.project)).toEqual([])
  })

  test('and added again in the same place is there, and stays as it is', () => {
    const tree = openInWorktree()
    remove(tree)
    mkdirSync(tree.record)
    mkdirSync(tree.world.project)
    writeFileSync(join(tree.world.project, '.git'), `gitdir: ${tree.record}\n`)
    tree.world.writeSettings('{}\n')
    expect(releaseSession(tree.ports, tree.session)).toMatchObject({
      kind: 'restored',
      report: { project: 'there' },
    })
    expect(tree.world.readSettings()).toBe('{}\n')
    expect(existsSync(tree.session.paths.backupRefPath)).toBe(false)
  })

  test('keeps its snapshot where no snapshots are kept', () => {
    const tree = openInWorktree({ keep: { sessions: 50, snapshots: 0 } })
    remove(tree)
    releaseSession(tree.ports, tree.session)
    expectKept(tree)
  })

  test('takes a submodule within it along', () => {
    const tree = openInWorktree({}, { inner: 'modules/lib' })
    remove(tree)
    expect(releaseSession(tree.ports, tree.session)).toMatchObject(REMOVED)
  })

  test('does not take an edit along that only the snapshot has', () => {
    const tree = openInWorktree({}, { settings: null })
    const { world, ports, session } = tree
    world.writeSettings(MINE)
    remove(tree)
    const ended = releaseSession(ports, session)
    expect(ended).toMatchObject({
      report: { project: 'removed', files: [{ kept: [expect.any(String)] }] },
    })
    const names = readdirSync(session.backupPath).filter((name) => name.startsWith('found-'))
    expect(names.map((name) => readFileSync(join(session.backupPath, name), 'utf8'))).toEqual([
      MINE,
    ])
  })
})

describe('a project that is only not there now', () => {
  type Move = (tree: Tree, elsewhere: string) => () => void
  const there = (tree: Tree, elsewhere: string) => () => renameSync(elsewhere, tree.world.project)

  test.each<[string, Move]>([
    [
      'a worktree that was moved, or deleted by other means than git',
      (tree, elsewhere) => {
        renameSync(tree.world.project, elsewhere)
        return there(tree, elsewhere)
      },
    ],
    [
      'a worktree whose repository is not there either',
      (tree, elsewhere) => {
        const main = dirname(tree.repository)
        renameSync(tree.world.project, elsewhere)
        renameSync(main, `${main}.away`)
        return () => {
          renameSync(`${main}.away`, main)
          there(tree, elsewhere)()
        }
      },
    ],
    [
      'the mount point of a disk that is not mounted',
      (tree, elsewhere) => {
        renameSync(tree.world.project, elsewhere)
        mkdirSync(tree.world.project)
        return () => {
          rmSync(tree.world.project, { recursive: true })
          there(tree, elsewhere)()
        }
      },
    ],
  ])('%s: the session stays, and its bytes are restored once it is back', (_, move) => {
    for (const end of ['release', 'kill']) {
      const tree = openInWorktree()
      const { world, ports, session } = tree
      const back = move(tree, join(world.project, '../elsewhere'))
      if (end === 'release') expect(() => releaseSession(ports, session)).toThrow(GONE)
      world.kill(100)
      expect(recover(tree)).toMatchObject([{ kind: 'failed', error: { code: 'E_PROJECT_GONE' } }])
      expect(recover(tree, { automatic: true })).toMatchObject([{ kind: 'deferred' }])
      expect(existsSync(join(session.backupPath, 'closed'))).toBe(false)
      back()
      expect(world.readSettings()).toContain(TRACE)
      expect(recover(tree)).toMatchObject([{ kind: 'restored', report: { project: 'there' } }])
      expect(world.readSettings()).toBe(MINE)
    }
  })

  test('is given up by force, and its snapshot is kept', () => {
    const tree = openInWorktree({ keep: { sessions: 50, snapshots: 0 } })
    const { world } = tree
    renameSync(world.project, join(world.project, '../elsewhere'))
    world.kill(100)
    expect(recover(tree, { force: true })).toMatchObject([
      { kind: 'restored', report: { project: 'missing', files: [{ kind: 'untouched' }] } },
    ])
    expectKept(tree)
  })

  test('is not taken for removed where its repository is a directory of another kind', () => {
    const tree = openInWorktree()
    rmSync(join(tree.repository, 'HEAD'))
    remove(tree)
    expect(() => releaseSession(tree.ports, tree.session)).toThrow(GONE)
  })
})
