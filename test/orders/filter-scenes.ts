/** Worktrees of one repository that turn git's clean filter on and off. */
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { BackupRef } from '../../src/session/backup-ref.ts'
import { turnFilterOff, turnFilterOn } from '../../src/session/filter.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { absentAs } from '../../src/session/state-file.ts'
import { memoryFiles, type Tree } from '../protocol/memory-files.ts'
import { createMemoryWorld, HOME } from '../protocol/memory-world.ts'
import type { Actor, Bound, Process, Scene } from './scene.ts'
import { type Errand, treeAfter } from './walk.ts'

const GIT = '/repository/.git'
/** For what a person saves meanwhile; here nobody does. */
const KEEP = '/kept'
/** Without its last newline. */
const CONFIG = '[core]\n\tbare = false'

/** The session of a worktree; its file has a path of its own, so that its line can be told. */
const refOf = (name: string): BackupRef => ({
  version: 1,
  sessionId: `session-20260101T000000000Z-${name}`,
  backupPath: KEEP,
  projectPath: `/${name}`,
  target: 'claude',
  createdAt: '2026-01-01T00:00:00Z',
  createdByPid: 1,
  gitFolder: `${GIT}/worktrees/${name}`,
  filter: { commonGitFolder: GIT, script: '/clean.sh', nodePath: '/node' },
  boundary: `/${name}`,
  followSymlinks: false,
  keep: { sessions: 1, snapshots: 1 },
  files: [
    {
      path: `${name}.json`,
      realPath: `/${name}/${name}.json`,
      original: { kind: 'absent', madeFolders: [] },
      writtenSha256: '',
      record: { sessionId: '', added: [{ event: 'Stop', group: {} }], created: [], emptied: [] },
    },
  ],
})

const pathsOf = ({ projectPath }: BackupRef) => projectPaths(HOME, projectHash(projectPath))
const lineOf = ({ files }: BackupRef) => `/${files[0]?.path} filter=flow\n`

const refs = ['a', 'b', 'c'].map(refOf)

const on =
  (ref: BackupRef): Errand =>
  (ports) =>
    turnFilterOn(ports, pathsOf(ref), ref, [])
const off =
  (ref: BackupRef): Errand =>
  (ports) =>
    turnFilterOff(ports, pathsOf(ref), ref)

/** Whatever the names are, one session does what another does. */
function worktree(at: number): Actor {
  const ref = refs[at] as BackupRef
  return { pid: at + 1, errands: [on(ref), off(ref)], staysIn: true }
}

function untouched(): Tree {
  const { fs, tree } = memoryFiles()
  for (const folder of ['/repository', GIT, KEEP]) fs.createFolder(folder, 0o755)
  fs.createFile(`${GIT}/config`, Buffer.from(CONFIG), 0o644)
  return tree()
}

function usedBefore(): Tree {
  const ref = refs[0] as BackupRef
  const wholeSession: Errand = (ports, around, carried) => {
    on(ref)(ports, around, carried)
    off(ref)(ports, around, carried)
  }
  return treeAfter(wholeSession, untouched())
}

const atFilter = (count: number, bound: Bound): Scene => ({
  actors: refs.slice(0, count).map((_, at) => worktree(at)),
  tree: usedBefore(),
  check,
  atEnd,
  ...bound,
})

export const twoWorktrees = (bound: Bound): Scene => atFilter(2, bound)
export const threeWorktrees = (bound: Bound): Scene => atFilter(3, bound)

function check(fs: FileSystem, processes: readonly Process[]): string | undefined {
  if (processes.filter(({ holdsGate }) => holdsGate).length > 1) return 'two hold the gate'
  const [attributes, config] = [read(fs, 'info/attributes'), read(fs, 'config')]
  for (const [at, { isInside }] of processes.entries()) {
    if (!isInside) continue
    if (!attributes?.includes(lineOf(refs[at] as BackupRef))) return `no line for ${at + 1}`
    if (!config?.includes('\tclean = ')) return `no driver for ${at + 1}`
  }
  if (attributes !== null && !/^# flow: begin.*\n(.*\n)*# flow: end\n$/.test(attributes)) {
    return `attributes in part: ${attributes}`
  }
  return config?.startsWith(CONFIG) ? undefined : `config in part: ${config}`
}

/** Who was killed is recovered by somebody who comes later; then all is as it was before. */
function atEnd(fs: FileSystem): string | undefined {
  const ports = { ...createMemoryWorld().start(99), fs }
  for (const ref of refs) turnFilterOff(ports, pathsOf(ref), ref)
  if (read(fs, 'config') !== CONFIG) return `config in the end: ${read(fs, 'config')}`
  const left = absentAs([], () => fs.list(GIT)).filter((name) => name !== 'config')
  return left.length > 0 ? `left in the end: ${left}` : undefined
}

function read(fs: FileSystem, name: string): string | null {
  return absentAs(null, () => String(fs.readFile(`${GIT}/${name}`)))
}
