/**
 * What an explored process remembers: what it has seen in this errand, and what the one before handed
 * on. Two memories of which the same comes have to be the same, or the search has no end: so what
 * makes no difference is forgotten. `walk` throws when it did make one.
 */
import { digest } from '../protocol/memory-files.ts'
import type { Footprint } from './footprint.ts'
import type { Actor, Process, Scene } from './scene.ts'
import { inOrder, isLook, type Log, lengthen, type Seen, type Step } from './walk.ts'

export interface Memory extends Process {
  log: Log | null
  carried: unknown
  /** Asleep: what it looked at before; it wakes when one of these is not as it was. */
  asleep: readonly Seen[] | null
  /** It has slept, and done nothing since but look. */
  waits: boolean
  givesWay: boolean
  /**
   * The step before which it was preempted. Until another process has done something that does not
   * commute with it, going on is the same as being preempted one step later, which is tried as well.
   */
  awaits: Footprint | null
  /** Nobody has looked whether it lives since it was preempted: dying now is the same as before. */
  isUnseen: boolean
}

export function fresh(errand: number, status: Memory['status'], carried: unknown): Memory {
  return {
    errand,
    status,
    log: null,
    carried,
    asleep: null,
    waits: false,
    givesWay: true,
    awaits: null,
    isUnseen: false,
    isInside: false,
    holdsGate: false,
  }
}

/** Changes `memory` by one step. */
export function absorb(scene: Scene, memory: Memory, actor: number, step: Step): Memory {
  const { seen, kind, holdsGate, carried } = step
  if (seen === null) {
    const { errands, staysIn = false } = scene.actors[actor] as Actor
    const errand = memory.errand + 1
    const isOver = errand === errands.length
    const isInside = staysIn && errand === 1 && !isOver
    const next = isOver ? fresh(errand, 'ended', undefined) : fresh(errand, 'ready', carried)
    return Object.assign(memory, next, { isInside, holdsGate })
  }
  const endsWait = memory.waits && !isLook(seen)
  const forgets = !scene.everyOrder
  const log = lengthen(endsWait && forgets ? forgetWait(memory.log) : memory.log, seen)
  const hasEntered = holdsGate && !memory.holdsGate
  memory.log = hasEntered && forgets && !scene.tornListings ? forgetQueue(log) : log
  memory.status = 'running'
  memory.waits = kind === 'sleep' || (memory.waits && !endsWait)
  memory.asleep = kind === 'sleep' ? looksBefore(log) : null
  memory.givesWay = kind === 'sleep' || kind === 'meet'
  memory.isInside = kind === 'meet'
  memory.isUnseen = false
  memory.holdsGate = holdsGate
  return memory
}

/** What it saw since it last did something. */
function looksBefore({ before }: Log): Seen[] {
  const looks: Seen[] = []
  for (let at = before; at !== null && isLook(at.seen); at = at.before) looks.push(at.seen)
  return looks
}

/**
 * Who waits looks round again and again, and of that nothing is remembered but what it saw last: all
 * between its first look of this wait and its last sleep is forgotten.
 */
function forgetWait(log: Log | null): Log | null {
  const all = inOrder(log)
  const lastSleep = all.findLastIndex(isSleep)
  const lastChange = all
    .slice(0, lastSleep)
    .findLastIndex((seen) => !isLook(seen) && !isSleep(seen))
  const isBeforeLook = ['createFile', 'link', 'unlink'].includes(all[lastChange]?.name ?? '')
  // What it did in the middle of its first look belongs to that, which then has to stay whole.
  const firstSleep = all.findIndex((seen, at) => at > lastChange && isSleep(seen))
  const kept = isBeforeLook ? lastChange : firstSleep
  return [...all.slice(0, kept + 1), ...all.slice(lastSleep + 1)].reduce<Log | null>(lengthen, null)
}

/**
 * Inside the gate nobody remembers how he came in: tries that failed are forgotten, and the drafts of
 * others, and what stood there when he came is taken to be what he judged in the end.
 */
function forgetQueue(log: Log): Log | null {
  const all = inOrder(log)
  const claim = all.findLastIndex(({ name }) => name === 'link')
  const draft = all.slice(0, claim).findLastIndex(({ name }) => name === 'createFile')
  const lastTry = Math.max(draft, endOfTries(all.slice(0, claim))) + 1
  const judged = all.slice(lastTry, claim).find(isGateListing)
  const early = all.slice(0, draft + 1).map((seen) => {
    return isGateListing(seen) && judged !== undefined ? judged : seen
  })
  return [...early, ...all.slice(lastTry)].map(withoutDrafts).reduce<Log | null>(lengthen, null)
}

/** Where the last try ended: it slept, found its number taken, or took its link back. */
function endOfTries(log: readonly Seen[]): number {
  const end = log.findLastIndex((seen) => isSleep(seen) || seen.name === 'link')
  const isLinked = log[end]?.name === 'link' && 'value' in (log[end]?.result ?? {})
  return isLinked ? log.findIndex(({ name }, at) => at > end && name === 'unlink') : end
}

function isGateListing({ name, args, result }: Seen): boolean {
  return name === 'list' && /\/gates\/[0-9a-f]{16}$/.test(String(args[0])) && 'value' in result
}

function withoutDrafts(seen: Seen): Seen {
  if (!isGateListing(seen) || 'error' in seen.result) return seen
  const value = (seen.result.value as string[]).filter((name) => !name.startsWith('.'))
  return { ...seen, text: `list -> ${value}`, result: { value } }
}

function isSleep({ name }: Seen): boolean {
  return name === 'sleep'
}

export function isOver({ status }: Memory): boolean {
  return status === 'dead' || status === 'ended'
}

/** Started, and not over. */
export function isAlive({ status, errand }: Memory): boolean {
  return status === 'running' || (status === 'ready' && errand > 0)
}

/** The same text for two memories of which the same comes. */
export function describeMemory(memory: Memory): string {
  const { errand, status, log, carried, asleep, awaits, isUnseen, isInside, givesWay } = memory
  const known = [log === null ? '' : digestOf(log), carried ? digestOf(carried) : '']
  const flags = [asleep === null, awaits === null, isUnseen, isInside, givesWay]
  return [errand, status, ...known, ...flags].join()
}

const digests = new WeakMap<object, string>()

/** Of a log, or of what an errand returned. */
function digestOf(known: object | Log): string {
  const found = digests.get(known)
  if (found !== undefined) return found
  const isLog = 'seen' in known
  const before = isLog && known.before !== null ? digestOf(known.before) : ''
  const text = digest(before + (isLog ? known.seen.text : JSON.stringify(known)))
  digests.set(known, text)
  return text
}
