/** Processes in a pid namespace of their own, as in a container that shares the state home. */
import { spawnSync } from 'node:child_process'

/** /proc shows the namespace's own processes, as it should. */
const UNSHARE = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']

/** Making a namespace is for root, and for containers that may: a test without it is skipped, and counted so. */
export const canUnshare = probe('true')

/** Whether the next pid can be chosen there: then a pid comes round again whenever a test wants it. */
export const canChoosePids = canUnshare && probe(`${nextPid('77')}; [ "$(sh -c 'echo $$')" = 77 ]`)

/** `argv` as a shell's child in a namespace of its own, which ends with it. */
export function apart(argv: readonly string[], unshare: readonly string[] = UNSHARE): string[] {
  return [...unshare, 'sh', '-c', '"$@"; exit $?', 'sh', ...argv]
}

/** A line of shell: the next process that is started gets this pid. */
export function nextPid(pid: string): string {
  return `echo $(( ${pid} - 1 )) >/proc/sys/kernel/ns_last_pid`
}

function probe(line: string): boolean {
  const [program = '', ...args] = [...UNSHARE, 'sh', '-c', line]
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}
