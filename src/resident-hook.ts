/**
 * The part of the copy in the state home that an agent waits for at each of its hooks. On its own it is
 * a third of the rest, and starts as much sooner.
 */
import { hook } from './commands/hook.ts'
import { main } from './main.ts'

void main(async (ports) => {
  const [, event = '', ...args] = ports.environment.args
  return { exitCode: await hook(ports, event, args) }
})
