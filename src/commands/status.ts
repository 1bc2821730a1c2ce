/** `flow status [--json]`: who is in a session, where, since when, what is merged, how to undo it by hand. */

import { join } from 'node:path'
import { isErrno } from '../errors.ts'
import { FILTER_FILES } from '../git/clean-filter.ts'
import { holdsBlock } from '../git/other-filter.ts'
import type { Ports } from '../ports/ports.ts'
import type { BackupRef, FileBackup } from '../session/backup-ref.ts'
import { listProjects, type ProjectState } from '../session/projects.ts'
import { shellWord } from '../shell-word.ts'

import { stateHome } from '../state-home.ts'
import { age } from './age.ts'
import { describeParticipants } from './participants.ts'

/** Version of the shape that `--json` prints. */
const JSON_VERSION = 1

/** Exit code 0, whatever there is to say. */
export function status(ports: Ports, { json }: { readonly json: boolean }): number {
  const home = stateHome(ports.environment)
  const projects = listProjects(ports, home)
  const now = ports.clock.now()
  const { environment } = ports
  if (json) environment.print(`${JSON.stringify(toJson(ports, home, projects), null, 2)}\n`)
  else environment.print(toText(ports, home, projects, now))
  return 0
}

function toJson(ports: Ports, home: string, projects: readonly ProjectState[]): object {
  return {
    version: JSON_VERSION,
    stateHome: home,
    projects: projects.map(({ hash, ref, damaged, participants, isOrphaned }) => ({
      hash,
      projectPath: ref?.projectPath ?? null,
      sessionId: ref?.sessionId ?? null,
      state: isOrphaned ? 'orphaned' : 'open',
      damaged,
      since: ref?.createdAt ?? null,
      backupPath: ref?.backupPath ?? null,
      filter: ref === null ? null : filterFiles(ports, ref),
      participants: participants.map(({ role, record, lock, verdict }) => ({
        role,
        pid: record.pid,
        agent: lock?.agent ?? null,
        cwd: lock?.cwd ?? null,
        startedAt: lock?.startedAt ?? null,
        host: lock?.hostName ?? null,
        verdict: verdict.kind,
        reason: verdict.reason,
      })),
      files: (ref?.files ?? []).map((file) => ({
        path: file.path,
        merged: eventsOf(file),
        restoreByHand: ref === null ? null : restoreByHand(ports, ref, file),
      })),
    })),
  }
}

function toText(ports: Ports, home: string, projects: readonly ProjectState[], now: Date): string {
  if (projects.length === 0) return `no session is open (state home: ${home})\n`
  return projects.map((project) => describe(ports, project, now)).join('\n')
}

function describe(
  ports: Ports,
  { hash, ref, damaged, participants, isOrphaned }: ProjectState,
  now: Date,
): string {
  const lines = [ref?.projectPath ?? `project ${hash}`]
  if (ref !== null) lines.push(`  session   ${ref.sessionId}, open for ${age(ref.createdAt, now)}`)
  if (damaged !== null)
    lines.push(`  damaged   backup.json: ${damaged}; \`flow recover\` uses its twin`)
  for (const line of describeParticipants(participants, now)) lines.push(`  in it     ${line}`)
  if (isOrphaned)
    lines.push('  orphaned  nobody is alive in it: `flow recover` puts the files back')
  for (const file of ref?.files ?? []) {
    lines.push(`  merged    ${file.path}: ${eventsOf(file).join(', ')}`)
  }
  if (ref !== null) {
    lines.push(`  backup    ${ref.backupPath}`)
    for (const file of ref.files) {
      const command = restoreByHand(ports, ref, file)
      lines.push(
        `  by hand   ${command ?? `${file.path}: its backup is missing; \`flow recover\` says what is left`}`,
      )
    }
    const filter = filterFiles(ports, ref)
    if (filter.length > 0) {
      lines.push(
        `  git       is given them without flow's hooks, by lines in ${filter.join(' and ')}`,
      )
      const taking = "sed -i.bak '/^# flow: begin/,/^# flow: end/d'"
      lines.push(`  by hand   ${taking} ${filter.map(shellWord).join(' ')}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** The files of git's own that have lines of flow's. */
function filterFiles({ fs }: Ports, { filter }: BackupRef): string[] {
  if (filter === null) return []
  return FILTER_FILES.map(([name]) => join(filter.commonGitFolder, name)).filter((path) =>
    holdsBlock({ fs }, path),
  )
}

/** `SessionStart`, or `PreToolUse ×2` where more than one group was added. */
function eventsOf({ record }: FileBackup): string[] {
  const counts = new Map<string, number>()
  for (const { event } of record.added) counts.set(event, (counts.get(event) ?? 0) + 1)
  return [...counts].map(([event, count]) => (count === 1 ? event : `${event} ×${count}`))
}

/** What a person can type if flow itself cannot run any more; null: the saved bytes are gone. */
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
