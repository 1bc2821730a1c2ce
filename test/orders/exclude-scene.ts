/**
 * Sessions of two projects of one repository, each next to a `.gitignore` of the user's: both write
 * `info/exclude`.
 */
import { join } from 'node:path'
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import { acquireSession, releaseSession, type Session } from '../../src/session/session.ts'
import { recoverAll } from '../protocol/editing.ts'
import { memoryFiles, type Tree } from '../protocol/memory-files.ts'
import { createMemoryWorld, HOME, PROJECT, REQUEST } from '../protocol/memory-world.ts'
import type { Actor, Bound, Process, Scene } from './scene.ts'
import { type Errand, treeAfter } from './walk.ts'

const GIT = join(PROJECT, '.git')
const EXCLUDE = join(GIT, 'info/exclude')
const USERS = '*.tmp\n'
const FOLDERS = ['a', 'b'].map((name) => join(PROJECT, name))

const lineOf = (folder: string) => `${folder.slice(PROJECT.length)}/.claude/settings.jso[n]`

/** A git that has nothing to say. */
const withGit = (ports: ProtocolPorts): ProtocolPorts => ({
  ...ports,
  commands: { run: () => ({ status: 0, stdout: '', stderr: '' }) },
})

const acquireIn = (projectPath: string): Errand => {
  const request = { ...REQUEST, projectPath, cwd: projectPath, gitFolder: GIT }
  return (ports) => acquireSession(withGit(ports), HOME, request)
}
const release: Errand = (ports, _, session) => releaseSession(withGit(ports), session as Session)

const sessionIn = (folder: string, pid: number): Actor => ({
  pid,
  errands: [acquireIn(folder), release],
  staysIn: true,
})

function repository(): Tree {
  const { fs, tree } = memoryFiles()
  for (const folder of [PROJECT, GIT, join(GIT, 'info')]) fs.createFolder(folder, 0o755)
  fs.createFile(EXCLUDE, Buffer.from(USERS), 0o644)
  for (const folder of FOLDERS) {
    fs.createFolder(folder, 0o755)
    fs.createFolder(join(folder, '.claude'), 0o755)
    fs.createFile(join(folder, '.claude/.gitignore'), Buffer.from(USERS), 0o644)
  }
  return tree()
}

/** Each had a session before: the state directory and the locks stand. */
function usedBefore(): Tree {
  return treeAfter((ports, around) => {
    for (const folder of FOLDERS) {
      release(ports, around, acquireIn(folder)(ports, around, undefined))
    }
  }, repository())
}

export function sessionsOfTwoProjects(bound: Bound): Scene {
  const actors = FOLDERS.map((folder, at) => sessionIn(folder, at + 1))
  return { actors, tree: usedBefore(), check, atEnd, ...bound }
}

function check(fs: FileSystem, processes: readonly Process[]): string | undefined {
  const lines = String(fs.readFile(EXCLUDE)).split('\n')
  const missing = FOLDERS.find((folder, at) => {
    return processes[at]?.isInside && !lines.includes(lineOf(folder))
  })
  if (missing !== undefined) return `a session is open, and git sees the settings in ${missing}`
  const users = lines.filter((line) => !FOLDERS.some((folder) => line === lineOf(folder)))
  return users.join('\n') === USERS ? undefined : `the user's lines: ${users}`
}

function atEnd(fs: FileSystem): string | undefined {
  const ports = withGit({ ...createMemoryWorld().start(99), fs })
  for (const outcome of recoverAll(ports)) {
    if (outcome.kind !== 'restored' && outcome.kind !== 'nothing') return `recover: ${outcome.kind}`
  }
  const text = String(fs.readFile(EXCLUDE))
  if (text !== USERS) return `info/exclude in the end: ${text}`
  const left = [
    ...fs.list(join(GIT, 'info')).filter((name) => name !== 'exclude'),
    ...FOLDERS.flatMap((folder) => fs.list(join(folder, '.claude'))).filter(
      (name) => name !== '.gitignore',
    ),
  ]
  return left.length > 0 ? `left in the end: ${left}` : undefined
}
