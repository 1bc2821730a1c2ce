/**
 * The gate: a short exclusive section round every change of state, one per project, and one per
 * repository round what its projects share.
 *
 * Claims are numbered files. To enter, link a finished file as number n+1 when n is released or its
 * holder is proved dead; a claim is never seen in part, and nobody ever removes a rival's standing
 * claim. docs/PROTOCOL.md has the argument why two processes are never inside at once.
 */
import { basename, join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import {
  type Claim,
  claim,
  createClaim,
  describe,
  draftName,
  ensureGate,
  readTop,
  releaseName,
  remove,
  sweep,
  takeGateAway,
} from './claim.ts'
import { unexpectedFailure } from './failure.ts'
import type { GatePaths } from './layout.ts'
import type { ProcessRecord } from './pid-lock.ts'

export interface GateOptions {
  /** What for, as a word for people: `acquire`. */
  readonly purpose: string
  /** Give up after this long without a change of holder. */
  readonly waitMs?: number
  /** A holder that cannot be judged from here counts as dead. */
  readonly force?: boolean
  /** Called inside the gate before anything is changed. */
  readonly onEntered?: (() => void) | undefined
}

const WAIT_MS = 10_000
const LONGEST_PAUSE_MS = 25

/**
 * Runs `body` as the only process inside this gate, and leaves whatever happens.
 * @throws FlowError E_GATE_BUSY naming the holder; E_STATE_READ, E_STATE_WRITE
 */
export function withGate<T>(
  ports: ProtocolPorts,
  paths: GatePaths,
  self: ProcessRecord,
  options: GateOptions,
  body: () => T,
): T {
  try {
    const held = enter(ports, paths, self, options)
    return leaveAfter(ports, held, () => {
      options.onEntered?.()
      return body()
    })
  } catch (error) {
    if (error instanceof FlowError || !isSystemError(error)) throw error
    throw unexpectedFailure(options.purpose, error)
  }
}

/**
 * The same, and takes the gate itself away where `body` says that nothing is left behind it and
 * nobody else stands at it. True when it is gone.
 * @throws FlowError as `withGate`
 */
export function retireGate(
  ports: ProtocolPorts,
  paths: GatePaths,
  self: ProcessRecord,
  options: GateOptions,
  body: () => boolean,
): boolean {
  try {
    const held = enter(ports, paths, self, options)
    const isGone = leaveOnError(ports, held, () => {
      options.onEntered?.()
      return body() && takeGateAway(ports, paths, self, held.number, basename(held.draftPath))
    })
    if (!isGone) leave(ports, held)
    return isGone
  } catch (error) {
    if (error instanceof FlowError || !isSystemError(error)) throw error
    throw unexpectedFailure(options.purpose, error)
  }
}

function leaveAfter<T>(ports: ProtocolPorts, held: HeldGate, body: () => T): T {
  const result = leaveOnError(ports, held, body)
  leave(ports, held)
  return result
}

/** When both fail, the body's error is the one to tell: the gate opens when this process ends. */
function leaveOnError<T>(ports: ProtocolPorts, held: HeldGate, body: () => T): T {
  try {
    return body()
  } catch (error) {
    try {
      leave(ports, held)
    } catch (leaveError) {
      if (!(leaveError instanceof FlowError)) throw leaveError
      ports.log('gate', leaveError.message)
    }
    throw error
  }
}

interface HeldGate {
  readonly folder: string
  readonly number: number
  /** The file that was linked as our claim; renamed to the release mark, so that leaving needs no disk space. */
  readonly draftPath: string
}

/** How often a gate may be taken away under one process that comes: each time an `uninstall` ends. */
const MOST_TAKEN_AWAY = 10

function enter(
  ports: ProtocolPorts,
  paths: GatePaths,
  self: ProcessRecord,
  options: GateOptions,
): HeldGate {
  for (let taken = 0; ; taken += 1) {
    try {
      return tryToEnter(ports, paths, self, options)
    } catch (error) {
      const cause = error instanceof FlowError ? error.cause : error
      if (!isErrno(cause, 'ENOENT') || taken === MOST_TAKEN_AWAY) throw error
      ports.log('gate', 'it was taken away: comes again')
    }
  }
}

function tryToEnter(
  ports: ProtocolPorts,
  paths: GatePaths,
  self: ProcessRecord,
  options: GateOptions,
): HeldGate {
  const folder = paths.gateFolder
  ensureGate(ports, paths, self)
  const draftPath = join(folder, draftName(self, ports.clock.randomHex(4)))
  createClaim(ports, draftPath, self, options.purpose)
  try {
    return waitForTurn(ports, paths, self, options, draftPath)
  } catch (error) {
    discard(ports, draftPath)
    throw error
  }
}

/** A draft that stays is in nobody's way; it goes when its process is dead. */
function discard(ports: ProtocolPorts, draftPath: string): void {
  try {
    remove(ports, draftPath)
  } catch (error) {
    if (!isSystemError(error)) throw error
    ports.log('gate', `${draftPath} stays: ${explain(error)}`)
  }
}

function waitForTurn(
  ports: ProtocolPorts,
  paths: GatePaths,
  self: ProcessRecord,
  options: GateOptions,
  draftPath: string,
): HeldGate {
  const folder = paths.gateFolder
  const waitMs = options.waitMs ?? WAIT_MS
  let waitingFor = -1
  let deadline = 0
  let pauseMs = 1
  for (;;) {
    const top = readTop(ports, paths, self, options.force ?? false)
    if (top.holder === null) {
      const number = top.number + 1
      if (claim(ports, folder, draftPath, number, top.text)) {
        ports.log('gate', `${number}: entered to ${options.purpose}`)
        sweep(ports, folder, number, self)
        return { folder, number, draftPath }
      }
      continue
    }
    if (top.number !== waitingFor) {
      waitingFor = top.number
      deadline = ports.clock.monotonicMs() + waitMs
      pauseMs = 1
      ports.log('gate', `${top.number}: waiting for ${describe(top.holder)}`)
    }
    if (ports.clock.monotonicMs() >= deadline) {
      throw busy(top.holder, top.isForeign, waitMs)
    }
    ports.clock.sleepMs(pauseMs)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

/** The rename of a file that exists: no space is needed to leave. Throws if the gate stays shut. */
function leave(ports: ProtocolPorts, { folder, number, draftPath }: HeldGate): void {
  const mark = join(folder, releaseName(number))
  try {
    ports.fs.rename(draftPath, mark)
  } catch (error) {
    if (!isSystemError(error)) throw error
    if (linkMark(ports, join(folder, String(number)), mark)) return
    throw new FlowError({
      code: 'E_GATE_LEAVE',
      what: `could not release the gate ${join(folder, String(number))}`,
      why: explain(error),
      kept: 'the state of the session; the gate opens when this process ends',
      next: 'end this process, then run `flow recover`',
      cause: error,
    })
  }
  ports.log('gate', `${number}: left`)
}

/** The claim itself is as good a mark as its draft, which somebody may have swept. */
function linkMark(ports: ProtocolPorts, claimPath: string, mark: string): boolean {
  try {
    ports.fs.link(claimPath, mark)
    return true
  } catch (error) {
    if (!isSystemError(error)) throw error
    return false
  }
}

function busy(holder: Claim, isForeign: boolean, waitMs: number): FlowError {
  return new FlowError({
    code: 'E_GATE_BUSY',
    what: 'another flow process is changing this project and does not finish',
    why: `${describe(holder)} has been at it for more than ${waitMs / 1000} s`,
    kept: 'nothing was changed',
    next: isForeign
      ? `look for it on ${holder.hostName} (another machine or container); if it is over, run \`flow recover --force\` in that project`
      : `look at that process (\`ps -p ${holder.pid}\`); continue it (\`kill -CONT ${holder.pid}\`) or end it, then try again`,
  })
}
