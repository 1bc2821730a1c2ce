/** Recovery: putting right what killed sessions left, in every project. */
import { join } from 'node:path'
import { FlowError, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import type { BackupRef } from './backup-ref.ts'
import { closeSession, GIT_IS_BUSY, type RestoreReport, sweepSessionFolder } from './close.ts'
import { concerns } from './concern.ts'
import { decideRecover } from './decide.ts'
import { unexpectedFailure } from './failure.ts'
import { withGate } from './gate.ts'
import type { RecoveredFor } from './history.ts'
import type { ProjectPaths } from './layout.ts'
import { refuseLinks } from './own-folders.ts'
import { dropAll, dropDead, ownRecord } from './participants.ts'
import type { ProcessRecord } from './pid-lock.ts'
import { projectPresence } from './presence.ts'
import { projectsOf } from './projects.ts'
import { residueOf, takeOutResidue } from './residue.ts'
import { PROJECT_IS_GONE } from './restore-file.ts'
import { noteSettings, putBackEntries } from './session-files.ts'
import {
  type FolderState,
  getBackupRef,
  type Mended,
  openSnapshots,
  readFolder,
  readParticipants,
  toSnapshot,
} from './state.ts'
import { absentAs } from './state-file.ts'

export interface RecoverOptions {
  /** Take who cannot be judged from here for dead, and close what cannot be restored whole. */
  readonly force: boolean
  /** Started by a hook or a prompt: wait briefly, and keep out of git's way. */
  readonly automatic: boolean
  /** Real path: entries of live sessions of the projects round this folder or in it are put back. */
  readonly cwd: string | null
  /** For the history; absent: not known. */
  readonly recoveredFor?: RecoveredFor | undefined
  /** Absent: every project of the state home. */
  readonly only?: readonly ProjectPaths[]
}

export type RecoverOutcome = { readonly mended: readonly Mended[] } & (
  | {
      readonly kind: 'restored'
      readonly report: RestoreReport
      /** What was taken out besides, of sessions that had been over before. */
      readonly cameBack: RestoreReport | null
    }
  | { readonly kind: 'open'; readonly projectPath: string; readonly putBack: boolean }
  | { readonly kind: 'foreign'; readonly projectPath: string; readonly reason: string }
  | { readonly kind: 'deferred'; readonly projectPath: string; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: FlowError }
  | { readonly kind: 'nothing' }
)

const AUTOMATIC_WAIT_MS = 2_000

/**
 * Restores every orphaned session of every project, or of those that are named. What cannot be restored is reported and kept,
 * and the next project is gone on with.
 * @throws FlowError E_STATE_READ when the state home itself cannot be read
 */
export function recoverSessions(
  ports: ProtocolPorts,
  stateHome: string,
  options: RecoverOptions,
): RecoverOutcome[] {
  const projects = options.only ?? projectsOf(ports, stateHome)
  ports.log('recover', `${stateHome}: projects to look at: ${projects.length}`)
  return projects.flatMap((paths) => {
    try {
      return isWorthALook(ports, paths, options) ? [recoverProject(ports, paths, options)] : []
    } catch (error) {
      if (!isSystemError(error) && !(error instanceof FlowError)) throw error
      const told = error instanceof FlowError ? error : unexpectedFailure('recover', error)
      // Nothing here will ever mend it, so a checkout need not hear of it each time.
      if (options.automatic && told.code === 'E_STATE_OTHERS') {
        ports.log('recover', `${paths.hash}: ${told.message}`)
        return []
      }
      // git is at work, or the project is elsewhere: a later entry may find it done, or the project there.
      if (options.automatic && [GIT_IS_BUSY, PROJECT_IS_GONE].includes(told.code)) {
        ports.log('recover', `${paths.hash}: left for the next time (${told.message})`)
        return [{ kind: 'deferred', projectPath: paths.hash, reason: told.message, mended: [] }]
      }
      return [{ kind: 'failed', error: told, mended: [] }]
    }
  })
}

function recoverProject(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  options: RecoverOptions,
): RecoverOutcome {
  const self = ownRecord(ports)
  const gate = {
    purpose: 'recover',
    force: options.force,
    ...(options.automatic && { waitMs: AUTOMATIC_WAIT_MS }),
  }
  return withGate(ports, paths, self, gate, () => {
    const state = dropDead(ports, paths, readFolder(ports, paths, options))
    const decision = decideRecover(toSnapshot(state, self), options)
    ports.log('recover', `${paths.hash}: ${decision.kind} (${decision.reason})`)
    const outcome = carryOut(ports, paths, self, state, decision, options)
    return { ...outcome, mended: state.mended }
  })
}

type Bare<T> = T extends unknown ? Omit<T, 'mended'> : never

function carryOut(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  self: ProcessRecord,
  state: FolderState,
  decision: ReturnType<typeof decideRecover>,
  options: RecoverOptions,
): Bare<RecoverOutcome> {
  switch (decision.kind) {
    case 'nothing':
      return { kind: 'nothing' }
    case 'sweep': {
      sweepSessionFolder(ports, paths)
      const report = takeOutWhatCameBack(ports, paths, self, options)
      return report === null ? { kind: 'nothing' } : { kind: 'restored', report, cameBack: null }
    }
    case 'foreign':
      return {
        kind: 'foreign',
        projectPath: decision.ref.projectPath,
        reason: decision.reason,
      }
    case 'open': {
      const { projectPath } = decision.ref
      const busy = options.automatic ? gitAtWork(ports, decision.ref) : null
      const isGone = projectPresence(ports, decision.ref) !== 'there'
      if (busy !== null || isGone || !concerns(options.cwd, projectPath)) {
        const elsewhere = isGone ? 'it is gone' : `${options.cwd ?? 'no directory'} is elsewhere`
        const why = busy ?? elsewhere
        ports.log('recover', `${paths.hash}: the open session is left alone (${why})`)
        return { kind: 'open', projectPath, putBack: false }
      }
      const asOf = ports.clock.now()
      const ref = putBackEntries(ports, paths, decision.ref, options)
      noteSettings(ports, paths, ref.files, asOf)
      return { kind: 'open', projectPath, putBack: ref !== decision.ref }
    }
    case 'restore': {
      const { projectPath } = decision.ref
      const busy = options.automatic ? gitAtWork(ports, decision.ref) : null
      if (busy !== null) {
        ports.log('recover', `${paths.hash}: left for the next time (${busy})`)
        return { kind: 'deferred', projectPath, reason: busy }
      }
      if (options.force) dropAll(ports, paths, state)
      const { force, recoveredFor } = options
      const closing = { by: 'recover', force, recoveredFor } as const
      const report = closeSession(ports, paths, decision.ref, closing)
      const cameBack = takeOutWhatCameBack(ports, paths, self, options)
      return { kind: 'restored', report, cameBack }
    }
  }
}

function takeOutWhatCameBack(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  self: ProcessRecord,
  options: RecoverOptions,
): RestoreReport | null {
  const ref = residueHere(ports, paths, options)
  if (ref === null) return null
  ports.log(
    'recover',
    `${paths.hash}: hooks of a session that is over came back: they are taken out`,
  )
  return takeOutResidue(ports, paths, self, ref, options.recoveredFor)
}

/** Looked for only where somebody stands and asks for it: it means reading the settings. */
function residueHere(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  { automatic, cwd }: RecoverOptions,
): BackupRef | null {
  return automatic ? null : residueOf(ports, paths, (projectPath) => concerns(cwd, projectPath))
}

/**
 * During a rebase git runs hooks while it holds the index in memory: a file that changes then makes
 * it say "local changes would be overwritten". Before it applies an autostash it runs them as well,
 * and a file that changes then keeps it from giving the person's edits back. A later entry mends it.
 */
function gitAtWork(ports: ProtocolPorts, { gitFolder }: BackupRef): string | null {
  if (gitFolder === null) return null
  const exists = (name: string) =>
    absentAs(false, () => ports.fs.linkFacts(join(gitFolder, name)) !== undefined)
  if (exists('rebase-merge') || exists('rebase-apply')) return 'a rebase is under way'
  if (exists('MERGE_AUTOSTASH')) return 'git has an autostash to give back'
  if (exists('index.lock')) return 'git holds index.lock'
  return null
}

/** Without the gate: a project with nothing in it, or with somebody alive, needs none. */
function isWorthALook(ports: ProtocolPorts, paths: ProjectPaths, options: RecoverOptions): boolean {
  refuseLinks(ports, paths)
  const hasFolder = absentAs(false, () => ports.fs.linkFacts(paths.sessionFolder) !== undefined)
  const isWorth = hasFolder
    ? isForUs(ports, paths, options)
    : openSnapshots(ports, paths).length > 0 || residueHere(ports, paths, options) !== null
  if (!isWorth) {
    const why = hasFolder ? 'somebody is alive in it, elsewhere' : 'no session has left anything'
    ports.log('recover', `${paths.hash}: nothing to do (${why})`)
  }
  return isWorth
}

/** Of a session in which somebody is alive only what concerns the current folder. */
function isForUs(ports: ProtocolPorts, paths: ProjectPaths, options: RecoverOptions): boolean {
  const isAlive = readParticipants(ports, paths).some(({ verdict }) => verdict.kind === 'alive')
  if (!isAlive) return true
  const backup = getBackupRef(ports, paths)
  return (
    backup.kind === 'corrupt' ||
    (backup.kind === 'ok' && concerns(options.cwd, backup.value.projectPath))
  )
}
