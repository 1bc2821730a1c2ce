/** Files in git's own directory, as bytes; what git can answer, git is asked. */
import { basename, dirname, join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'

type Ports = Pick<ProtocolPorts, 'fs'>

/** One character for each byte, whatever the encoding; null: there is no such file. @throws FlowError E_GIT */
export function readOrNull({ fs }: Ports, path: string): string | null {
  try {
    return fs.readFile(path).toString('latin1')
  } catch (error) {
    // A directory or a link to nowhere: writing it fails with a message.
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP')) return null
    throw isSystemError(error) ? couldNotRead(path, error) : error
  }
}

function couldNotRead(path: string, error: unknown): FlowError {
  return new FlowError({
    code: 'E_GIT',
    what: `could not read ${path}`,
    why: explain(error),
    kept: 'nothing was changed',
    next: 'make it readable for you, then try again',
    cause: error,
  })
}

export function exists({ fs }: Ports, path: string): boolean {
  try {
    fs.linkFacts(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

export function realOrSame({ fs }: Ports, path: string): string {
  try {
    return fs.realPath(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return path
    throw error
  }
}

/** Runs `create`; what it creates may be there. */
export function ifAbsent(create: () => void): void {
  try {
    create()
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
}

/** A new name next to `path`, for what is about to be renamed to it. */
export function draftOf({ clock }: Pick<ProtocolPorts, 'clock'>, path: string): string {
  return join(dirname(path), `.${basename(path)}.flow-${clock.randomHex(4)}`)
}

/** True for the name of a draft. One that stays was left by a killed flow. */
export function isDraft(name: string): boolean {
  return /^\..+\.flow-[0-9a-f]{8}$/.test(name)
}

/** The error to throw for a failed write of `path`. */
export function couldNotWrite(path: string, error: unknown): unknown {
  if (!isSystemError(error)) return error
  return new FlowError({
    code: 'E_WRITE',
    what: `could not write ${path}`,
    why: explain(error),
    kept: 'the file as it is',
    next: 'make it writable for you, then try again',
    cause: error,
  })
}
