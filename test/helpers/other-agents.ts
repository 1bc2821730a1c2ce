/** What an agent is told of the others when it starts, by the hook that its session merged. */
import { flow, type Team } from './team.ts'

export const TITLE = '# Other agents at work in this repository'

/** What the agent's hook printed, without the stand-in's own words. */
export async function toldIn(team: Team): Promise<string> {
  const { stdout } = await flow(team, 'run', 'claude')
  return stdout.replaceAll('agent: hook said: ', '')
}
