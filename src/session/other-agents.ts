/** Who else is at work in a repository: all its working trees, and all project roots inside them. */
import { isAbsolute, join, resolve } from 'node:path'
import { explain, FlowError, isSystemError } from '../errors.ts'
import { commonGitDirectory, type Head, readHead } from '../git/head.ts'
import { foldersUp } from '../git/tree-path.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import type { BackupRef } from './backup-ref.ts'
import {
  homePaths,
  isProjectHash,
  type ProjectPaths,
  projectPaths,
  snapshotFolder,
} from './layout.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import { parsePidFileName } from './pid-lock.ts'
import { openSnapshots, type Participant, readParticipants } from './state.ts'
import { absentAs, listState, readText } from './state-file.ts'

/** One that is not proved dead. Its texts are as they were recorded: cut and clean them to show them. */
export interface OtherAgent {
  /** What was started; null: the record of it is lost. */
  readonly agent: string | null
  /** ISO 8601, as far as it can be believed. */
  readonly startedAt: string | null
  /** Real path of its project root. */
  readonly projectPath: string
  /** Real path of the top of its working tree. */
  readonly topLevel: string
  readonly head: Head | null
  /** Where it runs, if nothing seen from here proves that it lives; null: it lives. */
  readonly elsewhere: string | null
}

export interface OtherAgents {
  /** The seat that they are seen from. */
  readonly self: Pick<OtherAgent, 'projectPath' | 'topLevel'>
  /** Those of the same working tree first. */
  readonly others: readonly OtherAgent[]
  /** Open sessions of which nobody can tell in which repository: their records are damaged. */
  readonly unplaced: number
}

/** Beyond that many open sessions of this person's the rest is not looked at. */
const MOST_PROJECTS = 1_000
/** A backup.json is a few KB. */
const LARGEST_BYTES = 1024 * 1024

/**
 * Takes no gate, runs no process and changes nothing. Of a session whose record cannot be read, its
 * twin in the snapshot tells, or the line that shells read; where they cannot either, it is counted.
 * Null: the own one is not open.
 * @param own the project whose session the agent is in
 * @param stem the own wrapper's, whose agent is not another one
 * @throws FlowError E_STATE_LINK, E_STATE_READ
 */
export function otherAgents(
  ports: ProtocolPorts,
  own: ProjectPaths,
  stem: string,
): OtherAgents | null {
  const { sessionsFolder } = homePaths(own.home)
  refuseLinkedFolders(ports, own.home, [sessionsFolder])
  const project = readProject(ports, own)
  if (project === null || project === 'unplaced') return null
  const { projectPath, topLevel, common } = project
  let unplaced = 0
  const there = listState(ports, sessionsFolder)
    .filter((hash) => isProjectHash(hash) && hash !== own.hash)
    .slice(0, common === null ? 0 : MOST_PROJECTS)
    .flatMap((hash) => {
      const paths = projectPaths(own.home, hash)
      const other = readProject(ports, paths, common ?? '')
      if (other === 'unplaced') unplaced += isInhabited(ports, paths) ? 1 : 0
      if (other === null || other === 'unplaced' || other.common !== common) return []
      return agentsOf(ports, paths, other, null)
    })
  const others = [...agentsOf(ports, own, project, stem), ...there]
  const isNear = (other: OtherAgent) => other.topLevel === topLevel
  return {
    self: { projectPath, topLevel },
    others: [...others.filter(isNear), ...others.filter((one) => !isNear(one))],
    unplaced,
  }
}

interface Project extends Pick<OtherAgent, 'projectPath' | 'topLevel'> {
  readonly gitFolder: string | null
  /** What all working trees of its repository share; null: it is in none. */
  readonly common: string | null
}

/**
 * Null: there is no session, or its record is of another repository.
 * @param mention null is answered, without a parse, for a record in which this text does not stand
 */
function readProject(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  mention = '',
): Project | null | 'unplaced' {
  const read = orPassOver(ports, paths, 'damaged', () => readRecord(ports, paths, mention))
  if (read !== 'damaged') return read
  const twin = orPassOver(
    ports,
    paths,
    null,
    () => readTwin(ports, paths) ?? readLine(ports, paths),
  )
  ports.log(
    'hook',
    `other agents: ${paths.hash}: its record is damaged; ${twin === null ? 'no other record has its path' : `it is in ${twin.projectPath}`}`,
  )
  return twin ?? 'unplaced'
}

/**
 * The few fields of backup.json that are shown or looked at, without the checks that restoring by it
 * needs: every start of an agent waits for this.
 */
function readRecord(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  mention: string,
): Project | null | 'damaged' {
  const facts = absentAs(null, () => ports.fs.linkFacts(paths.backupRefPath))
  if (facts === null) return null
  if (facts.size > LARGEST_BYTES) return 'damaged'
  const text = readText(ports, paths.backupRefPath) ?? ''
  const isWhole = text.trimEnd().endsWith('}')
  if (isWhole && !text.includes(JSON.stringify(mention).slice(1, -1))) return null
  const ref = JSON.parse(text) as Partial<BackupRef> | null
  return (ref?.version === 1 ? projectOf(ports, ref) : null) ?? 'damaged'
}

function projectOf(
  ports: ProtocolPorts,
  { projectPath, boundary, gitFolder = null }: Partial<BackupRef>,
): Project | null {
  if (!isPath(projectPath) || !isPath(boundary)) return null
  if (!isPath(gitFolder)) return { projectPath, topLevel: boundary, gitFolder: null, common: null }
  return {
    projectPath,
    topLevel: boundary,
    gitFolder,
    common: commonGitDirectory(ports, gitFolder),
  }
}

function readTwin(ports: ProtocolPorts, paths: ProjectPaths): Project | null {
  refuseLinkedFolders(ports, paths.home, [paths.projectSnapshotsFolder])
  for (const sessionId of openSnapshots(ports, paths)) {
    const path = join(snapshotFolder(paths, sessionId), 'manifest.json')
    const project = orPassOver(ports, paths, null, () => {
      const ref = JSON.parse(readText(ports, path) ?? '') as Partial<BackupRef> | null
      return ref?.version === 1 ? projectOf(ports, ref) : null
    })
    if (project !== null) return project
  }
  return null
}

/** Where a project is, and by gitrepository-layout(5) in which working tree of what. */
function readLine(ports: ProtocolPorts, paths: ProjectPaths): Project | null {
  const projectPath = readText(ports, paths.projectLinePath)?.replace(/\n$/, '')
  if (!isPath(projectPath)) return null
  for (const topLevel of foldersUp(projectPath, '/')) {
    const path = join(topLevel, '.git')
    const kind = absentAs(null, () => ports.fs.linkFacts(path).kind)
    const [, named] =
      kind === 'file' ? (/^gitdir: (.+)\n$/.exec(readText(ports, path) ?? '') ?? []) : []
    if (kind !== 'folder' && named === undefined) continue
    const gitFolder = named === undefined ? path : resolve(topLevel, named)
    return { projectPath, topLevel, gitFolder, common: commonGitDirectory(ports, gitFolder) }
  }
  return null
}

function isInhabited(ports: ProtocolPorts, paths: ProjectPaths): boolean {
  return orPassOver(ports, paths, false, () => {
    refuseLinkedFolders(ports, paths.home, [paths.pidsFolder])
    return readParticipants(ports, paths).some(({ verdict }) => verdict.kind !== 'dead')
  })
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && isAbsolute(value) && !value.includes('\0')
}

function agentsOf(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { projectPath, topLevel, gitFolder }: Project,
  ownStem: string | null,
): OtherAgent[] {
  const participants = orPassOver(ports, paths, [], () => {
    refuseLinkedFolders(ports, paths.home, [paths.pidsFolder])
    // Alone, as nearly always: then nobody's life needs to be looked into.
    const isAlone = listState(ports, paths.pidsFolder).every((name) => {
      return (parsePidFileName(name)?.stem ?? ownStem) === ownStem
    })
    return isAlone ? [] : readParticipants(ports, paths)
  })
  const isIn = ({ verdict, stem }: Participant) => verdict.kind !== 'dead' && stem !== ownStem
  const stems = [...new Set(participants.filter(isIn).map(({ stem }) => stem))]
  const head = stems.length === 0 || gitFolder === null ? null : readHead(ports, gitFolder)
  return stems.map((stem) => {
    // An agent that outlives its wrapper is named in the record that the wrapper left.
    const both = participants.filter((one) => one.stem === stem)
    const lock = both.find((one) => one.lock !== undefined)?.lock
    const isSeen = both.some(({ verdict }) => verdict.kind === 'alive')
    return {
      agent: lock?.agent ?? null,
      startedAt: lock?.startedAt ?? null,
      projectPath,
      topLevel,
      head,
      elsewhere: isSeen ? null : (lock?.hostName ?? 'elsewhere'),
    }
  })
}

function orPassOver<T>(ports: ProtocolPorts, { hash }: ProjectPaths, value: T, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const isExpected = error instanceof FlowError || error instanceof SyntaxError
    if (!isExpected && !isSystemError(error)) throw error
    ports.log('hook', `other agents: ${hash} is passed over: ${explain(error)}`)
    return value
  }
}
