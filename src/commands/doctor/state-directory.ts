/** The state directory: may flow write in it, and may no other user? */
import { dirname, join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../../errors.ts'
import { exists } from '../../git/git-file.ts'
import { foldersUp } from '../../git/tree-path.ts'
import { factsOf } from '../../lib/files.ts'
import type { Ports } from '../../ports/ports.ts'
import { projectsOf } from '../../session/projects.ts'
import { listState } from '../../session/state-file.ts'
import { broken, type Finding, ok, warning } from '../../setup/finding.ts'
import { shellWord } from '../../shell-word.ts'
import { stateHome } from '../../state-home.ts'
import { OTHER_HOME, type OwnedByOther, ownedByOthers, repairOwner } from '../../state-owner.ts'

const ID = 'state-home'

/** What a session writes at its start is some kilobytes. */
const PROBE_BYTES = 64 * 1024

export interface StateDirectory {
  readonly finding: Finding
  /** Null: what is in it cannot be read. */
  readonly path: string | null
}

export function inspectStateDirectory(ports: Ports): StateDirectory {
  const { fs, environment } = ports
  const path = orError(() => stateHome(environment))
  if (path instanceof FlowError) {
    // Without HOME the system is asked for the home directory.
    const fix = `unset ${environment.variables.FLOW_HOME ? 'FLOW_HOME' : 'HOME'}`
    const detail = 'git hooks and other sessions must find the same directory'
    return { path: null, finding: broken(ID, path.what, { detail, fix }) }
  }
  const contents = orError(() => [listState(ports, path), projectsOf(ports, path)])
  const others = ownedByOthers(fs, path, environment.userId)
  const own = judge(ports, path, others)
  if (!(contents instanceof FlowError)) {
    return { path: others.length === 0 ? path : null, finding: own }
  }
  return { path: null, finding: own.status === 'broken' ? own : inside(ports, path, contents) }
}

function orError<T>(look: () => T): T | FlowError {
  try {
    return look()
  } catch (error) {
    if (error instanceof FlowError) return error
    throw error
  }
}

/** Something in it that flow does not read: closed to us, or behind a link. */
function inside({ fs }: Ports, home: string, { what, why, details }: FlowError): Finding {
  const parts = details.path === undefined ? [] : foldersUp(details.path, home).slice(0, -1)
  const link = parts.findLast((part) => fs.linkFacts(part).kind === 'link')
  const fix = link === undefined ? `chmod -R u+rwX ${shellWord(home)}` : `rm ${shellWord(link)}`
  return broken(ID, what, { detail: why, fix })
}

function judge(ports: Ports, path: string, others: readonly OwnedByOther[]): Finding {
  const { fs, environment } = ports
  const { userId, variables } = environment
  const problem = (what: string, detail?: string, fix?: string) =>
    broken(ID, `the state directory ${path} ${what}`, { detail, fix })
  const word = shellWord(path)
  const unset = variables.FLOW_HOME ? 'unset FLOW_HOME' : undefined
  try {
    const facts = factsOf(fs, path)
    if (facts === null) {
      if (exists(ports, path))
        return problem('is a link that leads nowhere', undefined, `rm ${word}`)
      const refusal = whyNotMade(ports, path)
      if (refusal === null)
        return ok(ID, `the state directory ${path} will be made by the first session`)
      const detail = `${refusal.why}; FLOW_HOME names another place`
      return problem('cannot be made', detail, refusal.fix ?? unset)
    }
    if (facts.kind !== 'folder')
      return problem('is not a directory', undefined, `mv ${word} ${word}.old`)
    const written = probe(ports, path)
    const isOwn = typeof written === 'number' ? written === facts.uid : facts.uid === userId
    const isDenied = isErrno(written, 'EACCES', 'EPERM') && userId !== null
    if (!isOwn && (typeof written === 'number' || isDenied)) {
      const detail = 'its owner decides what runs at your next checkout'
      return problem('is owned by another user', detail, repairOwner(fs, path) ?? OTHER_HOME)
    }
    if (typeof written !== 'number') {
      return problem('cannot be written', explain(written), fixOfWrite(written, word))
    }
    const [first, ...rest] = others
    if (first === undefined) return judgeMode(path, facts.mode)
    const more = rest.length === 0 ? '' : `, and ${rest.length} more`
    return broken(ID, `${first.owner} has written in the state directory ${path}`, {
      detail: `${first.path} is owned by ${first.owner}${more}: flow ran as that user, under sudo or in a container, and yours cannot read it`,
      fix: repairOwner(fs, path) ?? OTHER_HOME,
    })
  } catch (error) {
    if (!isSystemError(error)) throw error
    return problem('cannot be read', explain(error), unset ?? `ls -ld ${shellWord(dirname(path))}`)
  }
}

/** Whether the first session can make it, and the directories above it; null: it can. */
function whyNotMade(
  { fs, environment }: Ports,
  path: string,
): { why: string; fix?: string } | null {
  const above = foldersUp(dirname(path), '/').find((one) => factsOf(fs, one) !== null) ?? '/'
  const { kind, uid } = fs.facts(above)
  if (kind !== 'folder') return { why: `${above} is not a directory` }
  try {
    fs.checkWritable(above)
    return null
  } catch (error) {
    if (!isSystemError(error)) throw error
    const isOwn = uid === environment.userId && isErrno(error, 'EACCES')
    const fix = isOwn && { fix: `chmod u+wx ${shellWord(above)}` }
    return { why: `${explain(error)} in ${above}`, ...fix }
  }
}

/** Pure. */
export function judgeMode(path: string, mode: number): Finding {
  if ((mode & 0o077) === 0) {
    return ok(ID, `the state directory ${path} is yours alone, and writable`)
  }
  const fix = `chmod 700 ${shellWord(path)}`
  const shown = `mode ${(mode & 0o777).toString(8).padStart(4, '0')}`
  if ((mode & 0o022) === 0) {
    const detail = `${shown}, and not 0700`
    return warning(ID, `others may look into the state directory ${path}`, { detail, fix })
  }
  const detail = `${shown}: who may write in it decides what runs at your next checkout`
  return broken(ID, `others may write in the state directory ${path}`, { detail, fix })
}

/**
 * Only a write tells of a full disk, a quota or a read-only mount; a new file tells who we are.
 * @returns the owner of what we write, or why we cannot
 */
function probe({ fs, clock }: Ports, home: string): unknown {
  const path = join(home, `.doctor.${clock.randomHex(6)}`)
  try {
    fs.list(home)
    try {
      fs.createFile(path, Buffer.alloc(PROBE_BYTES), 0o600)
      return fs.linkFacts(path).uid
    } finally {
      if (exists({ fs }, path)) fs.unlink(path)
    }
  } catch (error) {
    if (!isSystemError(error)) throw error
    return error
  }
}

function fixOfWrite(error: unknown, word: string): string {
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) return `df -h ${word}`
  return isErrno(error, 'EROFS') ? OTHER_HOME : `chmod u+rwx ${word}`
}
