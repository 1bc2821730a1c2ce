import { explain } from '../../errors.ts'
import { isSwitchedOff } from '../../flow-switch.ts'
import type { Ports } from '../../ports/ports.ts'
import { noteFired } from '../../session/fired.ts'
import { type OwnSession, ownSession } from '../../session/own-session.ts'
import { stateHome } from '../../state-home.ts'

/** @param own null: no open session is known */
export type OnEvent = (
  ports: Ports,
  args: readonly string[],
  own: OwnSession | null,
) => void | Promise<void>

/**
 * Runs one merged hook. Silent and without effect in an agent that flow did not start, and under
 * FLOW=0. Never throws: an agent must not hear of flow's failures by an exit code.
 */
export async function runHook(
  ports: Ports,
  event: string,
  onEvent: OnEvent,
  args: readonly string[],
): Promise<void> {
  const { variables } = ports.environment
  if (isSwitchedOff(variables) || !isInAgent(ports)) {
    const why = isSwitchedOff(variables)
      ? `FLOW=${variables.FLOW} is set`
      : 'flow did not start this agent'
    ports.log('hook', `${event}: nothing to do: ${why}`)
    return
  }
  const own = note(ports, event)
  try {
    await onEvent(ports, args, own)
  } catch (error) {
    ports.log('hook', `${event}: ${error instanceof Error ? error.stack : error}`)
    if (event === 'session-start') {
      const [why] = explain(error).split('\n')
      ports.environment.printError(`flow: the agent got no project memory: ${why}\n`)
    }
  }
}

/** True in an agent that flow started. */
export function isInAgent({ environment }: Ports): boolean {
  const { FLOW_RUN_ID } = environment.variables
  return FLOW_RUN_ID !== undefined && FLOW_RUN_ID !== ''
}

/** For `flow doctor`. A note that cannot be written is no reason for a hook to fail. */
function note(ports: Ports, event: string): OwnSession | null {
  let own: OwnSession | null = null
  try {
    const runId = ports.environment.variables.FLOW_RUN_ID ?? ''
    own = ownSession(ports, stateHome(ports.environment), runId)
    if (own !== null) noteFired(ports, own, event)
  } catch (error) {
    ports.log('hook', `${event}: not noted: ${explain(error)}`)
  }
  return own
}
