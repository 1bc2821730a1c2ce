/** `flow uninstall [--dry-run] [--yes]`: undo `init`, keep what the user wrote. */
import { FlowError } from '../../errors.ts'
import { exists } from '../../git/git-file.ts'
import type { Ports } from '../../ports/ports.ts'
import { forceRecovery } from '../../session/failure.ts'
import { type ProjectPaths, projectPaths } from '../../session/layout.ts'
import { detectOrphanedSessions, type ProjectState } from '../../session/projects.ts'
import { recoverSessions } from '../../session/recover.ts'
import {
  repositoryPaths,
  SETUP_WAIT_MS,
  withRepositoryLock,
} from '../../session/repository-lock.ts'
import { notedProject, readParticipants } from '../../session/state.ts'
import { type SetupContext, setupContext } from '../../setup/context.ts'
import { OWN_NAME } from '../../setup/package-json.ts'
import { installCommand, removeCommand } from '../../setup/package-manager.ts'
import { isStillListed } from '../../setup/package-step.ts'
import { findProjectDirectories } from '../../setup/project.ts'
import { findProjectState, planPurge } from '../../setup/state.ts'
import { type Edit, makeEdits, type Plan } from '../../setup/step.ts'
import { planRevert } from '../../setup/steps.ts'
import { stateHome } from '../../state-home.ts'
import { asTyped } from '../as-typed.ts'
import { type Ask, askOnTerminal } from '../ask.ts'
import { describeParticipants } from '../participants.ts'
import { type ProposalOptions, propose } from '../propose.ts'
import { requireRepository } from '../require-repository.ts'
import { sayMended, sayRestored } from '../say-session.ts'
import { noteLine, report } from '../setup-report.ts'
import { rcNotes, rcSteps } from '../shell/rc-notes.ts'

export interface UninstallOptions extends ProposalOptions {
  /** flow's own package, absolute: the one with `.flowrc.example`. */
  readonly packageFolder: string
}

/**
 * Takes flow out of the repository around the current directory and out of the state directory. Each file
 * changes in one step, one after the other; whatever stops it, running it again goes on from there.
 * @returns the exit code: 0, or 1 after a cancel
 * @throws FlowError before anything is changed: E_SESSION_OPEN, E_NOBODY_TO_ASK (exit code 2), and
 * what planning throws; E_INIT_FILE, E_GIT, E_STATE_*, E_RESTORE, if a change failed
 */
export async function uninstall(
  ports: Ports,
  { packageFolder, ...options }: UninstallOptions,
  ask: Ask = askOnTerminal,
): Promise<number> {
  const { environment } = ports
  const print = (text: string) => environment.isQuiet || environment.print(text)
  const context = setupContext(ports, packageFolder, requireRepository(ports))
  const found = plan(context)
  const { home, orphans, isLast } = found
  const notes = found.notes.map((note) => asTyped(ports, note))
  if (found.edits.length === 0) {
    const steps = [...nextSteps(context, []), ...rcSteps(ports, home)].map(
      (line) => `next: ${line}`,
    )
    const heading = 'flow is not set up here: nothing to undo'
    print([heading, ...notes.map(noteLine), ...steps, ''].join('\n'))
    return 0
  }
  const proposal = {
    command: 'flow uninstall',
    first: orphans.map(({ path }) => `a killed session is put right first: ${path}\n`),
    edits: found.edits,
    notes: options.dryRun ? [...notes, ...rcNotes(ports, home, isLast)] : notes,
    next: [],
  }
  const agreed = await propose(ports, proposal, options, ask)
  if (typeof agreed === 'number') return agreed
  const topics = new Set(agreed.map(({ topic }) => topic))
  if (orphans.length > 0) recoverOrphans(ports, found)
  let edits: readonly Edit[] = []
  const kept: string[] = []
  whileNoneBegins(context, home, () => {
    // A session may have begun, and what recovery restores may be in these files.
    const present = plan(context)
    const isSeen = !options.yes && orphans.length === 0
    edits = (isSeen ? found : present).edits.filter(({ topic }) => topics.has(topic))
    kept.push(
      ...makeEdits(
        ports,
        edits.filter(({ topic }) => topic !== 'state'),
      ),
    )
  })
  // With the lock itself.
  kept.push(
    ...makeEdits(
      ports,
      edits.filter(({ topic }) => topic === 'state'),
    ),
  )
  const next = nextSteps(context, edits)
  print(
    report({
      heading: 'flow is taken out:',
      edits,
      notes: [
        ...notes,
        ...kept.map((sentence) => `kept: ${sentence}`),
        ...rcNotes(ports, home, false),
      ],
      next: [...next, ...rcSteps(ports, home)],
    }),
  )
  return 0
}

/** Each session takes the lock before it changes a file. */
function whileNoneBegins({ ports, repository }: SetupContext, home: string, edit: () => void) {
  const { commonGitFolder } = repository
  const hasLock = exists(ports, repositoryPaths(home, commonGitFolder).gateFolder)
  if (hasLock) withRepositoryLock(ports, home, commonGitFolder, edit, SETUP_WAIT_MS)
  // Where none has ever been, a new one would stay behind.
  else edit()
}

interface UninstallPlan extends Plan {
  /** The state directory. */
  readonly home: string
  /** Killed sessions of this repository, which are restored first. */
  readonly orphans: readonly ProjectState[]
  readonly isLast: boolean
}

/** @throws FlowError E_SESSION_OPEN, and what planning throws */
function plan(context: SetupContext): UninstallPlan {
  const { ports, repository } = context
  const home = stateHome(ports.environment)
  const projects = findProjectState(ports, home, repository, findProjectDirectories(context))
  refuseOpen(ports, projects)
  const revert = planRevert(context)
  const purge = planPurge(ports, home, repository, projects)
  const hashes = projects.map(({ hash }) => hash)
  return {
    ...revert,
    edits: [...revert.edits, ...(purge.edit === null ? [] : [purge.edit])],
    home,
    orphans: detectOrphanedSessions(ports, home).filter(({ hash }) => hashes.includes(hash)),
    isLast: purge.isLast,
  }
}

function refuseOpen(ports: Ports, projects: readonly ProjectPaths[]): void {
  const open = projects.flatMap((paths) => {
    const alive = readParticipants(ports, paths).filter(({ verdict }) => verdict.kind !== 'dead')
    return alive.length === 0 ? [] : [{ paths, alive }]
  })
  const alive = open.flatMap((one) => one.alive)
  if (alive.length === 0) return
  const isForeign = alive.every(({ verdict }) => verdict.kind === 'foreign')
  const forced = open.map(({ paths }) => {
    return `\`${forceRecovery(notedProject(ports, paths) ?? paths.sessionFolder)}\``
  })
  throw new FlowError({
    code: 'E_SESSION_OPEN',
    what: 'a session is open in this repository',
    why: describeParticipants(alive, ports.clock.now()).join('\n'),
    kept: 'nothing was changed',
    next: isForeign
      ? `end it where it runs; if it is over, run ${forced.join(' and ')}; then run \`flow uninstall\` again`
      : 'end it, then run `flow uninstall` again',
  })
}

/** @throws FlowError as recovery does */
function recoverOrphans(ports: Ports, { home, orphans }: UninstallPlan): void {
  const only = orphans.map(({ hash }) => projectPaths(home, hash))
  const cwd = ports.fs.realPath(ports.environment.cwd)
  const options = { force: false, automatic: false, cwd, only }
  for (const outcome of recoverSessions(ports, home, options)) {
    sayMended(ports, outcome.mended)
    if (outcome.kind === 'restored') sayRestored(ports, outcome.report, 'a killed session')
    if (outcome.kind === 'failed') throw outcome.error
  }
}

/** The package itself is the package manager's to remove. `edits`: what is done. */
function nextSteps(context: SetupContext, edits: readonly Edit[]): string[] {
  const { manager } = context.project
  if (isStillListed(context)) return [removeCommand(manager, OWN_NAME)]
  const isUnlisted = edits.some(({ topic }) => topic === 'package.json')
  const why = 'takes flow-agent out of what is installed, and of the lock file'
  return isUnlisted ? [`${installCommand(manager)}   # ${why}`] : []
}
