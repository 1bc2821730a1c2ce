/** Sessions of every project: open, orphaned, or not to be judged from here. */

import { isErrno } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { listProjects, type ProjectState } from '../../session/projects.ts'
import { broken, type Finding, ok, warning } from '../../setup/finding.ts'
import { age } from '../time.ts'
import { readableHome, type DoctorContext as Scene } from './context.ts'

export function sessionFindings(scene: Scene): Finding[] {
  const { ports } = scene
  const home = readableHome(scene)
  if (home === null) return []
  const projects = listProjects(ports, home)
  const now = ports.clock.now()
  const findings = [
    ...orphanFindings(ports, projects, now),
    ...foreignFindings(projects),
    ...damageFindings(projects),
  ]
  if (findings.length > 0) return findings
  if (projects.length === 0) return [ok('sessions', 'no session is open')]
  const names = projects.map(({ ref, hash }) => ref?.projectPath ?? hash)
  return [ok('sessions', `a session is open in ${names.join(', ')}`)]
}

function orphanFindings(ports: Ports, projects: readonly ProjectState[], now: Date): Finding[] {
  const orphans = projects.filter(({ isOrphaned, ref }) => isOrphaned && ref !== null)
  const isGone = ({ ref }: ProjectState) => ref !== null && !isThere(ports, ref.projectPath)
  const line = ({ ref, hash }: ProjectState) =>
    ref === null ? hash : `${ref.projectPath}, begun ${age(ref.createdAt, now)} ago`
  const mendable = orphans.filter((one) => !isGone(one))
  const gone = orphans.filter(isGone)
  return [
    ...(mendable.length === 0
      ? []
      : [
          broken('orphans', 'a killed session waits to be restored', {
            detail: mendable.map(line).join('\n'),
            mend: 'flow recover',
          }),
        ]),
    ...(gone.length === 0
      ? []
      : [
          warning('orphans-of-gone-projects', 'a killed session is of a project that is gone', {
            detail: `${gone.map(line).join('\n')}\nif it was moved, move it back; if it is gone for good:`,
            mend: 'flow recover --force',
          }),
        ]),
  ]
}

/** Of another machine, boot or pid namespace: they count as alive, and keep a session open. */
function foreignFindings(projects: readonly ProjectState[]): Finding[] {
  const lines = projects.flatMap(({ ref, hash, participants }) => {
    const isAlive = participants.some(({ verdict }) => verdict.kind === 'alive')
    if (isAlive) return []
    return participants.flatMap(({ verdict, record, lock }) =>
      verdict.kind === 'foreign'
        ? [
            `${ref?.projectPath ?? hash}: pid ${record.pid} on ${lock?.hostName ?? 'another host'}: ${verdict.reason}`,
          ]
        : [],
    )
  })
  if (lines.length === 0) return []
  return [
    warning('foreign-locks', 'who is in a session cannot be judged from here, so it stays open', {
      detail: `${lines.join('\n')}\nif you know that it is over:`,
      mend: 'flow recover --force',
    }),
  ]
}

function damageFindings(projects: readonly ProjectState[]): Finding[] {
  const damaged = projects.filter(({ damaged }) => damaged !== null)
  if (damaged.length === 0) return []
  const isForce = damaged.some(({ ref }) => ref === null)
  return [
    broken('damaged-state', 'the record of a session is damaged', {
      detail: damaged
        .map(({ ref, hash, damaged }) => `${ref?.projectPath ?? `project ${hash}`}: ${damaged}`)
        .join('\n'),
      mend: isForce ? 'flow recover --force' : 'flow recover',
    }),
  ]
}

function isThere({ fs }: Ports, path: string): boolean {
  try {
    return fs.facts(path).kind === 'folder'
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}
