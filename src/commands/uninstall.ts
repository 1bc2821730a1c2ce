/** `flow uninstall [--dry-run] [--yes]`: undo `init`, keep what the user wrote. */
import type { Ports } from '../ports/ports.ts'
import { asTyped } from './as-typed.ts'
import { type Ask, askOnTerminal, requirePerson } from './ask.ts'
import { noteLine } from './init/words.ts'
import { applyUndos, recoverOrphans } from './uninstall/apply.ts'
import { planUninstall, type UndoPlan } from './uninstall/plan.ts'
import { rcNotes, rcSteps } from './uninstall/rc-lines.ts'
import type { UndoTopic } from './uninstall/undo.ts'
import { describe, nextSteps, questionFor, report } from './uninstall/words.ts'

export interface UninstallOptions {
  /** Makes every change without asking. */
  readonly yes: boolean
  /** Prints the changes and makes none. */
  readonly dryRun: boolean
  /** flow's own package, absolute: the one with `.flowrc.example`. */
  readonly packageFolder: string
}

/**
 * Takes flow out of the repository round the current folder and out of the state home. Each file
 * changes in one step, one after the other; whatever stops it, running it again goes on from there.
 * @returns the exit code: 0, or 1 after a cancel
 * @throws FlowError before anything is changed: E_SESSION_OPEN, E_NOBODY_TO_ASK (exit code 2), and
 * what planning throws; E_INIT_FILE, E_GIT, E_STATE_*, E_RESTORE, if a change failed
 */
export async function uninstall(
  ports: Ports,
  options: UninstallOptions,
  ask: Ask = askOnTerminal,
): Promise<number> {
  const { environment } = ports
  const tell = (text: string) => environment.isQuiet || environment.print(text)
  const plan = planUninstall(ports, options.packageFolder)
  const { undos, notes } = plan
  if (undos.length === 0) {
    const words = ['flow is not set up here: nothing to undo', ...notes.map(noteLine)]
    const steps = [...nextSteps([], plan), ...rcSteps(ports, plan.home)]
    const next = steps.map((line) => `next: ${line}`)
    tell([...words, ...next, ''].join('\n'))
    return 0
  }
  if (options.dryRun) {
    environment.print(describe(ports, plan))
    const ahead = [...notes, ...rcNotes(ports, plan.home, plan.isLast)]
    for (const note of ahead) environment.print(`${noteLine(note)}\n`)
    const end = 'nothing was changed: without --dry-run, `flow uninstall` makes these changes\n'
    environment.print(asTyped(ports, end))
    return 0
  }
  const topics = options.yes ? topicsOf(plan) : await askPerson(ports, plan, ask)
  if (topics === null) {
    environment.print('cancelled: nothing was changed\n')
    return 1
  }
  if (topics.size === 0) {
    tell('nothing was changed\n')
    return 0
  }
  if (plan.orphans.length > 0) recoverOrphans(ports, plan)
  // What recovery puts back is in git's configuration, too.
  const present = plan.orphans.length > 0 ? planUninstall(ports, options.packageFolder) : plan
  const agreed = present.undos.filter(({ topic }) => topics.has(topic))
  const kept = applyUndos(ports, present, agreed).map((sentence) => `kept: ${sentence}`)
  const next = [...nextSteps(agreed, plan), ...rcSteps(ports, plan.home)]
  tell(report(ports, agreed, [...notes, ...kept, ...rcNotes(ports, plan.home, false)], next))
  return 0
}

function topicsOf({ undos }: UndoPlan): Set<UndoTopic> {
  return new Set(undos.map(({ topic }) => topic))
}

/** All is asked before anything is changed; null after a cancel. */
async function askPerson(ports: Ports, plan: UndoPlan, ask: Ask): Promise<Set<UndoTopic> | null> {
  requirePerson(ports.environment, 'flow uninstall')
  const agreed = new Set<UndoTopic>()
  for (const topic of topicsOf(plan)) {
    const answer = await ask(questionFor(plan.undos.filter((undo) => undo.topic === topic)))
    if (answer === 'cancel') return null
    if (answer === 'yes') agreed.add(topic)
  }
  return agreed
}
