/** The bad day: two agents in one session, both killed, and a `git checkout`. */

import { FlowError } from '../../errors.ts'
import type { Ended } from '../../ports/shell.ts'
import { until } from '../../ports/wait.ts'
import { type Agent, startAgent } from './agent.ts'
import { tellRestored } from './restored.ts'
import { LIMIT_MS, MEMORY, readSettings, type Scene } from './scene.ts'
import { claim, shows, step, type Told } from './told.ts'

export async function* tellTwoAgents(scene: Scene): AsyncGenerator<Told> {
  const { shell } = scene
  yield step('Two agents at once', 'Look at who is in the session.')
  const first = await startAgent(scene, 'first', 'write the tests')
  const merged = readSettings(scene)
  const second = await startAgent(scene, 'second', 'write the docs')
  const both = await shell.run`npx flow status`
  yield shows(second, (line) => line.includes(' started ') || line.includes(MEMORY))
  yield shows(both, (line) => /^ {2}(session|in it) /.test(line))
  yield claim(
    'the second one joined the session of the first',
    both.said.match(/^ {2}session /gm)?.length === 1 &&
      [first, second].every(({ flowPid }) => both.said.includes(` pid ${flowPid},`)),
    both.said,
  )
  yield claim(
    'it found the hooks there, and added none',
    readSettings(scene) === merged,
    readSettings(scene),
  )
  yield claim('it was told the memory as well', second.said.includes(MEMORY), second.said)

  yield step(
    '`kill -9` for the first agent and its flow: neither of them can clean up',
    'Look at the second one, which goes on and needs the settings as they are.',
  )
  yield shows(await kill(scene, first))
  const one = await shell.run`npx flow status`
  // With what is folded below the line.
  yield shows(one, (line) => /^ {2}in it | {12}[a-z]/.test(line))
  yield shows(await countMarks(scene))
  yield claim('the first agent and its flow are dead', isDead(scene, first), one.said)
  yield claim('the second agent and its flow live', lives(scene, second), one.said)
  yield claim(
    'the settings are still merged, to the byte',
    readSettings(scene) === merged,
    readSettings(scene),
  )

  yield step(
    '`kill -9` for the second agent and its flow: nobody is left',
    'Look at what to type, with flow and without it.',
  )
  yield shows(await kill(scene, second))
  const none = await shell.run`npx flow status`
  yield shows(none, (line) => /^ {2}(orphaned|by hand) /.test(line))
  yield shows(await countMarks(scene))
  yield claim('the second agent and its flow are dead', isDead(scene, second), none.said)
  yield claim(
    "flow's hooks are still in the settings, and nobody is alive",
    readSettings(scene) === merged && none.said.includes('\n  orphaned '),
    none.said + readSettings(scene),
  )

  yield step(
    "`git checkout`: husky runs flow's line in .husky/post-checkout",
    'Look at what flow says: a checkout is all that it takes.',
  )
  const checkout = await shell.run`git checkout feature`
  yield shows(checkout)
  yield* tellRestored(scene)
  const branch = await shell.run`git symbolic-ref --short HEAD`
  yield claim(
    'git switched to the other branch',
    checkout.exitCode === 0 && branch.said === 'feature\n',
    checkout.said,
  )
}

/** `kill -9` for an agent and its flow, and the wait for their end. @throws FlowError E_DEMO_LIVES */
async function kill(scene: Scene, agent: Agent): Promise<Ended> {
  const killed = await scene.shell.run`kill -9 ${agent.flowPid} ${agent.pid}`
  await agent.running.ends()
  await until(
    () => isDead(scene, agent),
    LIMIT_MS,
    () =>
      new FlowError({
        code: 'E_DEMO_LIVES',
        what: `${LIMIT_MS / 1000} s after \`${killed.line}\` one of them still lives`,
      }),
  )
  return killed
}

/** How many groups of flow's are in the settings. */
function countMarks({ shell }: Scene): Promise<Ended> {
  return shell.run`grep -c flowSession .claude/settings.json`
}

function isDead({ ports }: Scene, { pid, flowPid }: Agent): boolean {
  return [pid, flowPid].every((one) => ports.processes.look(one).kind !== 'running')
}

function lives({ ports }: Scene, { pid, flowPid }: Agent): boolean {
  return [pid, flowPid].every((one) => ports.processes.look(one).kind === 'running')
}
