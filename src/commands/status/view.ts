/** What `flow status` tells, gathered once for every form in which it is told. */
import { join } from 'node:path'
import { isErrno } from '../../errors.ts'
import { filterFiles } from '../../git/clean-filter.ts'
import { commonGitDirectory } from '../../git/head.ts'
import type { Ports } from '../../ports/ports.ts'
import type { BackupRef, FileBackup } from '../../session/backup-ref.ts'
import { concerns } from '../../session/concern.ts'
import { listProjects, type ProjectState } from '../../session/projects.ts'
import type { Participant } from '../../session/state.ts'
import { shellWord } from '../../shell-word.ts'
import { whereWeAre } from '../where-we-are.ts'

export interface StatusView {
  readonly stateHome: string
  readonly projects: readonly ProjectView[]
}

export interface ProjectView {
  readonly hash: string
  /** Null: its record cannot be read. */
  readonly projectPath: string | null
  /** The current folder lies in it, or it in the current folder. */
  readonly isHere: boolean
  readonly sessionId: string | null
  readonly isOrphaned: boolean
  /** What is wrong with backup.json; null: nothing. */
  readonly damaged: string | null
  /** ISO 8601 */
  readonly since: string | null
  readonly backupPath: string | null
  /** Files of git's own that have lines of flow's; null: not known. */
  readonly filter: readonly string[] | null
  readonly participants: readonly Participant[]
  readonly files: readonly FileView[]
}

export interface FileView {
  readonly path: string
  /** `SessionStart`, or `PreToolUse ×2` where more than one group was added. */
  readonly merged: readonly string[]
  /** A command for a POSIX shell; null: the saved bytes are gone. */
  readonly restoreByHand: string | null
}

/** The project round the current folder first, then what needs mending, then the latest. */
export function viewStatus(ports: Ports, stateHome: string): StatusView {
  const here = whereWeAre(ports)
  const projects = listProjects(ports, stateHome).map((project) =>
    viewProject(ports, project, here),
  )
  return { stateHome, projects: projects.sort(byConcern) }
}

function byConcern(a: ProjectView, b: ProjectView): number {
  return rank(a) - rank(b) || (b.since ?? '').localeCompare(a.since ?? '')
}

function rank({ isHere, isOrphaned, damaged }: ProjectView): number {
  if (isHere) return 0
  return isOrphaned || damaged !== null ? 1 : 2
}

function viewProject(ports: Ports, state: ProjectState, here: string | null): ProjectView {
  const { hash, ref, damaged, participants, isOrphaned } = state
  return {
    hash,
    projectPath: ref?.projectPath ?? null,
    isHere: ref !== null && concerns(here, ref.projectPath),
    sessionId: ref?.sessionId ?? null,
    isOrphaned,
    damaged,
    since: ref?.createdAt ?? null,
    backupPath: ref?.backupPath ?? null,
    filter: ref === null ? null : filterFilesOf(ports, ref),
    participants,
    files: (ref?.files ?? []).map((file) => ({
      path: file.path,
      merged: eventsOf(file),
      restoreByHand: ref === null ? null : restoreByHand(ports, ref, file),
    })),
  }
}

function filterFilesOf(ports: Ports, { gitFolder, boundary }: BackupRef): string[] {
  if (gitFolder === null) return []
  const commonGitFolder = commonGitDirectory(ports, gitFolder)
  return filterFiles(ports, { topLevel: boundary, gitFolder, commonGitFolder })
}

function eventsOf({ record }: FileBackup): string[] {
  const counts = new Map<string, number>()
  for (const { event } of record.added) counts.set(event, (counts.get(event) ?? 0) + 1)
  return [...counts].map(([event, count]) => (count === 1 ? event : `${event} ×${count}`))
}

/** What a person can type if flow itself cannot run any more. */
function restoreByHand(
  ports: Ports,
  ref: BackupRef,
  { realPath, original }: FileBackup,
): string | null {
  if (original.kind === 'absent') return `rm ${shellWord(realPath)}`
  const saved = join(ref.backupPath, original.snapshot)
  try {
    ports.fs.linkFacts(saved)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
  return `cp ${shellWord(saved)} ${shellWord(realPath)}`
}
