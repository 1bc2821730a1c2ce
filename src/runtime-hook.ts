/**
 * The command `hook` of the runtime copy in a file of its own: an agent waits for each hook, and Node
 * starts a third of the code 4 ms sooner than all of it.
 */
import { hook } from './commands/hook.ts'
import { main } from './main.ts'

void main(async (ports) => {
  const [, event = '', ...args] = ports.environment.args
  return { exitCode: await hook(ports, event, args) }
})
