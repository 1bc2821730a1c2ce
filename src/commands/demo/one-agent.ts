/** The usual day: an agent starts in a session, works, and ends. */
import { endAgent, startAgent } from './agent.ts'
import { tellRestored } from './restored.ts'
import {
  EXIT_CODE,
  LOG,
  MEMORY,
  OWN_WORDS,
  readSettings,
  type Scene,
  SETTINGS,
  TEAM_WORDS,
} from './scene.ts'
import { claim, shows, step, type Told } from './told.ts'

export async function* tellOneAgent(scene: Scene): AsyncGenerator<Told> {
  yield step(
    'An agent starts: `npm run agent`',
    'Look at the commands that flow adds to the settings, and at what the hooks tell the agent.',
  )
  const agent = await startAgent(scene, 'one', 'fix "it" for $5')
  yield shows(await scene.shell.run`grep -E '"(command|flowSession)":' .claude/settings.json`)
  yield shows(agent, isOfAgent)
  const { said, words } = agent
  const merged = readSettings(scene)

  yield claim(
    'the agent got its words as they were typed',
    said.includes(`with ${JSON.stringify(words)}\n`),
    said,
  )
  yield claim("the person's own hook ran", said.includes(`hook said: ${OWN_WORDS}\n`), said)
  yield claim("the team's hook ran", said.includes(`hook said: ${TEAM_WORDS}\n`), said)
  yield claim(
    "flow's hook told the agent the team's memory and today's log",
    said.includes(`hook said: ${MEMORY}\n`) && said.includes(`hook said: ${LOG}\n`),
    said,
  )
  yield claim(
    "flow only added: every byte of the person's is there, in its order",
    merged !== SETTINGS && isWithin(SETTINGS, merged),
    merged,
  )

  yield step(
    'The agent ends',
    'Look at its exit code, and at what is left of flow in the settings: nothing.',
  )
  const ended = await endAgent(scene, 'one', agent)
  yield shows(ended, (line) => line === 'agent: done')
  yield* tellRestored(scene)
  yield claim(
    `${EXIT_CODE}, the agent's exit code, came through flow and npm`,
    ended.exitCode === EXIT_CODE,
    ended.said,
  )
}

function isOfAgent(line: string): boolean {
  return line.startsWith('agent: ') && !line.trimEnd().endsWith('said:')
}

/** True when `whole` is `part` with something put in between. */
function isWithin(part: string, whole: string): boolean {
  let at = 0
  for (const unit of whole) if (unit === part[at]) at += unit.length
  return at === part.length
}
