/**
 * Renews one entry of git's index without git, in the plain case. In the way of git: the new index is
 * complete before it has the name `index.lock`, which nobody else has then, and takes the place of
 * the old one by rename.
 */
import { basename, dirname, join } from 'node:path'
import { explain, isErrno, isSystemError } from '../errors.ts'
import type { FileStamp } from '../ports/file-system.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { restampEntry } from './index-file.ts'
import type { WorkingTree } from './run-git.ts'

type Ports = Pick<ProtocolPorts, 'clock' | 'environment' | 'fs' | 'log'>

/** A git that stages a file has its lock for some milliseconds. One that holds it longer is git's to wait for. */
const ATTEMPTS = 10
const PAUSE_MS = 5

/** What flow knows of a tracked file that it has just written. */
export interface KnownFile {
  readonly treePath: string
  readonly presentBytes: Uint8Array
  /** What the clean filter answers for them. */
  readonly cleanBytes: Uint8Array
}

/**
 * Others see the old index or the new one, and `index.lock` in between for as long as a rename takes.
 * A kill in that moment leaves it there: `sweepOwnLock` takes it away.
 * @param owner of the draft's name: who has it to himself, e.g. by a gate
 * @returns false: git has to be asked
 */
export function renewEntry(
  ports: Ports,
  tree: WorkingTree,
  owner: string,
  file: KnownFile,
): boolean {
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const outcome = tryToRenew(ports, tree, owner, file)
      if (outcome !== 'busy') return outcome === 'done'
      ports.clock.sleepMs(PAUSE_MS)
    }
    ports.log('git', `${file.treePath}: git is asked (another git writes the index)`)
    return false
  } catch (error) {
    // A read-only folder, a full disk, an index that is not there: git copes, or says why.
    if (!isSystemError(error)) throw error
    ports.log('git', `${file.treePath}: git is asked (${explain(error)})`)
    return false
  }
}

/** Removes what a kill in `renewEntry` left, and never a lock of git's. */
export function sweepOwnLock(
  { fs, log }: Pick<Ports, 'fs' | 'log'>,
  tree: WorkingTree,
  owner: string,
): void {
  const { draft, lock } = names(tree, owner)
  try {
    const { device, inode } = fs.linkFacts(draft)
    const isLocked = isSame(fs, lock, device, inode)
    if (isLocked) fs.unlink(lock)
    fs.unlink(draft)
    log('git', `${isLocked ? lock : draft}: a killed flow left it; removed`)
  } catch (error) {
    // There is none; or the repository is gone, or nobody may write there.
    if (!isSystemError(error)) throw error
  }
}

/** True while a git, or a flow, writes the index. */
export function isIndexLocked(
  fs: Pick<Ports['fs'], 'linkFacts'>,
  { gitFolder, indexFile = join(gitFolder, 'index') }: WorkingTree,
): boolean {
  try {
    fs.linkFacts(`${indexFile}.lock`)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

/** `busy`: another git has written the index meanwhile, or is about to. */
function tryToRenew(
  ports: Ports,
  tree: WorkingTree,
  owner: string,
  file: KnownFile,
): 'done' | 'busy' | 'ask-git' {
  const { fs } = ports
  const { index, draft, lock } = names(tree, owner)
  const because = (kind: 'busy' | 'ask-git', why: string) => {
    ports.log('git', `${file.treePath}: ${kind === 'busy' ? 'once more' : 'git is asked'} (${why})`)
    return kind
  }
  if ((ports.environment.variables.GIT_INDEX_FILE ?? '') !== '')
    return because('ask-git', 'GIT_INDEX_FILE is set')
  // git-config(1), core.precomposeUnicode: the index may have such a name in other bytes than the disk.
  if (/[^ -~]/.test(file.treePath)) return because('ask-git', 'its name is more than ASCII')
  // Before a look into the index, which may be of many megabytes.
  if (isIndexLocked(fs, tree)) return because('busy', 'another git holds the index')
  const before = fs.stamp(index)
  const facts = fs.linkFacts(index)
  const stamp = stampOf(fs, join(tree.topLevel, file.treePath), file.presentBytes)
  if (stamp === null) return because('ask-git', 'somebody has written the file since')
  if (facts.kind !== 'file') return because('ask-git', 'the index is no file')
  const renewed = restampEntry(fs.readFile(index), file.treePath, file.cleanBytes, stamp)
  if (renewed.kind === 'ask-git') return because('ask-git', renewed.why)
  if (renewed.kind !== 'write') return 'done'
  // git takes every entry that is as young as the index for changed, and reads those files once more
  // ("racy git" in its documentation). A younger index would make it believe all of them.
  const modified = new Date(Math.floor(facts.modifiedMs / 1000) * 1000)
  fs.createFile(draft, renewed.bytes, facts.mode, { sync: false, modified })
  try {
    const own = fs.linkFacts(draft)
    if (own.uid !== facts.uid || own.gid !== facts.gid)
      return because('ask-git', "the index is somebody else's")
    if (!tryLink(fs, draft, lock)) return because('busy', 'another git holds the index')
    if (!tryToReplace(fs, index, lock, before)) return because('busy', 'the index has changed')
    ports.log('git', `${file.treePath}: its entry in the index is renewed`)
    return 'done'
  } finally {
    fs.unlink(draft)
  }
}

/** Whatever happens, the lock is gone then: git would wait for it for ever. */
function tryToReplace(fs: Ports['fs'], index: string, lock: string, before: FileStamp): boolean {
  let isDone = false
  try {
    // Somebody may have written it, or taken it away, before the lock was ours.
    if (!isSameStamp(fs.stamp(index), before)) return false
    fs.rename(lock, index)
    isDone = true
    return true
  } finally {
    if (!isDone) fs.unlink(lock)
  }
}

/** Null: somebody has written it since. */
function stampOf(fs: Ports['fs'], path: string, bytes: Uint8Array): FileStamp | null {
  const stamp = fs.stamp(path)
  const isPresent = fs.readFile(path).equals(bytes)
  return isPresent && isSameStamp(fs.stamp(path), stamp) ? stamp : null
}

function isSameStamp(one: FileStamp, other: FileStamp): boolean {
  const fields = Object.keys(one) as (keyof FileStamp)[]
  return fields.every((field) => one[field] === other[field])
}

function isSame(fs: Ports['fs'], path: string, device: number, inode: number): boolean {
  try {
    const facts = fs.linkFacts(path)
    return facts.device === device && facts.inode === inode
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

function tryLink(fs: Ports['fs'], draft: string, lock: string): boolean {
  try {
    fs.link(draft, lock)
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

function names({ gitFolder, indexFile = join(gitFolder, 'index') }: WorkingTree, owner: string) {
  const draft = join(dirname(indexFile), `${basename(indexFile)}.flow-${owner}`)
  return { index: indexFile, lock: `${indexFile}.lock`, draft }
}
