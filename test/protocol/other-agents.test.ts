import {
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type OtherAgents, otherAgents } from '../../src/session/other-agents.ts'
import { acquireSession, type Session } from '../../src/session/session.ts'
import { listing } from '../helpers/on-disk.ts'
import { createWorld, type World } from './world.ts'

interface Repository {
  readonly world: World
  /** Begins a session there, as process `pid`. Other agents are of the name `agent-<pid>`. */
  open(pid: number, place: Place): Session
  seen(from: Session): OtherAgents | null
}

/** A project root: in which working tree, and where in it. */
interface Place {
  readonly tree: string
  readonly folder?: string
  /** Absent: the one that all trees share. */
  readonly gitFolder?: string
}

const MAIN = { tree: 'project' }
const LINKED = { tree: 'linked' }

function repository(): Repository {
  const world = createWorld(undefined, { inGit: true })
  const base = dirname(world.project)
  const common = join(world.project, '.git')
  writeFileSync(join(common, 'HEAD'), 'ref: refs/heads/main\n')
  const open = (pid: number, { tree, folder = '.', gitFolder }: Place) => {
    const top = join(base, tree)
    const linked = join(common, 'worktrees', tree)
    const own = gitFolder ?? (tree === 'project' ? common : linked)
    mkdirSync(join(top, folder), { recursive: true })
    mkdirSync(join(own, 'info'), { recursive: true })
    if (own !== common) writeFileSync(join(own, 'HEAD'), `ref: refs/heads/on-${tree}\n`)
    if (own === linked) writeFileSync(join(own, 'commondir'), '../..\n')
    return acquireSession(
      world.start(pid),
      world.home,
      world.request({
        projectPath: join(top, folder),
        boundary: top,
        gitFolder: own,
        agent: `agent-${pid}`,
        cwd: join(top, folder),
      }),
    )
  }
  const seen = ({ paths, stem }: Session) => otherAgents(world.start(9_999), paths, stem)
  return { world, open, seen }
}

const names = (seen: OtherAgents | null) => seen?.others.map(({ agent }) => agent)

function agentFile({ paths, stem, lock }: Session, pid: number): void {
  const { bootId, pidNamespace, machineId } = lock
  const line = `${pid} 1 ${bootId} ${pidNamespace} ${machineId}\n`
  writeFileSync(join(paths.pidsFolder, `${stem}.${pid}.agent`), line)
}

describe('who else is at work', () => {
  test('are those of the same folder, of other folders and of other working trees, the near ones first', () => {
    const { open, seen, world } = repository()
    const own = open(1, MAIN)
    open(2, LINKED)
    open(3, MAIN)
    open(4, { tree: 'project', folder: 'app' })
    const found = seen(own)
    expect(found?.self).toEqual({ projectPath: world.project, topLevel: world.project })
    expect(found?.others).toMatchObject([
      { agent: 'agent-3', projectPath: world.project, head: { kind: 'branch', name: 'main' } },
      { agent: 'agent-4', projectPath: join(world.project, 'app'), topLevel: world.project },
      { agent: 'agent-2', head: { kind: 'branch', name: 'on-linked' }, elsewhere: null },
    ])
    expect(found?.others[0]?.startedAt).toMatch(/^2026-01-01T/)
  })

  test('nobody, where the agent is alone', () => {
    const { open, seen } = repository()
    expect(names(seen(open(1, MAIN)))).toEqual([])
  })

  test('a session without the filter is known by its git folder', () => {
    const { open, seen } = repository()
    const own = open(1, LINKED)
    open(2, MAIN)
    expect(names(seen(own))).toEqual(['agent-2'])
  })

  test('another repository is none of it, not even one whose git folder lies inside', () => {
    const { open, seen, world } = repository()
    const own = open(1, MAIN)
    open(2, { tree: 'other', gitFolder: join(dirname(world.project), 'other/.git') })
    open(3, { tree: 'project/module', gitFolder: join(world.project, '.git/modules/module') })
    expect(names(seen(own))).toEqual([])
  })

  test('the agent that this wrapper started is no other one', () => {
    const { open, seen, world } = repository()
    const own = open(1, MAIN)
    world.running.set(50, '1')
    agentFile(own, 50)
    expect(names(seen(own))).toEqual([])
  })

  test('the dead are not told of, an agent that outlives its wrapper is, by its name', () => {
    const { open, seen, world } = repository()
    const own = open(1, MAIN)
    const other = open(2, LINKED)
    world.running.set(50, '1')
    agentFile(other, 50)
    expect(names(seen(own))).toEqual(['agent-2'])
    world.kill(2)
    expect(seen(own)?.others).toMatchObject([{ agent: 'agent-2', elsewhere: null }])
    world.kill(50)
    expect(names(seen(own))).toEqual([])
  })

  test('one of another machine counts as alive, and that this is not known is told', () => {
    const { open, seen } = repository()
    const own = open(1, MAIN)
    const { paths, stem } = open(2, LINKED)
    const path = join(paths.pidsFolder, `${stem}.json`)
    const text = readFileSync(path, 'utf8').replaceAll('machine-a', 'machine-b')
    writeFileSync(path, text.replace('"here"', '"there"'))
    expect(seen(own)?.others).toMatchObject([{ agent: 'agent-2', elsewhere: 'there' }])
  })

  test('outside of git only those of the same folder', () => {
    const world = createWorld()
    const request = world.request()
    const own = acquireSession(world.start(1), world.home, request)
    acquireSession(world.start(2), world.home, { ...request, agent: 'second' })
    const other = join(dirname(world.project), 'other')
    mkdirSync(other)
    const elsewhere = { projectPath: other, boundary: other }
    acquireSession(world.start(3), world.home, { ...request, ...elsewhere })
    const found = otherAgents(world.start(9), own.paths, own.stem)
    expect(found?.others).toMatchObject([{ agent: 'second', head: null }])
  })
})

describe('state that nobody can rely on', () => {
  const other = ({ paths }: Session) => paths.backupRefPath

  test.each<[string, (path: string) => void]>([
    ['broken', (path) => writeFileSync(path, '{')],
    ['of a newer flow', (path) => rewrite(path, '"version": 1', '"version": 2')],
    ['of another tool', (path) => rewrite(path, '  "version": 1,\n', '')],
    ['huge', (path) => writeFileSync(path, `${readFileSync(path, 'utf8')}${' '.repeat(2 ** 20)}`)],
    [
      'a link',
      (path) => {
        unlinkSync(path)
        symlinkSync('/dev/zero', path)
      },
    ],
    [
      'a folder',
      (path) => {
        unlinkSync(path)
        mkdirSync(path)
      },
    ],
  ])('of a session whose record is %s its twin tells', (_name, damage) => {
    const { open, seen } = repository()
    const own = open(1, MAIN)
    damage(other(open(2, { tree: 'damaged' })))
    open(3, LINKED)
    const found = seen(own)
    expect(names(found)?.toSorted()).toEqual(['agent-2', 'agent-3'])
    expect(found?.unplaced).toBe(0)
  })

  test('the own record being damaged, the others are told all the same', () => {
    const { open, seen } = repository()
    const own = open(1, MAIN)
    open(2, MAIN)
    open(3, LINKED)
    writeFileSync(own.paths.backupRefPath, '{')
    expect(names(seen(own))).toEqual(['agent-2', 'agent-3'])
  })

  /** The record, and its twin in the snapshot. */
  const damageBoth = ({ paths, sessionId }: Session) => {
    writeFileSync(paths.backupRefPath, '{')
    writeFileSync(join(paths.projectSnapshotsFolder, sessionId, 'manifest.json'), '{')
  }

  test('where the twin is damaged too, the line for shells tells the place, and the lock who it is', () => {
    const { open, seen, world } = repository()
    const own = open(1, MAIN)
    const gitFile = join(dirname(world.project), 'linked/.git')
    damageBoth(open(2, { tree: 'project', folder: 'app' }))
    damageBoth(open(3, LINKED))
    damageBoth(open(4, { tree: 'other', gitFolder: join(dirname(world.project), 'other/.git') }))
    writeFileSync(gitFile, `gitdir: ${join(world.project, '.git/worktrees/linked')}\n`)
    const found = seen(own)
    expect(found?.others).toMatchObject([
      { agent: 'agent-2', projectPath: join(world.project, 'app'), topLevel: world.project },
      { agent: 'agent-3', head: { kind: 'branch', name: 'on-linked' } },
    ])
    expect(found?.unplaced).toBe(0)
  })

  test('where nothing tells the place, it is counted as long as somebody is alive in it', () => {
    const { open, seen, world } = repository()
    const own = open(1, MAIN)
    const lost = open(2, LINKED)
    damageBoth(lost)
    writeFileSync(lost.paths.projectLinePath, '')
    expect(seen(own)).toMatchObject({ others: [], unplaced: 1 })
    world.kill(2)
    expect(seen(own)).toMatchObject({ others: [], unplaced: 0 })
  })

  test('locks that are no locks are passed over', () => {
    const { open, seen } = repository()
    const own = open(1, MAIN)
    for (const name of ['0.json', '-1.json', 'x.json', '99999999999.json', '7.json.link']) {
      writeFileSync(join(own.paths.pidsFolder, name), '{}')
    }
    expect(names(seen(own))).toEqual([])
  })

  test('a link in the place of the folder of locks is not followed', () => {
    const { open, seen, world } = repository()
    const own = open(1, MAIN)
    const { pidsFolder } = open(2, LINKED).paths
    const outside = join(world.home, '../outside')
    renameSync(pidsFolder, outside)
    symlinkSync(outside, pidsFolder)
    expect(names(seen(own))).toEqual([])
  })

  test('the own session gone: nothing is known', () => {
    const { open, seen } = repository()
    const own = open(1, MAIN)
    unlinkSync(own.paths.backupRefPath)
    expect(seen(own)).toBe(null)
  })

  test('looking changes nothing', () => {
    const { open, seen, world } = repository()
    const own = open(1, MAIN)
    writeFileSync(other(open(2, LINKED)), '{')
    const before = listing(world.home)
    seen(own)
    expect(listing(world.home)).toEqual(before)
  })
})

function rewrite(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  writeFileSync(path, text.replace(from, to))
}
