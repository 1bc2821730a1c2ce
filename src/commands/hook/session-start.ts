/** `flow hook session-start`: what an agent is told when it starts. */
import { parseArgs } from 'node:util'
import { sessionStart } from '../../hooks/session-start.ts'
import type { Ports } from '../../ports/ports.ts'

/** @throws TypeError for an option that does not exist */
export function onSessionStart(ports: Ports, args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: { memory: { type: 'string' }, logs: { type: 'string' } },
  })
  const { variables, cwd } = ports.environment
  const answer = sessionStart(ports, variables.CLAUDE_PROJECT_DIR || cwd, values)
  if (answer !== '') ports.environment.print(`${answer}\n`)
}
