/**
 * The gate: a short exclusive section per project round every change of state.
 *
 * Claims are numbered files. To enter, link a finished file as number n+1 when n is released or its
 * holder is proved dead; a claim is never seen in part, and nobody ever removes a rival's standing
 * claim. docs/PROTOCOL.md has the argument why two processes are never inside at once.
 */
import { join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { unexpectedFailure } from './failure.ts'
import type { ProjectPaths } from './layout.ts'
import { judge, type ProcessRecord } from './pid-lock.ts'
import {
  absentAs,
  ensureFolder,
  listState,
  printState,
  readText,
  removeIfEmpty,
} from './state-file.ts'

/** What a claim says about its holder. */
interface Claim extends ProcessRecord {
  readonly purpose: string
  readonly hostName: string
  /** Makes the text of every claim its own. */
  readonly nonce: string
}

export interface GateOptions {
  /** What for, as a word for people: `acquire`. */
  readonly purpose: string
  /** Give up after this long without a change of holder. */
  readonly waitMs?: number
  /** Called inside the gate before anything is changed. */
  readonly onEntered?: (() => void) | undefined
}

const WAIT_MS = 10_000
const LONGEST_PAUSE_MS = 25

/**
 * Runs `body` as the only process inside this project's gate, and leaves whatever happens.
 * @throws FlowError E_GATE_BUSY naming the holder; E_STATE_READ, E_STATE_WRITE
 */
export function withGate<T>(
  ports: ProtocolPorts,
  paths: ProjectPaths,
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

/** When both fail, the body's error is the one to tell: the gate opens when this process ends. */
function leaveAfter<T>(ports: ProtocolPorts, held: HeldGate, body: () => T): T {
  let result: T
  try {
    result = body()
  } catch (error) {
    try {
      leave(ports, held)
    } catch (leaveError) {
      if (!(leaveError instanceof FlowError)) throw leaveError
      ports.log('gate', leaveError.message)
    }
    throw error
  }
  leave(ports, held)
  return result
}

interface HeldGate {
  readonly folder: string
  readonly number: number
  /** The file that was linked as our claim; renamed to the release mark, so that leaving needs no disk space. */
  readonly draftPath: string
}

function enter(
  ports: ProtocolPorts,
  paths: ProjectPaths,
  self: ProcessRecord,
  options: GateOptions,
): HeldGate {
  const folder = paths.gateFolder
  ensureGate(ports, paths, self)
  const draftPath = join(folder, draftName(self, ports.clock.randomHex(4)))
  createClaim(ports, draftPath, self, options.purpose)
  const waitMs = options.waitMs ?? WAIT_MS
  let waitingFor = -1
  let deadline = 0
  let pauseMs = 1
  for (;;) {
    const top = readTop(ports, paths, self)
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
      remove(ports, draftPath)
      throw busy(top.holder, waitMs)
    }
    ports.clock.sleepMs(pauseMs)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

/** The rename of a file that exists: no space is needed to leave. Throws if the gate stays shut. */
function leave(ports: ProtocolPorts, { folder, number, draftPath }: HeldGate): void {
  try {
    ports.fs.rename(draftPath, join(folder, releaseName(number)))
  } catch (error) {
    if (!isSystemError(error)) throw error
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

/**
 * Links our draft as `number`; true when we are inside.
 *
 * A slow process may come when its number was used and swept long ago, and is free again. Sweeping
 * goes upwards, so if the very claim that we judged still stands after our link, no claim above it
 * was ever swept: ours is the first of its number, and nobody passes it while we live.
 */
function claim(
  ports: ProtocolPorts,
  folder: string,
  draftPath: string,
  number: number,
  judgedText: string,
): boolean {
  const own = join(folder, String(number))
  try {
    ports.fs.link(draftPath, own)
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw cannotClaim(own, error)
  }
  if (readText(ports, join(folder, String(number - 1))) === judgedText) return true
  remove(ports, own)
  return false
}

interface TopClaim {
  readonly number: number
  readonly text: string
  /** Who keeps it shut; null when it is released or its holder is dead. */
  readonly holder: Claim | null
}

function readTop(ports: ProtocolPorts, paths: ProjectPaths, self: ProcessRecord): TopClaim {
  const folder = paths.gateFolder
  for (;;) {
    ensureGate(ports, paths, self)
    const number = topNumber(listState(ports, folder))
    const text = readText(ports, join(folder, String(number)))
    // Swept between the listing and the reading: there is a higher one by now.
    if (text === undefined) continue
    const isReleased = exists(ports, join(folder, releaseName(number)))
    return { number, text, holder: isReleased ? null : standing(ports, number, text, self) }
  }
}

function standing(
  ports: ProtocolPorts,
  number: number,
  text: string,
  self: ProcessRecord,
): Claim | null {
  const holder = parseClaim(text)
  if (holder === undefined) {
    // A claim is linked whole, so while this machine has run it was never torn: it is from before.
    ports.log('gate', `${number}: unreadable, so from before a power cut: nobody holds it`)
    return null
  }
  const verdict = judge(holder, self, ports.processes.look)
  if (verdict.kind !== 'dead') return holder
  ports.log('gate', `${number}: its holder ${describe(holder)} is dead (${verdict.reason})`)
  return null
}

/**
 * Makes the gate's folder with claim 1 in it, released, in one step: a folder that is not empty
 * cannot be replaced by rename(2), so there is never a gate without a claim, nor a second claim 1.
 */
function ensureGate(ports: ProtocolPorts, paths: ProjectPaths, self: ProcessRecord): void {
  if (topNumber(listState(ports, paths.gateFolder)) > 0) return
  ensureFolder(ports, paths.gatesFolder)
  const fresh = join(paths.gatesFolder, draftName(self, ports.clock.randomHex(4)))
  ensureFolder(ports, fresh)
  createClaim(ports, join(fresh, '1'), self, 'first')
  createClaim(ports, join(fresh, releaseName(1)), self, 'first')
  try {
    ports.fs.rename(fresh, paths.gateFolder)
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw cannotClaim(paths.gateFolder, error)
    removeGate(ports, fresh)
  }
  for (const name of listState(ports, paths.gatesFolder)) {
    if (isDeadDraft(name, self, ports)) removeGate(ports, join(paths.gatesFolder, name))
  }
}

function removeGate(ports: ProtocolPorts, folder: string): void {
  for (const name of listState(ports, folder)) remove(ports, join(folder, name))
  removeIfEmpty(ports, folder)
}

/** Only the owner sweeps, upwards, and leaves the top: so numbers never start again. */
function sweep(ports: ProtocolPorts, folder: string, own: number, self: ProcessRecord): void {
  try {
    sweepBelow(ports, folder, own, self)
  } catch (error) {
    // What could not be swept is in nobody's way; we are inside, and must come to the leaving.
    if (!isSystemError(error)) throw error
    ports.log('gate', `${own}: could not sweep: ${explain(error)}`)
  }
}

function sweepBelow(ports: ProtocolPorts, folder: string, own: number, self: ProcessRecord): void {
  const names = listState(ports, folder)
  const lower = names.map(claimNumber).filter((number) => number > 0 && number < own)
  for (const number of lower.sort((a, b) => a - b)) {
    remove(ports, join(folder, String(number)))
  }
  for (const name of names) {
    const mark = /^([1-9][0-9]*)\.released$/.exec(name)
    const isOldMark = mark !== null && Number(mark[1]) < own
    if (isOldMark || isDeadDraft(name, self, ports)) remove(ports, join(folder, name))
  }
}

function remove(ports: ProtocolPorts, path: string): void {
  absentAs(undefined, () => ports.fs.unlink(path))
}

function createClaim(
  ports: ProtocolPorts,
  path: string,
  self: ProcessRecord,
  purpose: string,
): void {
  const { pid, startTime, bootId, pidNamespace, machineId } = self
  const { hostName } = ports.processes.habitat
  const text = printState({
    pid,
    startTime,
    bootId,
    pidNamespace,
    machineId,
    hostName,
    purpose,
    nonce: ports.clock.randomHex(8),
  } satisfies Claim)
  try {
    // Not synced: a claim only means something while its holder lives.
    ports.fs.createFile(path, Buffer.from(text), 0o600, { sync: false })
  } catch (error) {
    throw cannotClaim(path, error)
  }
}

/** `.draft-<pid>-<namespace>-<random>`: the name tells whose it is even when its bytes are torn. */
function draftName(self: ProcessRecord, random: string): string {
  return `.draft-${self.pid}-${self.pidNamespace || '0'}-${random}`
}

function isDeadDraft(name: string, self: ProcessRecord, ports: ProtocolPorts): boolean {
  const found = /^\.draft-([1-9][0-9]*)-([0-9]+)-[0-9a-f]+$/.exec(name)
  if (found === null || found[2] !== (self.pidNamespace || '0')) return false
  return ports.processes.look(Number(found[1])).kind === 'absent'
}

function claimNumber(name: string): number {
  return /^[1-9][0-9]*$/.test(name) ? Number(name) : 0
}

function exists(ports: ProtocolPorts, path: string): boolean {
  return absentAs(false, () => ports.fs.linkFacts(path) !== undefined)
}

function topNumber(names: readonly string[]): number {
  return names.reduce((top, name) => Math.max(top, claimNumber(name)), 0)
}

function releaseName(number: number): string {
  return `${number}.released`
}

function parseClaim(text: string): Claim | undefined {
  try {
    const value = JSON.parse(text) as Claim | null
    return typeof value?.pid === 'number' && typeof value.bootId === 'string' ? value : undefined
  } catch {
    // Torn by a power cut; the caller says what that means.
    return undefined
  }
}

function describe(holder: Claim): string {
  return `pid ${holder.pid} on ${holder.hostName} (${holder.purpose})`
}

function busy(holder: Claim, waitMs: number): FlowError {
  return new FlowError({
    code: 'E_GATE_BUSY',
    what: 'another flow process is changing this project and does not finish',
    why: `${describe(holder)} has held the gate for more than ${waitMs / 1000} s`,
    kept: 'nothing was changed',
    next: `look at that process (\`ps -p ${holder.pid}\`); continue it (\`kill -CONT ${holder.pid}\`) or end it, then try again`,
  })
}

function cannotClaim(path: string, error: unknown): unknown {
  if (!isSystemError(error)) return error
  return new FlowError({
    code: 'E_STATE_WRITE',
    what: `could not write ${path}`,
    why: explain(error),
    kept: 'nothing was changed',
    next: isErrno(error, 'ENOSPC', 'EDQUOT')
      ? 'make room on the disk, then try again'
      : 'make the state home writable for you and let it lie on a file system with hard links; `FLOW_HOME` names another one',
    cause: error,
  })
}
