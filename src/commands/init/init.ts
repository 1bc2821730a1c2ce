/** `flow init [--yes] [--dry-run]`: set this repository up. */
import type { Ports } from '../../ports/ports.ts'
import { SETUP_WAIT_MS, withRepositoryLock } from '../../session/repository-lock.ts'
import { type SetupContext, setupContext } from '../../setup/context.ts'
import { localHookLines } from '../../setup/hook-lines.ts'
import { installCommand, scriptCommand } from '../../setup/package-manager.ts'
import { flowInProject, packageOf } from '../../setup/project.ts'
import { type Edit, makeEdits } from '../../setup/step.ts'
import { planApply } from '../../setup/steps.ts'
import { stateHome } from '../../state-home.ts'
import { asTyped, ownName } from '../as-typed.ts'
import { type Ask, askOnTerminal } from '../ask.ts'
import { refreshHookScripts } from '../hook-scripts.ts'
import { type ProposalOptions, propose } from '../propose.ts'
import { requireRepository } from '../require-repository.ts'
import { report } from '../setup-report.ts'

export interface InitOptions extends ProposalOptions {
  /** flow's own package, absolute: the one that depends on husky. */
  readonly packageFolder: string
}

/**
 * Sets the repository around the current directory up for flow, and keeps all that is there. Each file
 * changes in one step, one after the other; whatever stops it, running it again goes on from there.
 * @returns the exit code: 0, or 1 after a cancel
 * @throws FlowError before anything is changed, if the repository cannot be set up; E_INIT_FILE and
 * E_HUSKY, if a change failed; exit code 2 where there is no terminal to ask on
 */
export async function init(
  ports: Ports,
  { packageFolder, ...options }: InitOptions,
  ask: Ask = askOnTerminal,
): Promise<number> {
  const { environment } = ports
  const print = (text: string) => environment.isQuiet || environment.print(text)
  const context = contextIn(ports, packageFolder)
  const plan = planApply(context)
  const notes = plan.notes.map((note) => asTyped(ports, note))
  const { directory } = context.project
  const where = directory === ports.fs.realPath(environment.cwd) ? '' : `, in ${directory}`
  const heading = `flow is set up already${where}: nothing to change`
  const left = plan.next.map((command) => asTyped(ports, command))
  const already = report({ heading, edits: [], notes, next: left })
  if (plan.edits.length === 0) {
    if (!options.dryRun) refreshHookScripts(ports, packageFolder)
    print(already)
    return 0
  }
  const agreed = await propose(ports, { ...plan, notes, command: 'flow init' }, options, ask)
  if (typeof agreed === 'number') return agreed
  let edits = agreed
  const change = () => {
    // Another `init` may have made them. What a person agreed to is made as it was shown, or not at all.
    if (options.yes) edits = planApply(contextIn(ports, packageFolder)).edits
    makeEdits(ports, edits)
    if (edits.some(({ topic }) => topic === 'hooks')) refreshHooks(ports, packageFolder)
    else refreshHookScripts(ports, packageFolder)
  }
  const { commonGitFolder } = context.repository
  withRepositoryLock(ports, stateHome(environment), commonGitFolder, change, SETUP_WAIT_MS)
  const next = nextSteps(context, edits, left)
  print(
    edits.length === 0
      ? already
      : report({ heading: 'flow is set up:', edits, notes, next, undo: undoOf(context) }),
  )
  return 0
}

function contextIn(ports: Ports, packageFolder: string): SetupContext {
  return setupContext(ports, packageFolder, requireRepository(ports))
}

/** The files that git runs have flow's line, and what that sources is up to date. */
function refreshHooks(ports: Ports, packageFolder: string): void {
  refreshHookScripts(ports, packageFolder)
  // Asked again: git may look in another directory since husky is switched on.
  makeEdits(ports, localHookLines({ ports, repository: requireRepository(ports) }))
}

function nextSteps(
  context: SetupContext,
  edits: readonly Edit[],
  next: readonly string[],
): string[] {
  const { project } = context
  const isListed = edits.some(({ topic }) => topic === 'package.json')
  return [
    ...(isListed && isMissing(context) ? [installCommand(project.manager)] : []),
    ...next,
    ...startOf(context),
  ]
}

/** flow is to be installed by what package.json lists from now on. */
function isMissing({ project }: SetupContext): boolean {
  const value = packageOf(project)
  const lists = [value?.dependencies, value?.devDependencies].map(Object)
  return !lists.some((list) => 'flow-agent' in list)
}

/** What starts the agent from now on, and what others type. */
function startOf(context: SetupContext): string[] {
  const { ports, project } = context
  const value = packageOf(project)
  if (value === null) {
    const name = ownName(ports)
    return [`${name} run`, `${name} init   # once in each other clone`]
  }
  const agent = Object(value.scripts).agent
  const isOurs = agent === undefined || /\bflow(-agent)? run\b/.test(String(agent))
  if (isOurs) return [scriptCommand(project.manager, 'agent')]
  return [flowInProject(ports.fs, project, ['run', 'claude'])]
}

function undoOf({ ports, project }: SetupContext): string {
  return project.package === null
    ? `${ownName(ports)} uninstall`
    : flowInProject(ports.fs, project, ['uninstall'])
}
