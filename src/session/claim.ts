/**
 * The numbered claims of a gate, as files in its folder: `<n>`, `<n>.released`, and drafts that have
 * no number yet. `gate.ts` enters and leaves with them.
 *
 * Long for one file: that two are never inside at once rests on all of it together.
 */

import { join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import { isJsonObject } from '../json.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { sha256 } from '../sha256.ts'
import type { GatePaths } from './layout.ts'
import { isPid, judge, type ProcessRecord } from './pid-lock.ts'
import {
  absentAs,
  ensureFolder,
  listState,
  printState,
  readText,
  removeIfEmpty,
} from './state-file.ts'

/** What a claim says about its holder. */
export interface Claim extends ProcessRecord {
  readonly purpose: string
  readonly hostName: string
  /** Makes the text of every claim its own. */
  readonly nonce: string
}

/**
 * Links our draft as `number`; true when we are inside.
 *
 * A slow process may come when its number was used and swept long ago, and is free again. Sweeping
 * goes upwards, so if the very claim that we judged still stands after our link, no claim above it
 * was ever swept: ours is the first of its number, and nobody passes it while we live.
 */
export function claim(
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
  let isOurs = false
  try {
    // In this order: whoever swept a higher number before the listing had swept the judged one too.
    const isTop = topNumber(listState(ports, folder)) === number
    isOurs = isTop && readText(ports, join(folder, String(number - 1))) === judgedText
  } finally {
    // Left standing, it would keep the gate shut for as long as this process lives.
    if (!isOurs) remove(ports, own)
  }
  return isOurs
}

/** Others would have to come and go between a listing and a reading as often as this. */
const MOST_MISSED = 100

export interface TopClaim {
  readonly number: number
  readonly text: string
  /** Who keeps it shut; null when it is released or its holder is dead. */
  readonly holder: Claim | null
  /** Nothing seen from here can prove that the holder is dead. */
  readonly isForeign: boolean
}

/** @param force a holder that cannot be judged from here counts as dead */
export function readTop(
  ports: ProtocolPorts,
  paths: GatePaths,
  self: ProcessRecord,
  force: boolean,
): TopClaim {
  const folder = paths.gateFolder
  for (let missed = 0; missed < MOST_MISSED; missed += 1) {
    const number = topNumber(listState(ports, folder))
    if (number === 0) {
      ensureGate(ports, paths, self)
      continue
    }
    const path = join(folder, String(number))
    if (absentAs('file', () => ports.fs.linkFacts(path).kind) !== 'file') throw damaged(folder)
    const text = readText(ports, path)
    // Swept between the listing and the reading: there is a higher one by now.
    if (text === undefined) continue
    const open = { number, text, holder: null, isForeign: false }
    if (exists(ports, join(folder, releaseName(number)))) return open
    const holder = parseClaim(text, folder)
    if (holder === undefined) {
      // A claim is linked whole, so while this machine has run it was never torn: it is from before.
      ports.log('gate', `${number}: unreadable, so from before a power cut: nobody holds it`)
      return open
    }
    const verdict = judge(holder, self, ports.processes.look)
    const isForeign = verdict.kind === 'foreign'
    if (verdict.kind !== 'dead' && !(isForeign && force)) {
      return { number, text, holder, isForeign }
    }
    ports.log('gate', `${number}: ${describe(holder)} counts as dead (${verdict.reason})`)
    return open
  }
  throw damaged(folder)
}

/**
 * Makes the gate's folder with claim 1 in it, released, in one step: a folder that is not empty
 * cannot be replaced by rename(2), so there is never a gate without a claim, nor a second claim 1.
 */
export function ensureGate(ports: ProtocolPorts, paths: GatePaths, self: ProcessRecord): void {
  if (topNumber(listState(ports, paths.gateFolder)) > 0) return
  ensureFolder(ports, paths.gatesFolder)
  // First, so that whoever is killed from here on leaves at most a draft of his own.
  sweepGates(ports, paths, self)
  const fresh = join(paths.gatesFolder, draftName(self, ports.clock.randomHex(4)))
  let isMade = false
  try {
    ensureFolder(ports, fresh)
    isMade = true
    createClaim(ports, join(fresh, '1'), self, 'first')
    createClaim(ports, join(fresh, releaseName(1)), self, 'first')
    ports.fs.rename(fresh, paths.gateFolder)
  } catch (error) {
    // rmdir(2) follows no link that stands in its place.
    discard(ports, fresh, isMade ? removeGate : removeIfEmpty)
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw cannotClaim(paths.gateFolder, error)
  }
}

/** What cannot be removed now goes once this process is dead. */
function discard(
  ports: ProtocolPorts,
  fresh: string,
  removeIt: (ports: ProtocolPorts, folder: string) => unknown,
): void {
  try {
    removeIt(ports, fresh)
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof FlowError)) throw error
    ports.log('gate', `${fresh} stays: ${explain(error)}`)
  }
}

/** Removes what killed processes left of gates that they made or took away. */
export function sweepGates(
  ports: ProtocolPorts,
  { gatesFolder }: Pick<GatePaths, 'gatesFolder'>,
  self: ProcessRecord,
): void {
  for (const name of listState(ports, gatesFolder)) {
    if (isDeadDraft(name, self, ports)) removeGate(ports, join(gatesFolder, name))
  }
}

/**
 * Takes the gate away in one step, from inside; false where somebody else stands at it. A process
 * that comes later finds none, and makes a new one. One that is coming has its draft here before it
 * judges any claim, so without a draft nobody holds a judgement of the old gate against the new.
 */
export function takeGateAway(
  ports: ProtocolPorts,
  paths: GatePaths,
  self: ProcessRecord,
  number: number,
  ownDraft: string,
): boolean {
  const names = listState(ports, paths.gateFolder)
  if (names.some((name) => name !== String(number) && name !== ownDraft)) return false
  const away = join(paths.gatesFolder, draftName(self, ports.clock.randomHex(4)))
  try {
    ports.fs.rename(paths.gateFolder, away)
  } catch (error) {
    throw cannotClaim(paths.gateFolder, error)
  }
  ports.log('gate', `${number}: left`)
  removeGate(ports, away)
  return true
}

function removeGate(ports: ProtocolPorts, folder: string): void {
  for (const name of listState(ports, folder)) remove(ports, join(folder, name))
  removeIfEmpty(ports, folder)
}

/** Only the owner sweeps, upwards, and leaves the top: so numbers never start again. */
export function sweep(
  ports: ProtocolPorts,
  folder: string,
  own: number,
  self: ProcessRecord,
): void {
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

export function remove(ports: ProtocolPorts, path: string): void {
  absentAs(undefined, () => ports.fs.unlink(path))
}

export function createClaim(
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
export function draftName(self: ProcessRecord, random: string): string {
  return `.draft-${self.pid}-${placeOf(self)}-${random}`
}

/** The first pid namespace has the same number on every machine, so it alone names no place. */
function placeOf({ machineId, pidNamespace }: ProcessRecord): string {
  return sha256(`${machineId} ${pidNamespace}`).slice(0, 12)
}

function isDeadDraft(name: string, self: ProcessRecord, ports: ProtocolPorts): boolean {
  const [, pid = '', place] = /^\.draft-([0-9]+)-([0-9a-f]+)-[0-9a-f]+$/.exec(name) ?? []
  if (!isPid(pid) || place !== placeOf(self)) return false
  return ports.processes.look(Number(pid)).kind === 'absent'
}

function claimNumber(name: string): number {
  return /^[1-9][0-9]{0,14}$/.test(name) ? Number(name) : 0
}

function exists(ports: ProtocolPorts, path: string): boolean {
  return absentAs(false, () => ports.fs.linkFacts(path) !== undefined)
}

function topNumber(names: readonly string[]): number {
  return names.reduce((top, name) => Math.max(top, claimNumber(name)), 0)
}

export function releaseName(number: number): string {
  return `${number}.released`
}

/** Undefined: torn by a power cut. What is whole and no claim proves nothing, so nobody passes it. */
function parseClaim(text: string, folder: string): Claim | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const fields = ['bootId', 'pidNamespace', 'machineId', 'hostName', 'purpose'] as const
  if (!isJsonObject(value) || !isPid(String(value.pid))) throw damaged(folder)
  if (fields.some((name) => typeof value[name] !== 'string')) throw damaged(folder)
  if (value.startTime !== null && typeof value.startTime !== 'string') throw damaged(folder)
  return value as unknown as Claim
}

export function describe(holder: Claim): string {
  return `pid ${holder.pid} on ${holder.hostName} (${holder.purpose})`
}

function damaged(folder: string): FlowError {
  return new FlowError({
    code: 'E_GATE_DAMAGED',
    what: `the gate ${folder} is damaged`,
    why: 'its highest number cannot be read as a claim',
    kept: 'nothing was changed',
    next: `make sure that no flow process runs, then \`rm -r ${folder}\``,
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
      : 'make the state directory writable for you, on a file system with hard links; `FLOW_HOME` names another one',
    cause: error,
  })
}
