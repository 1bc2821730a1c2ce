/** The stand-in agent at work in a session, until the test lets it end or kills it. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { begin, type Ended, isOver, type Running } from './running.ts'
import { backupRefs, MEMORY, type Team } from './team.ts'

export interface WorkingAgent {
  readonly flow: Running
  /** The agent's own. */
  readonly pid: number
  /** Lets it come to its end. */
  end(): Promise<Ended>
  /** SIGKILL for flow and for the agent. */
  kill(): Promise<void>
}

let count = 0

/** Resolves once the agent's hooks have run and it waits. Call it inside a test. */
export async function startAgent(team: Team): Promise<WorkingAgent> {
  count += 1
  const until = join(team.folder, `end-${count}`)
  const env = { ...team.env, STAND_IN_OWNER: `${process.pid}` }
  const flow = begin(['flow', 'run', 'claude', '--', '--until', until], { ...team, env })
  onTestFinished(() => {
    if (existsSync(team.folder)) writeFileSync(until, '')
  })
  await flow.says(MEMORY)
  const pid = agentOf(team, flow.pid)
  return {
    flow,
    pid,
    end() {
      writeFileSync(until, '')
      return flow.ended
    },
    async kill() {
      flow.kill('SIGKILL')
      process.kill(pid, 'SIGKILL')
      await flow.ended
      await isOver(pid)
    },
  }
}

/** A session that was killed with its agent: nobody is alive in it. */
export async function orphan(team: Team): Promise<void> {
  const { kill } = await startAgent(team)
  await kill()
}

/** What it was given, as its first words tell. */
export function told(stdout: string): { folder: string | undefined; words: unknown } {
  const [, folder, words = 'null'] = /^agent: started in (.*) with (.*)$/m.exec(stdout) ?? []
  return { folder, words: JSON.parse(words) }
}

function agentOf(team: Team, wrapperPid: number): number {
  const names = backupRefs(team).flatMap((path) => readdirSync(join(dirname(path), 'pids')))
  const record = new RegExp(`^${wrapperPid}\\.([0-9]+)\\.agent$`)
  const [pid] = names.flatMap((name) => record.exec(name)?.[1] ?? [])
  if (pid === undefined) throw new Error(`no agent of ${wrapperPid} among ${names}`)
  return Number(pid)
}
