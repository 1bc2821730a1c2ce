import { didYouMean } from '../../config/nearest-name.ts'
import { FlowError } from '../../errors.ts'
import { isSwitchedOff } from '../../flow-switch.ts'
import type { Ports } from '../../ports/ports.ts'
import { onNotification, tryNotification } from './notification.ts'
import { isInAgent, type OnEvent, runHook } from './run-hook.ts'
import { onSessionStart } from './session-start.ts'
import { tellNothing } from './tell-test.ts'

const EVENTS: Record<string, OnEvent> = {
  'session-start': onSessionStart,
  notification: onNotification,
}

/**
 * `flow hook EVENT`: what merged hooks call. Whatever goes wrong, an agent gets exit code 0: to some of
 * them 2 means "stop what you are doing". Only `--test`, which a person types, says 1 when nothing arrived.
 * @throws FlowError E_USAGE for an event that does not exist, typed outside an agent
 */
export async function hook(ports: Ports, event: string, args: string[]): Promise<number> {
  const onEvent = Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined
  if (onEvent === undefined) {
    if (!isInAgent(ports)) throw unknownEvent(event)
    ports.log('hook', `${event}: no such event`)
    return 0
  }
  if (isTest(event, args)) return test(ports, args)
  await runHook(ports, event, onEvent, args)
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

function unknownEvent(event: string): FlowError {
  const what = `there is no hook event "${event}"${didYouMean(event, Object.keys(EVENTS))}`
  return new FlowError({ code: 'E_USAGE', what, exitCode: 2 })
}
