import type { JsonObject } from '../json.ts'

/** What identifies one process for ever: a pid alone comes round again. */
export interface ProcessRecord {
  readonly pid: number
  /** Opaque; null where it is not known. See `Processes.look`. */
  readonly startTime: string | null
  readonly bootId: string
  readonly pidNamespace: string
  readonly machineId: string
}

/** One live wrapper: `pids/<stem>.json`. */
export interface PidLock extends ProcessRecord {
  readonly version: number
  readonly sessionId: string
  readonly target: string
  readonly projectPath: string
  /** For people: what was started, where, when (ISO 8601), on which host. */
  readonly agent: string
  readonly cwd: string
  readonly startedAt: string
  readonly hostName: string
  /** Its terminal, `pts/3`; null: none. Absent where an earlier flow wrote the lock. */
  readonly tty?: string | null
}

export type Sight =
  | { readonly kind: 'absent' }
  | { readonly kind: 'zombie' }
  | { readonly kind: 'running'; readonly startTime: string | null }

export interface Place {
  readonly machineId: string
  readonly bootId: string
  readonly pidNamespace: string
}

export type Verdict =
  | { readonly kind: 'alive'; readonly reason: string }
  | { readonly kind: 'dead'; readonly reason: string }
  /** Another machine's or pid namespace's: nothing seen from here proves that it is dead. */
  | { readonly kind: 'foreign'; readonly reason: string }

/** Does the recorded process live? Dead only on proof. */
export function judge(record: ProcessRecord, here: Place, look: (pid: number) => Sight): Verdict {
  if (differ(record.machineId, here.machineId)) return foreign('it runs on another machine')
  if (differ(record.bootId, here.bootId)) {
    return record.machineId !== '' && record.machineId === here.machineId
      ? dead('this machine was restarted since')
      : foreign('it was started under another boot, perhaps of another machine')
  }
  if (differ(record.pidNamespace, here.pidNamespace)) {
    return foreign('it runs in another pid namespace')
  }
  const sight = look(record.pid)
  switch (sight.kind) {
    case 'absent':
      return dead('no such process')
    case 'zombie':
      return dead('it ended and waits to be reaped')
    case 'running':
      if (record.startTime !== null && differ(record.startTime, sight.startTime ?? '')) {
        return dead('its pid belongs to a later process')
      }
      return { kind: 'alive', reason: 'it runs' }
  }
}

export function isSameProcess(a: ProcessRecord, b: ProcessRecord): boolean {
  return (
    a.pid === b.pid &&
    a.startTime === b.startTime &&
    a.bootId === b.bootId &&
    a.pidNamespace === b.pidNamespace &&
    a.machineId === b.machineId
  )
}

/** `pids/<stem>.proc` and `.agent`: what a shell can read with `read -r`. */
export function printProcessLine(record: ProcessRecord): string {
  return `${record.pid} ${record.startTime || '-'} ${printHabitat(record)}\n`
}

/** The part of the line that is the same for every process here. */
export function printHabitat({ bootId, pidNamespace, machineId }: Place): string {
  return [bootId, pidNamespace, machineId].map((word) => word || '-').join(' ')
}

/** Undefined when the line is not whole. */
export function parseProcessLine(text: string): ProcessRecord | undefined {
  const words = text.replace(/\n$/, '').split(' ')
  const [pid = '', startTime = '', bootId = '', pidNamespace = '', machineId = ''] = words
  if (words.length !== 5 || !text.endsWith('\n') || !isPid(pid)) return undefined
  return {
    pid: Number(pid),
    startTime: known(startTime) || null,
    bootId: known(bootId),
    pidNamespace: known(pidNamespace),
    machineId: known(machineId),
  }
}

export function parsePidLock(value: unknown): PidLock | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const lock = value as JsonObject
  const { startTime, pid } = lock
  // A newer flow may add fields; those that say who lives keep their names and meaning.
  if (typeof lock.version !== 'number' || lock.version < 1) return undefined
  if (!Number.isSafeInteger(pid) || !isPid(String(pid))) return undefined
  if (startTime !== null && typeof startTime !== 'string') return undefined
  if (TEXT_FIELDS.some((name) => typeof lock[name] !== 'string')) return undefined
  return lock as unknown as PidLock
}

const TEXT_FIELDS = [
  'bootId',
  'pidNamespace',
  'machineId',
  'sessionId',
  'target',
  'projectPath',
  'agent',
  'cwd',
  'startedAt',
  'hostName',
]

/**
 * `123.json`, `123-4026531836.proc`, `123.456.agent` -> stem `123` or `123-4026531836`, and the pid
 * that the name itself speaks of; undefined for a name that is not of ours.
 * `kill -0 0` and negative numbers succeed, so nothing but a positive number is a pid.
 */
export function parsePidFileName(
  name: string,
): { kind: 'lock' | 'proc' | 'agent'; stem: string; pid: number } | undefined {
  const found = /^(([1-9][0-9]*)(?:-[0-9]+)?)(?:\.(json|proc)|\.([1-9][0-9]*)\.agent)$/.exec(name)
  if (found === null) return undefined
  const [, stem = '', own = '', kind, agentPid] = found
  if (!isPid(own) || (agentPid !== undefined && !isPid(agentPid))) return undefined
  if (kind === undefined) return { kind: 'agent', stem, pid: Number(agentPid) }
  return { kind: kind === 'json' ? 'lock' : 'proc', stem, pid: Number(own) }
}

/** What kill(2) can take: a larger number is nobody's pid, and Node throws for it. */
export function isPid(text: string): boolean {
  return /^[1-9][0-9]{0,9}$/.test(text) && Number(text) <= 0x7fffffff
}

function known(word: string): string {
  return word === '-' ? '' : word
}

/** What is not known on one side proves nothing. */
function differ(a: string, b: string): boolean {
  return a !== '' && b !== '' && a !== b
}

const dead = (reason: string): Verdict => ({ kind: 'dead', reason })
const foreign = (reason: string): Verdict => ({ kind: 'foreign', reason })
