/** What another user owns in the state directory: root, where flow ran under sudo or in a container. */
import { basename, dirname, join } from 'node:path'
import { FlowError, isErrno, isSystemError } from './errors.ts'
import { isInside } from './git/tree-path.ts'
import type { FileFacts, FileSystem } from './ports/file-system.ts'
import type { Ports } from './ports/ports.ts'
import { OWN_NAMES } from './session/state-file.ts'
import { shellWord } from './shell-word.ts'
import { HOME_NAME, stateHome } from './state-home.ts'

/** Where another place for the state directory is the way on. */
export const OTHER_HOME = `export FLOW_HOME="$HOME/${HOME_NAME}"`

export interface OwnedByOther {
  readonly path: string
  /** For people: `root`. */
  readonly owner: string
}

/**
 * The command that gives the state directory back to the user who types it. Where FLOW_HOME is a directory of
 * others, such as /tmp, only what flow has in it; null: that cannot be told apart.
 */
export function repairOwner(fs: FileSystem, home: string): string | null {
  const names = unlessDenied(null, () => fs.list(home))
  const own = names?.filter((name) => OWN_NAMES.includes(name)) ?? []
  const isAlone = names === null ? basename(home) === HOME_NAME : own.length === names.length
  if (!isAlone && own.length === 0) return null
  // chown(1) with -R does not follow a link.
  const real = fs.realPath(home)
  const paths = isAlone ? [real] : own.map((name) => join(real, name))
  return `sudo chown -R "$(id -un)" ${paths.map(shellWord).join(' ')}`
}

/**
 * The same error, saying who owns what flow was not allowed to open in the state directory, and the command
 * that repairs it.
 */
export function explainOwner(
  { environment, fs }: Pick<Ports, 'environment' | 'fs'>,
  error: FlowError,
): FlowError {
  const path = deniedPath(error)
  const home = path === null ? null : homeOrNull(environment)
  if (path === null || home === null) return error
  const found = ownerAbove(fs, home, path, environment.userId)
  if (found === null) return error
  const { code, what, why, kept, next, exitCode, details } = error
  const repair = repairOwner(fs, home)
  const tryAgain = 'then try again; `flow recover` ends a session that stays open'
  return new FlowError({
    code,
    what,
    why: `${why ?? 'it was not allowed'}; ${found.path} is owned by ${found.owner}`,
    ...(kept !== undefined && { kept }),
    next: repair === null ? (next ?? OTHER_HOME) : `${repair}\n${tryAgain}`,
    exitCode,
    details,
    cause: error,
  })
}

const MAX_ENTRIES = 10_000

/** What flow has in the state directory and another user owns, as far as it can be listed. */
export function ownedByOthers(fs: FileSystem, home: string, userId: number | null): OwnedByOther[] {
  const found: OwnedByOther[] = []
  const names = unlessDenied([], () => fs.list(home))
  const paths = names.filter((name) => OWN_NAMES.includes(name)).map((name) => join(home, name))
  for (const path of paths) {
    const facts = unlessDenied(null, () => fs.linkFacts(path))
    if (facts === null) continue
    if (isOthers(facts, userId)) found.push({ path, owner: nameOf(facts.uid) })
    if (facts.kind !== 'folder' || paths.length > MAX_ENTRIES) continue
    for (const name of unlessDenied([], () => fs.list(path))) paths.push(join(path, name))
  }
  return found
}

/** The path of the system call that was refused, of the error or of what caused it. */
function deniedPath(error: unknown): string | null {
  if (isErrno(error, 'EACCES', 'EPERM')) return error.path ?? null
  return error instanceof Error && error.cause !== undefined ? deniedPath(error.cause) : null
}

/** Null: there is no such place, which is another error. */
function homeOrNull(environment: Ports['environment']): string | null {
  try {
    return stateHome(environment)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return null
  }
}

/** The nearest one: the file itself, or a directory that it is in. */
function ownerAbove(
  fs: FileSystem,
  home: string,
  path: string,
  userId: number | null,
): OwnedByOther | null {
  if (!isInside(home, path)) return null
  const facts = unlessDenied(null, () => fs.facts(path))
  if (facts !== null && isOthers(facts, userId)) return { path, owner: nameOf(facts.uid) }
  return ownerAbove(fs, home, dirname(path), userId)
}

function isOthers({ uid }: FileFacts, userId: number | null): boolean {
  return userId !== null && uid !== userId
}

function nameOf(uid: number): string {
  return uid === 0 ? 'root' : `user ${uid}`
}

function unlessDenied<T>(otherwise: T, look: () => T): T {
  try {
    return look()
  } catch (error) {
    if (!isSystemError(error)) throw error
    return otherwise
  }
}
