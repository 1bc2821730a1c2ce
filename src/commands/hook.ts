import { didYouMean } from '../config/nearest-name.ts'
import { explain, FlowError } from '../errors.ts'
import { isSwitchedOff } from '../flow-switch.ts'
import type { Ports } from '../ports/ports.ts'
import { noteFired } from '../session/fired.ts'
import { type OwnSession, ownSession } from '../session/own-session.ts'
import { stateHome } from '../state-home.ts'
import { onNotification, tryNotification } from './hook/notification.ts'
import { onSessionStart } from './hook/session-start.ts'
import { tellNothing } from './hook/tell-test.ts'

type OnEvent = (
  ports: Ports,
  args: readonly string[],
  own: OwnSession | null,
) => void | Promise<void>

const EVENTS: Record<string, OnEvent> = {
  'session-start': onSessionStart,
  notification: onNotification,
}

/**
 * `flow hook EVENT`: what merged hooks call. Silent and without effect in an agent that flow did
 * not start, and under FLOW=0. Whatever goes wrong, an agent gets exit code 0: to some of them 2
 * means "stop what you are doing". Only `--test`, which a person types, says 1 when nothing arrived.
 * @throws FlowError E_USAGE for an event that does not exist, typed outside an agent
 */
export async function hook(ports: Ports, event: string, args: string[]): Promise<number> {
  const { variables } = ports.environment
  const inAgent = variables.FLOW_RUN_ID !== undefined && variables.FLOW_RUN_ID !== ''
  const run = Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined
  if (run === undefined && !inAgent) throw unknownEvent(event)
  if (run === undefined) {
    ports.log('hook', `${event}: no such event`)
    return 0
  }
  if (isTest(event, args)) return test(ports, args)
  if (isSwitchedOff(variables) || !inAgent) {
    const why = isSwitchedOff(variables)
      ? `FLOW=${variables.FLOW} is set`
      : 'flow did not start this agent'
    ports.log('hook', `${event}: nothing to do: ${why}`)
    return 0
  }
  const own = note(ports, event)
  try {
    await run(ports, args, own)
  } catch (error) {
    ports.log('hook', `${event}: ${error instanceof Error ? error.stack : error}`)
    if (event === 'session-start') {
      const [why] = explain(error).split('\n')
      ports.environment.printError(`flow: the agent was told no project memory: ${why}\n`)
    }
  }
  return 0
}

/** Words behind `--` are a command's own. */
export function isTest(event: string, args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return event === 'notification' && (end === -1 ? args : args.slice(0, end)).includes('--test')
}

async function test(ports: Ports, args: readonly string[]): Promise<number> {
  if (!isSwitchedOff(ports.environment.variables)) return tryNotification(ports, args)
  const { FLOW } = ports.environment.variables
  ports.environment.print(tellNothing(`FLOW=${FLOW} is set`, args.includes('--json')))
  return 1
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

function unknownEvent(event: string): FlowError {
  const known = Object.keys(EVENTS)
  return new FlowError({
    code: 'E_USAGE',
    what: `there is no hook event "${event}"${didYouMean(event, known)}`,
    why: 'merged hooks call flow by the names of the events that it serves',
    kept: 'nothing was started, nothing was changed',
    next: `one of these: ${known.join(', ')}`,
    exitCode: 2,
  })
}
