/** `flow init [--yes] [--dry-run]`: set this repository up. */
import type { Ports } from '../../ports/ports.ts'
import { type SetupContext, setupContext } from '../../setup/context.ts'
import { localHookLines } from '../../setup/hook-lines.ts'
import { installCommand, scriptCommand } from '../../setup/package-manager.ts'
import { flowInProject, packageOf } from '../../setup/project.ts'
import { type Edit, makeEdits, type Plan } from '../../setup/step.ts'
import { planApply } from '../../setup/steps.ts'
import { asTyped, ownName } from '../as-typed.ts'
import { type Ask, askAbout, askOnTerminal, requirePerson } from '../ask.ts'
import { refreshHookScripts } from '../hook-scripts.ts'
import { requireRepository } from '../require-repository.ts'
import { noteLine, preview, report } from '../setup-report.ts'

export interface InitOptions {
  /** Makes every change without asking. */
  readonly yes: boolean
  /** Prints the changes and makes none. */
  readonly dryRun: boolean
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
  { yes, dryRun, packageFolder }: InitOptions,
  ask: Ask = askOnTerminal,
): Promise<number> {
  const { environment } = ports
  const print = (text: string) => environment.isQuiet || environment.print(text)
  const context = setupContext(ports, packageFolder, requireRepository(ports))
  const plan = planApply(context)
  const notes = plan.notes.map((note) => asTyped(ports, note))
  if (plan.edits.length === 0) {
    if (!dryRun) refreshHookScripts(ports, packageFolder)
    print(['flow is set up already: nothing to change', ...notes.map(noteLine), ''].join('\n'))
    return 0
  }
  if (dryRun) {
    environment.print(preview(plan.edits))
    for (const note of notes) environment.print(`${noteLine(note)}\n`)
    for (const command of plan.next) environment.print(`left to you: ${command}\n`)
    const end = 'nothing was changed: without --dry-run, `flow init` makes these changes\n'
    environment.print(asTyped(ports, end))
    return 0
  }
  if (!yes) requirePerson(environment, 'flow init')
  const edits = yes ? plan.edits : await askAbout(plan.edits, ask)
  if (edits === null) {
    environment.print('cancelled: nothing was changed\n')
    return 1
  }
  if (edits.length === 0) {
    print('nothing was changed\n')
    return 0
  }
  makeEdits(ports, edits)
  if (edits.some(({ topic }) => topic === 'hooks')) refreshHooks(ports, packageFolder)
  else refreshHookScripts(ports, packageFolder)
  const next = nextSteps(context, edits, plan)
  print(report({ heading: 'flow is set up:', edits, notes, next, undo: undoOf(context) }))
  return 0
}

/** The files that git runs have flow's line, and what that sources is up to date. */
function refreshHooks(ports: Ports, packageFolder: string): void {
  refreshHookScripts(ports, packageFolder)
  // Asked again: git may look in another directory since husky is switched on.
  makeEdits(ports, localHookLines({ ports, repository: requireRepository(ports) }))
}

function nextSteps(context: SetupContext, edits: readonly Edit[], { next }: Plan): string[] {
  const { ports, project } = context
  const isListed = edits.some(({ topic }) => topic === 'package.json')
  return [
    ...(isListed && isMissing(context) ? [installCommand(project.manager)] : []),
    ...next.map((command) => asTyped(ports, command)),
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
    return [
      `${name} run`,
      `${name} init   # once in each other clone: git commits neither hooks nor filter`,
    ]
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
