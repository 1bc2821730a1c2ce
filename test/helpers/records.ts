/** The records of who is in a killed session, written anew: as another process, place or boot. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hookLine } from '../../src/git/hook-line.ts'
import { findExecutable } from '../../src/ports/find-executable.ts'
import { systemProcesses } from '../../src/ports/processes.ts'
import {
  type ProcessRecord,
  parseProcessLine,
  printProcessLine,
} from '../../src/session/pid-lock.ts'
import { type Ended, run } from './running.ts'
import { backupRefs, type Team } from './team.ts'

const processes = systemProcesses()

/** The line in git's hooks. */
export const ENTRY = hookLine('post-checkout')

/** Folder of the one session that there is. */
export function pidsOf(team: Team): string {
  const [backupRef = ''] = backupRefs(team)
  return join(dirname(backupRef), 'pids')
}

/** Every record of every session, with `changes`. */
export function rewriteRecords(team: Team, changes: Partial<ProcessRecord>): void {
  const directories = backupRefs(team).map((path) => join(dirname(path), 'pids'))
  for (const path of directories.flatMap((one) =>
    readdirSync(one).map((name) => join(one, name)),
  )) {
    const text = readFileSync(path, 'utf8')
    if (path.endsWith('.json')) {
      writeFileSync(path, JSON.stringify({ ...JSON.parse(text), ...changes }))
    } else {
      const record = parseProcessLine(text)
      if (record === undefined) throw new Error(`${path} is not whole: ${text}`)
      writeFileSync(path, printProcessLine({ ...record, ...changes }))
    }
  }
}

/** The wrapper of a killed session becomes the process `pid`, as it is seen now but for `changes`. */
export function recordAs(team: Team, pid: number, changes: Partial<ProcessRecord> = {}): void {
  const folder = pidsOf(team)
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.agent')) rmSync(join(folder, name))
    else renameSync(join(folder, name), join(folder, `${pid}${name.slice(name.indexOf('.'))}`))
  }
  rewriteRecords(team, { pid, ...seen(pid), ...changes })
}

function seen(pid: number): { startTime: string | null } {
  const sight = processes.look(pid)
  if (sight.kind !== 'running') throw new Error(`${pid} does not run`)
  return { startTime: sight.startTime }
}

/** Who is in the session, as `flow status` judges it. */
export interface Judged {
  readonly role: string
  readonly pid: number
  readonly verdict: string
  readonly reason: string
}

export async function judged(team: Team, prefix: readonly string[] = []): Promise<Judged[]> {
  const { stdout } = await run([...prefix, 'flow', 'status', '--json'], team)
  return JSON.parse(stdout).projects.flatMap((project: { participants: Judged[] }) => {
    return project.participants
  })
}

/** A shell in `cwd` that sources what git's hooks source. */
export function enter(team: Team, cwd: string, sh = 'sh'): Promise<Ended> {
  return run([sh, '-e', '-c', `${ENTRY}\necho on`], { ...team, cwd })
}

/** The shells of this machine that hooks run in. */
export const SHELLS = ['dash', 'bash', 'zsh'].filter((name) => {
  return findExecutable(name, '/', process.env.PATH) !== null
})
