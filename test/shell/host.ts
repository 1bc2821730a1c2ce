/** A hook that has flow's line in it, run as husky runs it. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { hookLine } from '../../src/git/hook-line.ts'
import { apart, canUnshare } from '../helpers/pid-namespace.ts'
import { DEADLINE } from '../helpers/running.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

export const TEMPLATES = resolve(import.meta.dirname, '../../templates')
export const WITH_NODE = join(TEMPLATES, 'hooks/with-node.sh')

/** A test without strace is skipped, and counted so. */
export const canTrace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0

export interface Host {
  readonly cwd: string
  /** On top of a bare environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The hook's own lines round flow's. */
  readonly before?: string
  readonly after?: string
  readonly stdin?: string
}

export interface Done {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export function runHost(shell: readonly string[], host: Host): Done {
  const [program = '', ...args] = hostCommand(shell, host)
  const { HOME, PATH, LC_ALL } = process.env
  const env = { HOME, PATH, LC_ALL, ...host.env }
  const input = host.stdin ?? ''
  const done = spawnSync(program, args, { cwd: host.cwd, env, input, encoding: 'utf8' })
  return { code: done.status, stdout: done.stdout, stderr: done.stderr }
}

/**
 * How many processes the host started for flow's line, by the kernel's own counting: pids are given
 * out one after the other, so when the processes before and after the line have neighbouring pids,
 * there was none in between. Exact in a pid namespace of its own. Without one, other processes of this
 * machine start some too: then the least of many tries counts, and a single 0 is proof.
 */
export function processesStarted(
  shell: readonly string[],
  host: Host,
  timeoutMs = DEADLINE.timeout,
): number {
  if (canUnshare) return pidsBetween(apart(shell, SAME_PROC), host)
  const deadline = performance.now() + timeoutMs
  let least = Number.POSITIVE_INFINITY
  do least = Math.min(least, pidsBetween(shell, host))
  while (least > 0 && performance.now() < deadline)
  return least
}

/** With the /proc of all processes: flow's line looks there for those of the sessions. */
const SAME_PROC = ['unshare', '--pid', '--fork', '--kill-child']

const TELL_PID = "/bin/sh -c 'echo $$'"

function pidsBetween(shell: readonly string[], { before = '', ...host }: Host): number {
  // Behind the last command something follows, since bash would become it.
  const around = { before: `${before}\n${TELL_PID}`, after: `${TELL_PID}\n:` }
  const { stdout, stderr } = runHost(shell, { ...host, ...around })
  const [first, second] = stdout.split('\n', 2).map(Number)
  if (!first || !second || stderr !== '') throw new Error(`the host said: ${stdout}${stderr}`)
  // After the highest number they begin again.
  return second > first ? second - first - 1 : Number.POSITIVE_INFINITY
}

function hostCommand(shell: readonly string[], host: Host): string[] {
  const { before = '', after = '' } = host
  const path = join(tempFolder(), 'post-checkout')
  writeFileSync(path, `${before}\n${hookLine('post-checkout')}\n${after}\n`)
  return [...shell, '-e', path, 'one', 'two words', '']
}
