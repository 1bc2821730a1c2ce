import { parseArgs } from 'node:util'
import { didYouMean } from '../config/nearest-name.ts'
import { explain, FlowError } from '../errors.ts'
import { type Delivery, notify, parseNotification } from '../hooks/notification.ts'
import { sessionStart } from '../hooks/session-start.ts'
import type { Ports } from '../ports/ports.ts'
import { noteFired } from '../session/fired.ts'
import { stateHome } from '../state-home.ts'

const EVENTS: Record<string, (ports: Ports, args: string[]) => void> = {
  'session-start': onSessionStart,
  notification: onNotification,
}

/**
 * `flow hook EVENT`: what merged hooks call. Silent and without effect in an agent that flow did
 * not start, and under FLOW=0. Whatever goes wrong, an agent gets exit code 0: to some of them 2
 * means "stop what you are doing".
 * @throws FlowError E_USAGE for an event that does not exist, typed outside an agent
 */
export function hook(ports: Ports, event: string, args: string[]): number {
  const { variables } = ports.environment
  const inAgent = variables.FLOW_RUN_ID !== undefined && variables.FLOW_RUN_ID !== ''
  const run = Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined
  if (run === undefined && !inAgent) throw unknownEvent(event)
  if (run === undefined) {
    ports.log('hook', `${event}: no such event`)
    return 0
  }
  const isTest = args.includes('--test')
  if (variables.FLOW === '0' || !(inAgent || isTest)) {
    const why = variables.FLOW === '0' ? 'FLOW=0 is set' : 'flow did not start this agent'
    ports.log('hook', `${event}: nothing to do: ${why}`)
    if (isTest) ports.environment.print(`nothing was sent: ${why}\n`)
    return 0
  }
  if (!isTest) note(ports, event)
  try {
    run(ports, args)
  } catch (error) {
    ports.log('hook', `${event}: ${error instanceof Error ? error.stack : error}`)
    if (event === 'session-start') {
      const [why] = explain(error).split('\n')
      ports.environment.printError(`flow: the agent was told no project memory: ${why}\n`)
    }
  }
  return 0
}

/** For `flow doctor`. A note that cannot be written is no reason for a hook to fail. */
function note(ports: Ports, event: string): void {
  try {
    const runId = ports.environment.variables.FLOW_RUN_ID ?? ''
    noteFired(ports, stateHome(ports.environment), { event, runId })
  } catch (error) {
    ports.log('hook', `${event}: not noted: ${explain(error)}`)
  }
}

function onSessionStart(ports: Ports, args: string[]): void {
  const { values } = parseArgs({
    args,
    options: { memory: { type: 'string' }, logs: { type: 'string' } },
  })
  const { variables, cwd } = ports.environment
  const answer = sessionStart(ports, variables.CLAUDE_PROJECT_DIR || cwd, values)
  if (answer !== '') ports.environment.print(`${answer}\n`)
}

function onNotification(ports: Ports, args: string[]): void {
  const { values } = parseArgs({ args, options: { test: { type: 'boolean' } } })
  if (values.test) {
    const delivery = notify(ports, { title: 'flow', message: 'Notifications work here.' })
    ports.environment.print(`${tell(delivery)}\n`)
    return
  }
  const notification = parseNotification(ports.environment.readStdin().toString('utf8'))
  const outcome = notification ? tell(notify(ports, notification)) : 'no message was given'
  ports.log('hook', `notification: ${outcome}`)
}

function tell(delivery: Delivery): string {
  switch (delivery.kind) {
    case 'sent':
      return `handed to ${delivery.program}`
    case 'nowhere':
      return `no desktop notifications here: there is no ${delivery.programs.join(', no ')}`
    case 'failed':
      return `${delivery.program} did not show it: ${delivery.why}`
    default:
      return delivery satisfies never
  }
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
