/**
 * The hook `session-start`, which every start of an agent waits for, in a file of its own, a fifth of the size
 * of the whole copy. Other hooks, and those that log, run from that copy.
 */
import { runHook } from './commands/hook/run-hook.ts'
import { onSessionStart } from './commands/hook/session-start.ts'
import { main } from './main.ts'
import { becomeScript, ownScript } from './ports/script.ts'

const { args, logs } = ownScript()
const [command, event, ...words] = args
if (command === 'hook' && event === 'session-start' && !logs) {
  void main(async (ports) => {
    await runHook(ports, event, onSessionStart, words)
    return { exitCode: 0 }
  })
} else {
  becomeScript('runtime.cjs')
}
