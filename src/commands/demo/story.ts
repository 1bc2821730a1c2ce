import { tellOneAgent } from './one-agent.ts'
import type { Scene } from './scene.ts'
import { tellRepository, tellSetUp } from './set-up.ts'
import type { Told } from './told.ts'
import { tellTwoAgents } from './two-agents.ts'

/** All of it, in the order of telling. What it says of each step it sees there and then. */
export async function* story(scene: Scene): AsyncGenerator<Told> {
  yield* tellRepository(scene)
  yield* tellSetUp(scene)
  yield* tellOneAgent(scene)
  yield* tellTwoAgents(scene)
}
