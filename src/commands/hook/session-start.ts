/** `flow hook session-start`: what an agent is told when it starts. */
import { explain } from '../../errors.ts'
import { sessionStart } from '../../hooks/session-start.ts'
import type { Ports } from '../../ports/ports.ts'
import { otherAgents } from '../../session/other-agents.ts'
import type { OwnSession } from '../../session/own-session.ts'
import { tellOthers } from './tell-others.ts'
import { givenValue, readWords } from './words.ts'

/** @param own null: nobody else can be told of. @throws TypeError for an option that does not exist */
export function onSessionStart(
  ports: Ports,
  args: readonly string[],
  own: OwnSession | null,
): void {
  const words = readWords(args, { values: ['memory', 'logs'], flags: ['sessions'] })
  const { variables, cwd } = ports.environment
  const others = words.sessions === true && own !== null ? tellOthersOf(ports, own) : ''
  const names = { memory: givenValue(words, 'memory'), logs: givenValue(words, 'logs') }
  const answer = sessionStart(ports, variables.CLAUDE_PROJECT_DIR || cwd, names, others)
  if (answer !== '') ports.environment.print(`${answer}\n`)
}

/** State that cannot be read is no reason to tell no memory. */
function tellOthersOf(ports: Ports, { paths, stem }: OwnSession): string {
  try {
    const seen = otherAgents(ports, paths, stem)
    const unplaced = seen?.unplaced ? `, and sessions that cannot be read: ${seen.unplaced}` : ''
    ports.log('hook', `other agents: ${seen?.others.length ?? 'not known'}${unplaced}`)
    return seen === null ? '' : tellOthers(seen, ports.clock.now())
  } catch (error) {
    ports.log('hook', `other agents: ${explain(error)}`)
    return ''
  }
}
