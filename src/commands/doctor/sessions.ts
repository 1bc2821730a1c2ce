/** Sessions of every project: open, orphaned, or not to be judged from here. */

import type { Ports } from '../../ports/ports.ts'
import { forceRecovery } from '../../session/failure.ts'
import { isMissing } from '../../session/presence.ts'
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
  const paths = projects.map(({ path }) => path)
  return [ok('sessions', `a session is open in ${paths.join(', ')}`)]
}

function orphanFindings(ports: Ports, projects: readonly ProjectState[], now: Date): Finding[] {
  const orphans = projects.filter(({ isOrphaned, ref }) => isOrphaned && ref !== null)
  const isGone = ({ ref }: ProjectState) => ref !== null && isMissing(ports, ref)
  const line = ({ path, ref }: ProjectState) =>
    `${path}, begun ${age(ref?.createdAt ?? '', now)} ago`
  const recoverable = orphans.filter((one) => !isGone(one))
  const gone = orphans.filter(isGone)
  return [
    ...(recoverable.length === 0
      ? []
      : [
          broken('orphans', 'a killed session waits to be restored', {
            detail: recoverable.map(line).join('\n'),
            fix: 'flow recover',
          }),
        ]),
    ...gone.map((project) =>
      warning('orphans-of-gone-projects', 'a killed session is of a project that is gone', {
        detail: `${line(project)}\nif it was moved, move it back; if it is gone for good:`,
        fix: forceRecovery(project.path),
      }),
    ),
  ]
}

/** Of another machine, boot or pid namespace: they count as alive, and keep a session open. */
function foreignFindings(projects: readonly ProjectState[]): Finding[] {
  return projects.flatMap(({ path, participants }) => {
    const foreign = participants.filter(({ verdict }) => verdict.kind === 'foreign')
    const isAlive = participants.some(({ verdict }) => verdict.kind === 'alive')
    if (isAlive || foreign.length === 0) return []
    const lines = foreign.map(({ verdict, record, lock }) => {
      return `${path}: pid ${record.pid} on ${lock?.hostName ?? 'another host'}: ${verdict.reason}`
    })
    return [
      warning('foreign-locks', 'who is in a session cannot be judged from here, so it stays open', {
        detail: `${lines.join('\n')}\nif you know that it is over:`,
        fix: forceRecovery(path),
      }),
    ]
  })
}

function damageFindings(projects: readonly ProjectState[]): Finding[] {
  return projects.flatMap(({ path, ref, damaged }) => {
    if (damaged === null) return []
    return [
      broken('damaged-state', 'the record of a session is damaged', {
        detail: `${path}: ${damaged}`,
        fix: ref === null ? forceRecovery(path) : 'flow recover',
      }),
    ]
  })
}
