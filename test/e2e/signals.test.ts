import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { projectHash } from '../../src/session/layout.ts'
import { startAgent } from '../helpers/agent.ts'
import { fileAt, listing } from '../helpers/on-disk.ts'
import { begin, DEADLINE } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  history,
  MARK,
  MEMORY,
  newTeam,
  settingsOf,
  type Team,
} from '../helpers/team.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'

describe('a signal while the agent works', () => {
  test.each(['SIGTERM', 'SIGHUP'] as const)(
    '%s to flow ends the agent, the settings are back, and flow dies of it',
    async (signal) => {
      const team = newTeam()
      const before = fileAt(team.settingsPath)
      const { flow } = await startAgent(team)
      flow.kill(signal)
      expect(await flow.ended).toMatchObject({ code: null, signal, stderr: '' })
      expect(fileAt(team.settingsPath)).toEqual(before)
      expect(backupRefs(team)).toEqual([])
    },
  )

  test('an agent that ends in its own way at SIGTERM gives flow its exit code', async () => {
    const team = newTeam()
    const before = fileAt(team.settingsPath)
    const script = 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done'
    const running = begin(['flow', 'exec', '--', 'sh', '-c', script], team)
    await running.says('ready')
    running.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 9, signal: null })
    expect(fileAt(team.settingsPath)).toEqual(before)
  })

  test('SIGINT to flow alone is left to the agent, which works on', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    agent.flow.kill('SIGINT')
    expect(await agent.end()).toMatchObject({ code: 0, signal: null })
    expect(settingsOf(team)).not.toContain(MARK)
  })

  test.skipIf(!hasTerminals)(
    'Ctrl-C ends the agent, the settings are back, and flow dies of SIGINT',
    async () => {
      const team = newTeam()
      const before = fileAt(team.settingsPath)
      const words = ['flow', 'run', 'claude', '--', '--until', join(team.folder, 'never')]
      const terminal = openTerminal(words, team)
      await terminal.shows(MEMORY)
      terminal.type('\x03')
      expect(await terminal.ended).toEqual({ code: null, signal: 'SIGINT' })
      expect(fileAt(team.settingsPath)).toEqual(before)
      expect(backupRefs(team)).toEqual([])
    },
  )
})

describe('a signal while a session is opened or closed', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s at its start: it is closed again, the agent is not started, nothing has changed',
    async (signal) => {
      const team = newTeam()
      const before = listing(team.cwd)
      const { running, goOn } = await heldInTheGate(team)
      running.kill(signal)
      goOn()
      expect(await running.ended).toMatchObject({ code: null, signal, stdout: '' })
      expect(listing(team.cwd)).toEqual(before)
      expect(backupRefs(team)).toEqual([])
      expect(history(team)).toHaveLength(2)
    },
  )

  test.each(['SIGINT', 'SIGHUP'] as const)(
    "%s at its end: it is closed, and the exit code is the agent's",
    async (signal) => {
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
    },
  )

  test('SIGTERM while another flow is in the gate leaves it and the next ones undisturbed', async () => {
    const team = newTeam()
    const before = listing(team.cwd)
    const { running, goOn } = await heldInTheGate(team)
    const second = begin(['flow', 'run'], team)
    await isAtTheGate(team, second.pid)
    second.kill('SIGTERM')
    expect(await second.ended).toMatchObject({ signal: 'SIGTERM', stdout: '' })
    goOn()
    expect((await running.ended).stdout).toContain(MEMORY)
    expect((await flow(team, 'run')).stdout).toContain(MEMORY)
    expect(listing(team.cwd)).toEqual(before)
    expect(readdirSync(gateFolder(team)).filter((name) => name.startsWith('.'))).toEqual([])
  })
})

/** `flow run` that stands still inside the gate, before it has changed anything. */
async function heldInTheGate(team: Team) {
  await flow(team, 'exec', '--', 'true')
  const pipe = pipeToWaitAt(team)
  const running = begin(['flow', 'run'], { ...team, env: waiting(team) })
  return { running, goOn: await pipe.isRead() }
}

const PRELOAD = join(import.meta.dirname, '../helpers/wait-in-gate.mjs')

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

async function isAtTheGate(team: Team, pid: number): Promise<void> {
  await vi.waitFor(() => {
    const drafts = readdirSync(gateFolder(team)).filter((name) => name.startsWith(`.draft-${pid}-`))
    expect(drafts).toHaveLength(1)
  }, DEADLINE)
}

function gateFolder(team: Team): string {
  return join(team.stateHome, 'gates', projectName(team))
}

function projectName({ cwd }: Team): string {
  return projectHash(cwd)
}
