/** Every check of `flow doctor`, in the order in which they are told. A new one is a line here. */
import { explain, FlowError } from '../../errors.ts'
import { broken, type Finding } from '../../setup/finding.ts'
import { agentFinding, configurationFinding } from './agent.ts'
import type { DoctorContext } from './context.ts'
import { nodeFinding } from './node.ts'
import { flowFinding, gitFinding, otherFlowFinding, repositoryFinding } from './repository.ts'
import { sessionFindings } from './sessions.ts'
import { firedFinding, leftoverFindings, settingsFinding } from './settings.ts'
import { setupFindings } from './setup.ts'
import { shellFindings, switchesFinding } from './shell.ts'
import { homeFinding } from './state-home.ts'

export interface Check {
  /** Of its finding, or of the one that says that it failed. */
  readonly id: string
  /** Null, or none: there is nothing to check; what is missing is another check's finding. */
  look(context: DoctorContext): Finding | readonly Finding[] | null
}

export const CHECKS: readonly Check[] = [
  { id: 'flow', look: flowFinding },
  { id: 'git', look: gitFinding },
  { id: 'repository', look: repositoryFinding },
  { id: 'other-flow', look: otherFlowFinding },
  { id: 'configuration', look: configurationFinding },
  { id: 'agent', look: agentFinding },
  { id: 'settings', look: settingsFinding },
  { id: 'setup', look: setupFindings },
  { id: 'node', look: nodeFinding },
  { id: 'fired', look: firedFinding },
  { id: 'state-home', look: homeFinding },
  { id: 'shell', look: shellFindings },
  { id: 'sessions', look: sessionFindings },
  { id: 'leftovers', look: leftoverFindings },
  { id: 'switches', look: switchesFinding },
]

/** What each check found; one that fails is a finding too, and the others go on. */
export function examine(context: DoctorContext, checks: readonly Check[] = CHECKS): Finding[] {
  return checks.flatMap(({ id, look }) => {
    try {
      return look(context) ?? []
    } catch (error) {
      context.ports.log('doctor', `${id}: ${error instanceof Error ? error.stack : error}`)
      return [failure(id, error)]
    }
  })
}

/** Permissions, a link where none should be, a bug: whatever it is, the person hears of it. */
function failure(id: string, error: unknown): Finding {
  if (!(error instanceof FlowError)) {
    return broken(id, `could not check ${id}`, { detail: explain(error) })
  }
  const detail = [error.why, error.next].filter((text) => text !== undefined).join('\n')
  return broken(id, error.what, { detail })
}
