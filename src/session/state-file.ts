/**
 * Files and folders of the state home: read, written in one step, synced or not.
 *
 * Long for one file: no error of a system call leaves it but as a sentence that says what was kept, and
 * who reads and who writes share that.
 */
import { basename, dirname, join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import type { Bytes, CreateOptions } from '../ports/file-system.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import type { HomePaths } from './layout.ts'

/** Absent, corrupt and unreadable are three different things, and none is taken for another. */
export type Reading<T> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'corrupt'; readonly why: string }

/**
 * Reads a JSON file of the state home.
 * @param parse returns the value, or a sentence saying what is wrong with it
 * @throws FlowError E_STATE_READ when it is there and cannot be read
 */
export function readState<T extends object>(
  ports: Pick<ProtocolPorts, 'fs'>,
  path: string,
  parse: (value: unknown) => T | string,
): Reading<T> {
  const text = readText(ports, path)
  if (text === undefined) return { kind: 'absent' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { kind: 'corrupt', why: text === '' ? 'it is empty' : explain(error) }
  }
  const parsed = parse(value)
  return typeof parsed === 'string'
    ? { kind: 'corrupt', why: parsed }
    : { kind: 'ok', value: parsed }
}

/** The whole file as text; undefined when there is none. @throws FlowError E_STATE_READ */
export function readText(ports: Pick<ProtocolPorts, 'fs'>, path: string): string | undefined {
  return readBytes(ports, path)?.toString('utf8')
}

/** The whole file; undefined when there is none. @throws FlowError E_STATE_READ, E_STATE_LINK */
export function readBytes(ports: Pick<ProtocolPorts, 'fs'>, path: string): Bytes | undefined {
  return readable(path, undefined, () => {
    const { kind } = ports.fs.linkFacts(path)
    // Not followed: it is none of flow's, and a pipe or a device behind it would never end.
    if (kind === 'link' || kind === 'other') throw notAFile(path, kind)
    return ports.fs.readFile(path)
  })
}

/** Names in a folder of the state home, sorted; none when it is absent. @throws FlowError E_STATE_READ */
export function listState(ports: Pick<ProtocolPorts, 'fs'>, folder: string): string[] {
  return readable(folder, [], () => ports.fs.list(folder).sort())
}

/**
 * Replaces `path` in one step, mode 0600: a reader sees the old bytes or the new, never part, and
 * after return they survive a power cut.
 * @throws FlowError E_STATE_WRITE
 */
export function writeState(ports: ProtocolPorts, path: string, text: string | Uint8Array): void {
  replace(ports, path, text, { sync: true })
  writable(path, () => ports.fs.syncFolder(dirname(path)))
}

/**
 * The same without waiting for the disk: for what a power cut may take.
 * @param modified its time of last change; absent: now
 */
export function writeNote(
  ports: ProtocolPorts,
  path: string,
  text: string | Uint8Array,
  modified?: Date,
): void {
  replace(ports, path, text, { sync: false, ...(modified !== undefined && { modified }) })
}

function replace(
  ports: ProtocolPorts,
  path: string,
  text: string | Uint8Array,
  options: CreateOptions,
): void {
  const fresh = join(dirname(path), `.${basename(path)}.${ports.clock.randomHex(6)}`)
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  writable(path, () => {
    ports.fs.createFile(fresh, bytes, 0o600, options)
    ports.fs.rename(fresh, path)
  })
}

export function printState(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/**
 * Makes the folder and what is missing above it, mode 0700 whatever the umask.
 * @param sync false: a power cut may take it, with all that is in it
 * @throws FlowError E_STATE_WRITE; E_STATE_LINK when a link stands in its place
 */
export function ensureFolder(
  ports: Pick<ProtocolPorts, 'fs'>,
  folder: string,
  { sync = true }: { readonly sync?: boolean } = {},
): void {
  writable(folder, () => {
    try {
      createFolder(ports, folder, sync)
    } catch (error) {
      if (isErrno(error, 'EEXIST')) {
        if (ports.fs.linkFacts(folder).kind === 'link') throw notAFile(folder, 'link')
        return
      }
      if (!isErrno(error, 'ENOENT')) throw error
      ensureFolder(ports, dirname(folder), { sync })
      absentOrThere(() => createFolder(ports, folder, sync))
    }
  })
}

/** Names that flow gives in the state home. */
export const OWN_NAMES =
  'sessions gates snapshots hooks runtime empty.git fired corrupt set-up shell'.split(' ')

/**
 * Makes the state home, or closes one to others that was open to them: who may write in it decides
 * what runs at the next checkout. One that holds anything of somebody else's (`FLOW_HOME=/tmp`) keeps
 * its mode. @throws FlowError E_STATE_READ, E_STATE_WRITE
 */
export function ensureHome(ports: ProtocolPorts, home: string): void {
  const found = readable(home, null, () => ports.fs.facts(home))
  if (found === null) {
    ensureFolder(ports, home)
    return
  }
  const { kind, mode } = found
  if (kind !== 'folder' || (mode & 0o077) === 0) return
  if (!listState(ports, home).every((name) => OWN_NAMES.includes(name))) return
  ports.log('state', `${home}: mode ${mode.toString(8)}, made 700`)
  writable(home, () => ports.fs.setMode(home, 0o700))
}

/** mkdir(2) takes the umask's bits away: with 0277 nobody could write in the folder. */
function createFolder(ports: Pick<ProtocolPorts, 'fs'>, folder: string, sync: boolean): void {
  ports.fs.createFolder(folder, 0o700)
  ports.fs.setMode(folder, 0o700)
  // fsync(2): what is synced in it is lost all the same when its own name is.
  if (sync) ports.fs.syncFolder(dirname(folder))
}

/** Removes a file that may be gone already. @throws FlowError E_STATE_WRITE */
export function removeState(ports: Pick<ProtocolPorts, 'fs'>, path: string): void {
  writable(path, () => absentAs(undefined, () => ports.fs.unlink(path)))
}

/** Removes a folder of the state home if nothing is left in it; true when it is gone afterwards. */
export function removeIfEmpty(ports: Pick<ProtocolPorts, 'fs'>, folder: string): boolean {
  try {
    ports.fs.removeFolder(folder)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true
    // Something that is not flow's lies in it: it stays.
    if (isErrno(error, 'ENOTEMPTY', 'EEXIST')) return false
    throw stateWriteError(folder, error)
  }
}

/** Puts a corrupt file into `<home>/corrupt/`, where nothing reads it; returns where it lies now. */
export function moveAside(ports: ProtocolPorts, paths: HomePaths, path: string): string {
  ensureFolder(ports, paths.corruptFolder)
  const stamp = ports.clock.now().toISOString().replace(/[-:.]/g, '')
  const owner = basename(dirname(path))
  const aside = join(
    paths.corruptFolder,
    `${stamp}-${owner}-${basename(path)}-${ports.clock.randomHex(3)}`,
  )
  writable(path, () => absentAs(undefined, () => ports.fs.rename(path, aside)))
  ports.log('state', `moved aside ${path} -> ${aside}`)
  return aside
}

/** Runs `action`; a file that is not there gives `value`. */
export function absentAs<T>(value: T, action: () => T): T {
  try {
    return action()
  } catch (error) {
    const cause = error instanceof FlowError ? error.cause : error
    if (isErrno(cause, 'ENOENT')) return value
    throw error
  }
}

function absentOrThere(create: () => void): void {
  try {
    create()
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
}

function readable<T, U>(path: string, absent: U, read: () => T): T | U {
  try {
    return read()
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return absent
    if (!isSystemError(error)) throw error
    throw new FlowError({
      code: 'E_STATE_READ',
      what: `could not read ${path}`,
      why: explain(error),
      kept: 'nothing was changed',
      next: 'make it readable for you, then try again; `FLOW_HOME` names another state directory',
      cause: error,
    })
  }
}

function writable<T>(path: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (!isSystemError(error)) throw error
    throw stateWriteError(path, error)
  }
}

function notAFile(path: string, kind: 'link' | 'other'): FlowError {
  return new FlowError({
    code: 'E_STATE_LINK',
    what: `could not use ${path}`,
    why: `it is ${kind === 'link' ? 'a link' : 'no regular file'}, and flow makes no such thing`,
    kept: 'nothing was changed',
    next: `look at it (\`ls -l ${path}\`), remove it, then try again`,
  })
}

function stateWriteError(path: string, error: unknown): FlowError {
  return new FlowError({
    code: 'E_STATE_WRITE',
    what: `could not write ${path}`,
    why: explain(error),
    kept: 'what stood there before',
    next: isErrno(error, 'ENOSPC', 'EDQUOT')
      ? 'make room on the disk, then try again; `flow recover` repairs what is left open'
      : 'make the state directory writable for you, then try again; `FLOW_HOME` names another one',
    cause: error,
  })
}
