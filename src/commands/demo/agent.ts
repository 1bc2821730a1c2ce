import { join } from 'node:path'
import type { Ended, Running } from '../../ports/shell.ts'
import type { Scene } from './scene.ts'

/** A stand-in agent in its session, with its hooks run. */
export interface Agent {
  readonly running: Running
  readonly line: string
  /** All that it has said up to here. */
  readonly said: string
  /** Its own words, from the first one on. */
  readonly words: readonly string[]
  readonly pid: number
  /** Of the flow that started it. */
  readonly flowPid: number
}

/** Starts an agent as a person does. `name`: a word that no other one has. @throws FlowError */
export async function startAgent(
  { shell, home }: Scene,
  name: string,
  prompt: string,
): Promise<Agent> {
  const words = ['-p', prompt, '--until', endFile(home, name)]
  const running = shell.start`npm run agent -- ${words}`
  const said = await running.says('agent: at work')
  const [, pid, flowPid] = /^agent: process (\d+), started by (\d+)$/m.exec(said) ?? []
  return { running, line: running.line, said, words, pid: Number(pid), flowPid: Number(flowPid) }
}

/** Lets it come to its end. @throws FlowError */
export async function endAgent({ shell, home }: Scene, name: string, agent: Agent): Promise<Ended> {
  await shell.run`touch ${endFile(home, name)}`
  return agent.running.ends()
}

function endFile(home: string, name: string): string {
  return join(home, `end-${name}`)
}
