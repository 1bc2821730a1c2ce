/** What processes do with sessions, and what has to hold after every step of it and in the end. */

import { join } from 'node:path'
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { BackupRef } from '../../src/session/backup-ref.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { ownRecord } from '../../src/session/participants.ts'
import { printProcessLine } from '../../src/session/pid-lock.ts'
import { acquireSession, releaseSession, type Session } from '../../src/session/session.ts'
import { openSnapshots } from '../../src/session/state.ts'
import { absentAs } from '../../src/session/state-file.ts'
import { sha256 } from '../../src/sha256.ts'
import { recoverAll } from '../protocol/editing.ts'
import { memoryFiles, type Tree } from '../protocol/memory-files.ts'
import { createMemoryWorld, HOME, PROJECT, REQUEST, SETTINGS } from '../protocol/memory-world.ts'
import { TRACE } from '../protocol/world.ts'
import type { Actor, Process, Scene } from './scene.ts'
import { type Errand, treeAfter } from './walk.ts'

const MINE = '{\n  "model": "opus"\n}\n'
const EDITED = '{\n  "model": "haiku"\n}\n'
const paths = projectPaths(HOME, projectHash(PROJECT))

const acquire: Errand = (ports) => acquireSession(ports, HOME, REQUEST)
const release: Errand = (ports, _, session) => releaseSession(ports, session as Session)
const recover: Errand = (ports) => {
  for (const outcome of recoverAll(ports)) if (outcome.kind === 'failed') throw outcome.error
}

export const session = (pid: number): Actor => ({ pid, errands: [acquire, release], staysIn: true })
export const recovery = (pid: number): Actor => ({ pid, errands: [recover] })

/** Somebody who has nothing to do with flow, and is there for a while. */
export const stranger = (pid: number): Actor => ({ pid, errands: [() => null, () => null] })

const save: Errand = (_, { atOnce }) => {
  atOnce('saves haiku', (fs) => {
    const text = String(fs.readFile(SETTINGS))
    fs.overwriteFile(SETTINGS, Buffer.from(text.replace('opus', 'haiku')))
  })
}

/** Stands when somebody took the entries out: until a process that comes after has come in. */
const TAKEN_OUT = '/taken-out'

const acquireAfterSwitch: Errand = (ports, around, carried) => {
  const { atOnce } = around
  const seen = `${TAKEN_OUT}-seen-by-${ports.processes.pid}`
  atOnce('comes', (fs) => absentAs(undefined, () => fs.rename(TAKEN_OUT, seen)))
  const session = acquire(ports, around, carried)
  atOnce('is in', (fs) => absentAs(undefined, () => fs.unlink(seen)))
  return session
}

/** One that may come after a branch switch, and puts the entries back then. */
export const sessionAfterSwitch = (pid: number): Actor => ({
  ...session(pid),
  errands: [acquireAfterSwitch, release],
})

const takeOut: Errand = (_, { atOnce }) => {
  atOnce('takes the entries out', (fs) => {
    fs.overwriteFile(SETTINGS, Buffer.from(EDITED))
    fs.createFile(TAKEN_OUT, Buffer.alloc(0), 0o600)
  })
}

/** Git brings another branch's settings, without entries. */
export const branchSwitch = (pid: number): Actor => ({ pid, errands: [takeOut] })

/** A person who saves a change, in place. */
export const editor = (pid: number): Actor => ({ pid, errands: [save] })

/** Recovery of a dead session: nobody else is there to keep it open. */
export const fullRecovery = (pid: number): Actor => ({
  pid,
  errands: [
    (ports, around) => {
      recover(ports, around, undefined)
      const text = String(ports.fs.readFile(SETTINGS))
      if (text.includes(TRACE)) throw new Error('it leaves the entries in')
    },
  ],
})

/** The agent of the wrapper with that pid: records itself as `launch.sh` does, and stays for a while. */
export const agent = (
  pid: number,
  wrapper: { readonly pid: number; readonly actor: number },
): Actor => ({
  pid,
  startedBy: wrapper.actor,
  staysIn: true,
  errands: [
    (ports) => {
      const path = join(paths.pidsFolder, `${wrapper.pid}.${pid}.agent`)
      ports.fs.createFile(path, Buffer.from(printProcessLine(ownRecord(ports))), 0o600)
    },
    () => undefined,
  ],
})

/** A person's project, before flow was ever there. */
export function untouched(settings: string | null = MINE): Tree {
  const { fs, tree } = memoryFiles()
  fs.createFolder(PROJECT, 0o755)
  if (settings === null) return tree()
  fs.createFolder(`${PROJECT}/.claude`, 0o755)
  fs.createFile(SETTINGS, Buffer.from(settings), 0o644)
  return tree()
}

/** The same after a session: the state home stands, and the gate has been used. */
export function usedBefore(settings: string | null = MINE): Tree {
  const wholeSession: Errand = (ports) => {
    releaseSession(ports, acquireSession(ports, HOME, REQUEST))
  }
  return treeAfter(wholeSession, untouched(settings))
}

/** Somebody was killed as soon as his claim stood. */
export function heldByDead(): Tree {
  return treeAfter(acquire, usedBefore(), ({ seen }) => seen?.name === 'link')
}

/** Null: no settings file. */
interface Texts {
  readonly before: string | null
  readonly after: string | null
}

/** Adds what has to hold; it begins with a project that was used before, unless the scene has a tree. */
export function sound(scene: Omit<Scene, 'check' | 'atEnd'>): Scene {
  const texts = {
    before: MINE,
    after: scene.actors.some(isEditing) ? EDITED : MINE,
  }
  return withChecks({ tree: usedBefore(), ...scene }, texts)
}

/** The same where no settings file is. */
export function soundWithoutFile(scene: Omit<Scene, 'check' | 'atEnd'>): Scene {
  return withChecks({ tree: usedBefore(null), ...scene }, { before: null, after: null })
}

function isEditing({ errands }: Actor): boolean {
  return errands.includes(save) || errands.includes(takeOut)
}

function withChecks(scene: Omit<Scene, 'check' | 'atEnd'>, texts: Texts): Scene {
  return {
    ...scene,
    check: (fs, processes) => check(fs, processes, texts),
    atEnd: (fs) => checkEnd(fs, texts.after),
  }
}

function check(
  fs: FileSystem,
  processes: readonly Process[],
  { before, after }: Texts,
): string | undefined {
  if (processes.filter(({ holdsGate }) => holdsGate).length > 1) return 'two hold the gate'
  const text = read(fs, SETTINGS, String)
  const isMerged = text?.includes(TRACE) ?? false
  const isWanted = !list(fs, '/').some((name) => name.startsWith('taken-out'))
  if (isWanted && !isMerged && processes.some(({ isInside }) => isInside))
    return 'the entries are out while somebody is in'
  if (!isMerged && text !== before && text !== after) return `the settings are neither: ${text}`
  const model = isMerged ? read(fs, SETTINGS, modelOf) : null
  if (isMerged && model !== modelIn(before) && model !== modelIn(after)) return `it says ${model}`
  const backup = read(fs, paths.backupRefPath, parseBackup)
  if (isMerged && backup === null) return 'the entries are in, and backup.json does not stand'
  if (backup === null) return undefined
  if (isMerged && has(fs, `${backup.backupPath}/closed`))
    return 'the entries are in a closed session'
  return checkBackup(fs, backup) ?? checkLocks(fs, processes)
}

/** Whoever opens a session stands in it first. After a kill, or while it is left, nobody may. */
function checkLocks(fs: FileSystem, processes: readonly Process[]): string | undefined {
  const isOpening = processes.some(({ holdsGate, errand }) => holdsGate && errand === 0)
  if (!isOpening || processes.some(({ status }) => status === 'dead')) return undefined
  const isLocked = list(fs, paths.pidsFolder).some((name) => name.endsWith('.json'))
  return isLocked ? undefined : 'backup.json stands, and nobody stands in the session'
}

/** What the person has in it; a word of its own for what is not whole. */
function modelOf(bytes: Buffer): string {
  try {
    return JSON.parse(String(bytes)).model ?? 'nothing'
  } catch (error) {
    return `not JSON: ${error}`
  }
}

const modelIn = (text: string | null) => modelOf(Buffer.from(text ?? '{}'))
const parseBackup = (bytes: Buffer): BackupRef => JSON.parse(String(bytes))
const hashOf = (bytes: Buffer): string => sha256(bytes)

function checkBackup(fs: FileSystem, { backupPath, files }: BackupRef): string | undefined {
  if (read(fs, `${backupPath}/manifest.json`, String) === null) return 'backup.json stands alone'
  for (const { original } of files) {
    if (original.kind === 'absent') continue
    if (read(fs, `${backupPath}/${original.snapshot}`, hashOf) !== original.sha256) {
      return 'backup.json stands, and the snapshot that it names does not'
    }
  }
  return undefined
}

/** Recovery by somebody who comes later; then all has to be as if flow had never been there. */
function checkEnd(fs: FileSystem, mine: string | null): string | undefined {
  const ports = { ...createMemoryWorld().start(99), fs }
  for (const outcome of recoverAll(ports)) {
    if (outcome.kind !== 'restored' && outcome.kind !== 'nothing') return `recover: ${outcome.kind}`
    if (outcome.mended.length > 0) return `recover: ${outcome.mended[0]?.why}`
  }
  const text = read(fs, SETTINGS, String)
  if (text !== mine) return `in the end: ${text}`
  const left = [
    ...list(fs, PROJECT).filter((name) => mine === null || name !== '.claude'),
    ...list(fs, `${PROJECT}/.claude`).filter((name) => name !== 'settings.json'),
    ...list(fs, paths.sessionFolder),
    ...openSnapshots(ports, paths),
  ]
  return left.length > 0 ? `left in the end: ${left}` : undefined
}

function has(fs: FileSystem, path: string): boolean {
  return absentAs(false, () => fs.linkFacts(path) !== undefined)
}

function list(fs: FileSystem, path: string): string[] {
  return absentAs([], () => fs.list(path))
}

/** Null: there is no such file. The same few files are read at every step, so answers are kept. */
function read<T>(fs: FileSystem, path: string, parse: (bytes: Buffer) => T): T | null {
  const bytes = absentAs(null, () => fs.readFile(path))
  if (bytes === null) return null
  const answers = answersOf.get(bytes) ?? new Map<unknown, unknown>()
  answersOf.set(bytes, answers)
  if (!answers.has(parse)) answers.set(parse, parse(bytes))
  return answers.get(parse) as T
}

const answersOf = new WeakMap<Buffer, Map<unknown, unknown>>()
