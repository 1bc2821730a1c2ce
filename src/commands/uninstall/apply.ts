import { join } from 'node:path'
import { isErrno } from '../../errors.ts'
import { removeFilter } from '../../git/clean-filter.ts'
import { replaceConfig, unsetHooksPath } from '../../git/hooks-path.ts'
import type { Repository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { forgetProject, tidyHome } from '../../session/forget.ts'
import { type ProjectPaths, projectPaths } from '../../session/layout.ts'
import { recoverSessions } from '../../session/recover.ts'
import { repositoryPaths } from '../../session/repository-lock.ts'
import { removeRepositoryFile, writeRepositoryFile } from '../init/repository-file.ts'
import { sayMended, sayRestored } from '../say-session.ts'
import { removeSetUpRecord, writeSetUpRecord } from '../set-up-record.ts'
import { restOfRecord, type UndoPlan } from './plan.ts'
import { pathOf, type Undo } from './undo.ts'

/**
 * Makes these steps, one after the other, each whole or not at all; the state home comes last, since
 * what stands there is what a second run goes by.
 * @returns what stays although it would go, a sentence each
 * @throws FlowError: the rest is left; running it again goes on from there
 */
export function applyUndos(ports: Ports, plan: UndoPlan, undos: readonly Undo[]): string[] {
  const kept: string[] = []
  for (const undo of undos) {
    if (undo.kind === 'state') kept.push(...forget(ports, plan, undos, undo.projects))
    else applyUndo(ports, plan.repository, undo)
    ports.log('uninstall', `${undo.kind}: done`)
  }
  return kept
}

/** Puts right what killed sessions left in this repository, and says so. @throws FlowError as recovery does */
export function recoverOrphans(ports: Ports, { home, orphans }: UndoPlan): void {
  const only = orphans.map(({ hash }) => projectPaths(home, hash))
  const cwd = ports.fs.realPath(ports.environment.cwd)
  for (const outcome of recoverSessions(ports, home, {
    force: false,
    automatic: false,
    cwd,
    only,
  })) {
    sayMended(ports, outcome.mended)
    if (outcome.kind === 'restored') sayRestored(ports, outcome.report, 'a killed session')
    if (outcome.kind === 'failed') throw outcome.error
  }
}

function forget(
  ports: Ports,
  plan: UndoPlan,
  undos: readonly Undo[],
  projects: readonly ProjectPaths[],
): string[] {
  const { record, home, repository } = plan
  const shared = repositoryPaths(home, repository.commonGitFolder)
  const kept = projects.flatMap((paths) => {
    return forgetProject(ports, paths, { force: paths.hash === shared.hash })
  })
  const declined = plan.undos.filter((undo) => !undos.includes(undo)).flatMap(pathOf)
  const rest = record === null ? null : restOfRecord(ports.fs, record, repository, declined)
  if (rest !== null) writeSetUpRecord(ports, home, rest)
  else if (!plan.isRecordUnreadable) removeSetUpRecord(ports, home, repository.commonGitFolder)
  return [...kept, ...tidyHome(ports, home)]
}

function applyUndo(
  ports: Ports,
  repository: Repository,
  undo: Exclude<Undo, { kind: 'state' }>,
): void {
  const { fs } = ports
  switch (undo.kind) {
    case 'file':
      if (undo.after === null) removeRepositoryFile(ports, undo.file)
      else writeRepositoryFile(ports, undo.file, undo.after, 0o644)
      return
    case 'filter':
      removeFilter(ports, repository)
      return
    case 'runner':
      for (const name of undo.names) fs.unlink(join(undo.folder, name))
      removeFolder(ports, undo.folder)
      return
    case 'hooks-path': {
      if (undo.exact === null) unsetHooksPath(ports, repository)
      else replaceConfig(ports, repository, undo.exact, undo.config)
      return
    }
    case 'folder':
      removeFolder(ports, undo.path)
      return
    default:
      undo satisfies never
  }
}

function removeFolder({ fs }: Ports, path: string): void {
  try {
    fs.removeFolder(path)
  } catch (error) {
    // Somebody put something into it meanwhile, or took it away.
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error
  }
}
