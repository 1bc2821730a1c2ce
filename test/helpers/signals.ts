/** Signals to flow, at moments that are held. */
import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { startAgent } from './agent.ts'
import { fileAt, listing } from './on-disk.ts'
import { begin, DEADLINE } from './running.ts'
import { backupRefs, flow, history, newTeam, type Team } from './team.ts'

/** A signal to flow while the agent works. */
export async function endsTheAgent(signal: NodeJS.Signals): Promise<void> {
  const team = newTeam()
  const before = fileAt(team.settingsPath)
  const { flow } = await startAgent(team)
  flow.kill(signal)
  expect(await flow.ended).toMatchObject({ code: null, signal, stderr: '' })
  expect(fileAt(team.settingsPath)).toEqual(before)
  expect(backupRefs(team)).toEqual([])
}

/** A signal to flow before it has changed anything. */
export async function closesAtTheStart(signal: NodeJS.Signals): Promise<void> {
  const team = newTeam()
  const before = listing(team.cwd)
  const { running, goOn } = await heldInTheGate(team)
  running.kill(signal)
  goOn()
  expect(await running.ended).toMatchObject({ code: null, signal, stdout: '' })
  expect(listing(team.cwd)).toEqual(before)
  expect(backupRefs(team)).toEqual([])
  expect(history(team)).toHaveLength(2)
}

/** A signal to flow after its agent has ended. */
export async function closesAtTheEnd(signal: NodeJS.Signals): Promise<void> {
  const team = newTeam()
  const before = listing(team.cwd)
  const env = { ...waiting(team), STAND_IN_EXIT: '3' }
  const agent = await startAgent({ ...team, env })
  const pipe = pipeToWaitAt(team)
  const ended = agent.end()
  const goOn = await pipe.isRead()
  agent.flow.kill(signal)
  goOn()
  expect(await ended).toMatchObject({ code: 3, signal: null })
  expect(listing(team.cwd)).toEqual(before)
  expect(backupRefs(team)).toEqual([])
}

/** `flow run` that stands still inside the gate, before it has changed anything. */
export async function heldInTheGate(team: Team) {
  await flow(team, 'exec', '--', 'true')
  const pipe = pipeToWaitAt(team)
  const running = begin(['flow', 'run'], { ...team, env: waiting(team) })
  return { running, goOn: await pipe.isRead() }
}

const PRELOAD = join(import.meta.dirname, 'wait-in-gate.mjs')

function waiting({ env, folder }: Team): NodeJS.ProcessEnv {
  return { ...env, NODE_OPTIONS: `--import=${PRELOAD}`, WAIT_AT: join(folder, 'pipe') }
}

/** Who reads it waits for a writer. */
function pipeToWaitAt({ folder }: Team) {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  return {
    /** Waits for the reader; the answer lets it go on. */
    async isRead(): Promise<() => void> {
      // fifo(7): without a reader this fails (ENXIO).
      const open = () => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
      const fd = await vi.waitFor(open, DEADLINE)
      rmSync(path)
      return () => closeSync(fd)
    },
  }
}
