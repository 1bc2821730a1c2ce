/**
 * The entry of one file in git's index. git takes a file whose size differs from the entry's for
 * modified without reading it, so after each write of flow's the entry has to be made anew.
 */
import { join, resolve } from 'node:path'
import { FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { isIndexLocked } from './own-index.ts'
import { runGitIn, type WorkingTree } from './run-git.ts'

type Ports = Pick<ProtocolPorts, 'clock' | 'commands' | 'environment' | 'fs' | 'log'>

/**
 * Lets git read the file again, through the clean filter, and remember that it did. Nothing is staged:
 * the entry keeps its mode and its blob. A path that is untracked, in a conflict, or one that the
 * person told git not to look at, is left alone.
 * @param waitMs for another git that holds the index
 * @throws FlowError E_INDEX_BUSY: it holds it for longer
 */
export function refreshEntry(
  ports: Ports,
  inTree: WorkingTree,
  treePath: string,
  waitMs = WAIT_MS,
): void {
  const tree = asOfHook(ports, inTree)
  const entry = findEntry(ports, tree, treePath)
  if (entry === null) return
  const { mode, blob } = entry
  // git-update-index(1): the entry's own values take away what it remembers of the file, no more. The
  // file is read at once, for those who look at the index without refreshing it first.
  const anew = ['--cacheinfo', `${mode},${blob},${treePath}`]
  changeIndex(
    ports,
    tree,
    ['update-index', ...anew, '-q', '--unmerged', '--ignore-submodules', '--refresh'],
    waitMs,
  )
}

/**
 * Takes an entry out of the index that holds no byte of the person's: `git add` put a file there of
 * which the clean filter left nothing. One that HEAD has stays.
 * @returns true when there was one
 * @throws FlowError E_INDEX_BUSY
 */
export function dropEmptyEntry(ports: Ports, inTree: WorkingTree, treePath: string): boolean {
  const tree = asOfHook(ports, inTree)
  const entry = findEntry(ports, tree, treePath, { evenEmpty: true })
  if (entry === null || !isEmptyBlob(entry.blob)) return false
  const inHead = runGitIn(ports, tree, ['rev-parse', '--quiet', '--verify', `HEAD:${treePath}`])
  if (inHead.status === 0) return false
  changeIndex(ports, tree, ['update-index', '--force-remove', '--', treePath])
  ports.log('git', `${treePath}: out of the index: nothing but flow's was in it`)
  return true
}

/**
 * A hook of `git commit --all` is given the index that is to be, which git holds as `index.lock`. Hooks
 * may change that one (githooks(5)), and who waited for it would keep git waiting.
 */
function asOfHook({ environment }: Ports, tree: WorkingTree): WorkingTree {
  const next = join(tree.gitFolder, 'index.lock')
  const given = environment.variables.GIT_INDEX_FILE ?? ''
  return resolve(tree.topLevel, given) === next ? { ...tree, indexFile: next } : tree
}

interface IndexEntry {
  readonly mode: string
  readonly blob: string
}

/** Of no bytes, in repositories of either hash. An entry with it may be one of `git add --intent-to-add`. */
export function isEmptyBlob(blob: string): boolean {
  return EMPTY_BLOBS.includes(blob)
}

const EMPTY_BLOBS = [
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
]

function findEntry(
  ports: Ports,
  tree: WorkingTree,
  treePath: string,
  { evenEmpty = false } = {},
): IndexEntry | null {
  const listed = runGitIn(ports, tree, ['ls-files', '-z', '--stage', '-v', '--', treePath])
  // Also in a conflict: its three entries have the stages 1 to 3.
  const [, tag, mode, blob, stage] = /^(\S) (\d+) ([0-9a-f]+) (\d)\t/.exec(listed.stdout) ?? []
  const leftAlone = (why: string) => {
    ports.log('git', `${treePath}: its entry in the index is left alone: ${why}`)
    return null
  }
  if (mode === undefined || blob === undefined) return leftAlone('there is none')
  // ls-files(1): `S` is skip-worktree, a small letter assume-unchanged; --cacheinfo would end both.
  if (stage !== '0') return leftAlone('it is in a conflict')
  if (tag !== 'H') return leftAlone('git was told not to look at the file')
  return isEmptyBlob(blob) && !evenEmpty ? leftAlone('it is empty') : { mode, blob }
}

const WAIT_MS = 3_000
const PAUSE_MS = 20
/** Failures with no lock in the way, after which git cannot be helped. */
const MOST_FAILURES = 3

function changeIndex(
  ports: Ports,
  tree: WorkingTree,
  args: readonly string[],
  waitMs = WAIT_MS,
): void {
  const deadline = ports.clock.monotonicMs() + (isOfHolder(ports) ? 0 : waitMs)
  for (let failures = 0; failures < MOST_FAILURES; ) {
    const { status, stderr } = runGitIn(ports, tree, args)
    if (status === 0) return
    // With -q git says nothing of a lock; one that is gone by now was there a moment ago.
    if (!isIndexLocked(ports.fs, tree)) failures += 1
    else if (ports.clock.monotonicMs() >= deadline) throw busy(tree)
    ports.log('git', `${args[0]} ended with ${status}: ${stderr.trim()}`)
    ports.clock.sleepMs(PAUSE_MS)
  }
  ports.log('git', 'the index stays as it is: git cannot change it')
  // A read-only repository, or no git any more: nobody can commit what git sees there.
}

/** The git that holds the index runs us as its hook, and waits for us. */
function isOfHolder({ environment }: Ports): boolean {
  return environment.variables.GIT_INDEX_FILE?.endsWith('.lock') ?? false
}

function busy({ gitFolder }: WorkingTree): FlowError {
  return new FlowError({
    code: 'E_INDEX_BUSY',
    what: 'git holds the index and does not finish',
    why: `${gitFolder}/index.lock stays there: a commit message is being written, hooks of a commit run, or a git was killed`,
    kept: 'the settings as they were before the session, and its backup',
    next: `finish that git, or remove the file if no git runs (\`rm ${gitFolder}/index.lock\`), then run \`flow recover\``,
  })
}
