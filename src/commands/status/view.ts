/** What `flow status` reports, and its form for programs. */
import { join } from 'node:path'
import { FlowError } from '../../errors.ts'
import { filterFiles } from '../../git/clean-filter.ts'
import { commonGitDirectory } from '../../git/head.ts'
import type { Ports } from '../../ports/ports.ts'
import type { BackupRef, FileBackup } from '../../session/backup-ref.ts'
import { forceRecovery } from '../../session/failure.ts'
import { isMissing } from '../../session/presence.ts'
import { listProjects, type ProjectState } from '../../session/projects.ts'
import { readPresent } from '../../session/settings-file.ts'
import { absentAs } from '../../session/state-file.ts'
import { sha256 } from '../../sha256.ts'
import { shellWord } from '../../shell-word.ts'
import { counted } from '../participants.ts'
import { projectsHere } from '../require-repository.ts'

export interface StatusView {
  readonly stateHome: string
  readonly projects: readonly ProjectView[]
}

export interface ProjectView extends ProjectState {
  /** The current directory is in it, or it is in the current directory. */
  readonly isHere: boolean
  /** Git's files that have lines of flow's clean filter; null: not known. */
  readonly filter: readonly string[] | null
  /** Null: the session ends by itself. */
  readonly recovery: Recovery | null
  readonly files: readonly FileView[]
}

/** What ends a session that does not end by itself. */
export interface Recovery {
  readonly kind: 'killed' | 'gone' | 'unsure'
  /** With the project's path where it is for that one alone. */
  readonly command: string
}

export interface FileView {
  readonly path: string
  /** `SessionStart`, or `PreToolUse ×2` where more than one group was added. */
  readonly merged: readonly string[]
  readonly byHand: ByHand
}

/** What restores a file where flow itself cannot run any more. */
export type ByHand =
  /** For a POSIX shell. */
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'none'; readonly why: string }

/** The project around the current directory first, then what needs repair, then the latest. */
export function viewStatus(ports: Ports, stateHome: string): StatusView {
  const isHere = projectsHere(ports)
  const projects = listProjects(ports, stateHome).map((state) => {
    const { ref } = state
    return {
      ...state,
      isHere: ref !== null && isHere(ref.projectPath),
      filter: ref && filterFilesOf(ports, ref),
      recovery: recoveryOf(ports, state),
      files:
        ref?.files.map((file) => ({
          path: file.path,
          merged: counted(file.record.added.map(({ event }) => event)),
          byHand: byHandOf(ports, ref, file),
        })) ?? [],
    }
  })
  const rank = ({ isHere, isOrphaned, damaged }: ProjectView) =>
    isHere ? 0 : isOrphaned || damaged !== null ? 1 : 2
  const since = ({ ref }: ProjectView) => ref?.createdAt ?? ''
  return {
    stateHome,
    projects: projects.sort((a, b) => rank(a) - rank(b) || since(b).localeCompare(since(a))),
  }
}

function filterFilesOf(ports: Ports, { gitFolder, boundary }: BackupRef): string[] {
  if (gitFolder === null) return []
  const commonGitFolder = commonGitDirectory(ports, gitFolder)
  return filterFiles(ports, { topLevel: boundary, gitFolder, commonGitFolder })
}

function recoveryOf(ports: Ports, state: ProjectState): Recovery | null {
  const { path, ref, participants, isOrphaned } = state
  const force = forceRecovery(path)
  if (!isOrphaned) {
    const verdicts = participants.map(({ verdict }) => verdict.kind)
    const isUnsure = verdicts.includes('foreign') && !verdicts.includes('alive')
    return isUnsure ? { kind: 'unsure', command: force } : null
  }
  if (ref === null) return { kind: 'killed', command: force }
  if (isMissing(ports, ref)) return { kind: 'gone', command: force }
  return { kind: 'killed', command: 'flow recover' }
}

/** Never a command that would undo an edit: the bytes there must be what flow wrote. */
function byHandOf(
  ports: Ports,
  ref: BackupRef,
  { path, realPath, original, writtenSha256 }: FileBackup,
): ByHand {
  const saved = original.kind === 'absent' ? null : join(ref.backupPath, original.snapshot)
  if (saved !== null && absentAs(null, () => ports.fs.linkFacts(saved)) === null) {
    return none('its backup is missing; `flow recover` says what is left')
  }
  let current: string | null
  try {
    const present = readPresent(ports, realPath, path)
    current = present === null ? null : sha256(present.bytes)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return none(error.message)
  }
  if (current === (original.kind === 'absent' ? null : original.sha256)) {
    return none('it is as it was before the session')
  }
  if (current !== writtenSha256) {
    return none(
      'it was edited since; `flow recover` keeps the edit, a copy of the backup would not',
    )
  }
  const command =
    saved === null ? `rm ${shellWord(realPath)}` : `cp ${shellWord(saved)} ${shellWord(realPath)}`
  return { kind: 'command', command }
}

function none(why: string): ByHand {
  return { kind: 'none', why }
}

/** docs/JSON.md describes it. */
export function toJson({ stateHome, projects }: StatusView): object {
  return {
    version: 1,
    stateHome,
    projects: projects.map(({ hash, ref, isHere, isOrphaned, damaged, filter, ...project }) => ({
      hash,
      projectPath: ref?.projectPath ?? null,
      isHere,
      sessionId: ref?.sessionId ?? null,
      state: isOrphaned ? 'orphaned' : 'open',
      damaged,
      since: ref?.createdAt ?? null,
      backupPath: ref?.backupPath ?? null,
      filter,
      participants: project.participants.map(({ role, record, lock, verdict }) => ({
        role,
        pid: record.pid,
        agent: lock?.agent ?? null,
        cwd: lock?.cwd ?? null,
        tty: lock?.tty ?? null,
        startedAt: lock?.startedAt ?? null,
        host: lock?.hostName ?? null,
        verdict: verdict.kind,
        reason: verdict.reason,
      })),
      files: project.files.map(({ path, merged, byHand }) => ({
        path,
        merged,
        restoreByHand: byHand.kind === 'command' ? byHand.command : null,
      })),
    })),
  }
}
