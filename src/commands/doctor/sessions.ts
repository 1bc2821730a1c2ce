/** Sessions of every project, open, orphaned or not to be judged from here, and what past ones left. */
import type { Ports } from '../../ports/ports.ts'
import { forceRecovery } from '../../session/failure.ts'
import { homePaths } from '../../session/layout.ts'
import { isMissing } from '../../session/presence.ts'
import { listProjects, type ProjectState } from '../../session/projects.ts'
import { residueOf } from '../../session/residue.ts'
import { getBackupRef } from '../../session/state.ts'
import { listState } from '../../session/state-file.ts'
import { broken, type Finding, ok, warning } from '../../setup/finding.ts'
import { shellWord } from '../../shell-word.ts'
import { age } from '../time.ts'
import type { DoctorContext } from './context.ts'

export function sessionFindings({ ports, state }: DoctorContext): Finding[] {
  if (!state?.path) return []
  const projects = listProjects(ports, state.path)
  const findings = projects.flatMap((project) => [
    ...orphanFindings(ports, project),
    ...foreignFindings(project),
    ...damageFindings(project),
  ])
  const open = projects.map(({ path }) => path).join(', ')
  const title = open === '' ? 'no session is open' : `a session is open in ${open}`
  return findings.length > 0 ? findings : [ok('sessions', title)]
}

function orphanFindings(ports: Ports, { isOrphaned, ref, path }: ProjectState): Finding[] {
  if (!isOrphaned || ref === null) return []
  const line = `${path}, begun ${age(ref.createdAt, ports.clock.now())} ago`
  if (!isMissing(ports, ref)) {
    const title = 'a killed session waits to be restored'
    return [broken('orphans', title, { detail: line, fix: 'flow recover' })]
  }
  const title = 'a killed session is of a project that is gone'
  const detail = `${line}\nif it was moved, move it back; if it is gone for good:`
  return [warning('orphans-of-gone-projects', title, { detail, fix: forceRecovery(path) })]
}

/** Of another machine, boot or pid namespace: they count as alive, and keep a session open. */
function foreignFindings({ path, participants }: ProjectState): Finding[] {
  const foreign = participants.filter(({ verdict }) => verdict.kind === 'foreign')
  const isAlive = participants.some(({ verdict }) => verdict.kind === 'alive')
  if (isAlive || foreign.length === 0) return []
  const lines = foreign.map(({ verdict, record, lock }) => {
    return `${path}: pid ${record.pid} on ${lock?.hostName ?? 'another host'}: ${verdict.reason}`
  })
  const title = 'whether a session is still in use cannot be judged from here, so it stays open'
  const detail = [...lines, 'if you know that it is over:'].join('\n')
  return [warning('foreign-locks', title, { detail, fix: forceRecovery(path) })]
}

function damageFindings({ path, ref, damaged }: ProjectState): Finding[] {
  if (damaged === null) return []
  const fix = ref === null ? forceRecovery(path) : 'flow recover'
  const title = 'the record of a session is damaged'
  return [broken('damaged-state', title, { detail: `${path}: ${damaged}`, fix })]
}

/** What should not be there any more, and does no harm. */
export function leftoverFindings(context: DoctorContext): Finding[] {
  if (!context.state?.path) return []
  const findings = [...residueFindings(context), ...corruptFindings(context, context.state.path)]
  const fine = ok('leftovers', 'nothing of a past session is left over')
  return findings.length > 0 ? findings : [fine]
}

/** Entries of a session that is over, which a stash or a branch brought back. */
function residueFindings({ ports, paths }: DoctorContext): Finding[] {
  if (paths === null || getBackupRef(ports, paths).kind !== 'absent') return []
  const ref = residueOf(ports, paths, () => true)
  if (ref === null) return []
  const files = ref.files.map(({ path }) => path).join(', ')
  const detail = `a stash, a branch or a copy brought them back into ${files}`
  const title = 'the settings hold hooks of a session that is over'
  return [warning('residue', title, { detail, fix: 'flow recover' })]
}

/** Kept for the user to look at; flow never deletes them. */
function corruptFindings({ ports }: DoctorContext, home: string): Finding[] {
  const { corruptFolder } = homePaths(home)
  const names = listState(ports, corruptFolder)
  if (names.length === 0) return []
  const files =
    names.length === 1 ? 'a damaged state file was' : `${names.length} damaged state files were`
  const shown = [...names.slice(0, 3), ...(names.length > 3 ? ['…'] : [])].join(', ')
  const detail = `in ${corruptFolder}: ${shown}\nnothing reads them; when you have looked at them:`
  const fix = `rm -r ${shellWord(corruptFolder)}`
  return [warning('corrupt-state', `${files} moved aside`, { detail, fix })]
}
