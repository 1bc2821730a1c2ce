import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { isErrno } from '../errors.ts'

/** Where a process lives: what must agree before a pid of a record means a pid of ours. */
export interface Habitat {
  /** /etc/machine-id; `''` where there is none. Not the host name, which changes. */
  readonly machineId: string
  /** /proc/sys/kernel/random/boot_id; `''` where there is none. */
  readonly bootId: string
  /** Inode of /proc/self/ns/pid; `''` where there are no pid namespaces. */
  readonly pidNamespace: string
  /** For people only. */
  readonly hostName: string
}

export type ProcessSight =
  | { readonly kind: 'absent' }
  /** Killed and not yet reaped: `kill -0` still says it lives. */
  | { readonly kind: 'zombie' }
  /** `startTime` is opaque, compared for equality only; null where it cannot be read. */
  | { readonly kind: 'running'; readonly startTime: string | null }

export interface Processes {
  readonly pid: number
  readonly habitat: Habitat
  /** Our terminal as ps(1) names it, `pts/3`; null: there is none, or it is not known here. */
  readonly tty?: string | null
  look(pid: number): ProcessSight
}

export function systemProcesses(): Processes {
  let habitat: Habitat | undefined
  let isProcOurs: boolean | undefined
  return {
    pid: process.pid,
    get habitat() {
      habitat ??= readHabitat()
      return habitat
    },
    get tty() {
      return terminalName()
    },
    look(pid) {
      if (!exists(pid)) return { kind: 'absent' }
      if (process.platform === 'linux') {
        isProcOurs ??= countsLikeKill()
        return isProcOurs ? lookInProc(pid) : { kind: 'running', startTime: null }
      }
      if (process.platform === 'darwin') return lookWithPs(pid)
      return { kind: 'running', startTime: null }
    },
  }
}

function readHabitat(): Habitat {
  return {
    machineId: readLine('/etc/machine-id') || readLine('/var/lib/dbus/machine-id'),
    bootId: readLine('/proc/sys/kernel/random/boot_id'),
    pidNamespace: namespaceInode(),
    hostName:
      readLine('/proc/sys/kernel/hostname') || process.getBuiltinModule('node:os').hostname(),
  }
}

/**
 * The first of standard input, output and error that is a terminal. By the kernel's links and not by
 * isatty(), since node:tty takes 3 ms to load; other systems have no such links.
 */
function terminalName(): string | null {
  if (process.platform !== 'linux') return null
  for (const fd of [0, 1, 2]) {
    try {
      const [, name] =
        /^\/dev\/(pts\/\d+|tty[^/]*|console)$/.exec(readlinkSync(`/proc/self/fd/${fd}`)) ?? []
      if (name !== undefined) return name
    } catch {
      // Closed, or a sandbox without /proc: then it has no name.
    }
  }
  return null
}

/** kill(2) with signal 0: ESRCH, no such process; EPERM, it runs as somebody else. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false
    if (isErrno(error, 'EPERM')) return true
    throw error
  }
}

/**
 * A sandbox may leave us the /proc of the pid namespace above (pid_namespaces(7)): there our number
 * is another process, whose state and start time prove nothing of ours.
 */
function countsLikeKill(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid)
  } catch {
    // No /proc at all: then kill(2) alone answers.
    return false
  }
}

/** proc(5), `/proc/<pid>/stat`: the name in field 2 may hold blanks, `)` and newlines, so count after the last `)`. */
function lookInProc(pid: number): ProcessSight {
  const stat = readText(`/proc/${pid}/stat`)
  // It ended in this moment, or /proc is mounted with hidepid: ask kill(2) again.
  if (stat === '') return exists(pid) ? { kind: 'running', startTime: null } : { kind: 'absent' }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  if (state === 'Z' || state === 'X') return { kind: 'zombie' }
  return { kind: 'running', startTime: fields[19] ?? null }
}

function lookWithPs(pid: number): ProcessSight {
  const answer = psLine(pid)
  if (answer === '') return { kind: 'running', startTime: null }
  const [state = '', ...started] = answer.trim().split(/\s+/)
  if (state.startsWith('Z')) return { kind: 'zombie' }
  return { kind: 'running', startTime: started.join('_') }
}

function psLine(pid: number): string {
  try {
    return process
      .getBuiltinModule('node:child_process')
      .execFileSync('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
        encoding: 'utf8',
        env: { LC_ALL: 'C', TZ: 'UTC0' },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
  } catch {
    // ps exits 1 for a pid that ended in the meantime; kill's answer stands.
    return ''
  }
}

/** First line of a file of the kernel's or the system's; `''` when there is none to read. */
function readLine(path: string): string {
  return readText(path).split('\n', 1)[0] ?? ''
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not Linux, a process that just ended, or a container without the file: all mean "not known".
    return ''
  }
}

function namespaceInode(): string {
  try {
    return String(statSync('/proc/self/ns/pid').ino)
  } catch {
    // No pid namespaces on this system.
    return ''
  }
}
