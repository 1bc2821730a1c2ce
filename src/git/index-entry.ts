/**
 * Entries of git's index. git takes a file whose size differs from the entry's for modified without
 * reading it, so after each write of flow's the entry's stat data has to be reset. Nothing is staged.
 */
import { join, resolve } from 'node:path'
import { FlowError, isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { shellWord } from '../shell-word.ts'
import { DRIVER } from './info-lines.ts'
import { quoted } from './quoted.ts'
import { type GitCall, gitCallIn, runCall, runGitIn, type WorkingTree } from './run-git.ts'

type Ports = Pick<ProtocolPorts, 'clock' | 'commands' | 'environment' | 'fs' | 'log'>

export interface IndexEntry {
  /** From the top of the working tree, with `/`. */
  readonly path: string
  readonly blob: string
  /** Nobody told git not to look at the file, and it is in no conflict. */
  readonly isPlain: boolean
  /** Outside of a sparse checkout, or set by hand. */
  readonly isSkipped: boolean
}

/** The entries of these paths; a path in a conflict has up to three. */
export function readEntries(
  ports: Ports,
  tree: WorkingTree,
  paths: readonly string[],
): IndexEntry[] {
  if (paths.length === 0) return []
  const args = ['ls-files', '-z', '--stage', '-v', '--', ...paths]
  const { stdout } = runGitIn(ports, asOfHook(ports, tree), args)
  return stdout.split('\0').flatMap((line) => {
    // git-ls-files(1): `S` is skip-worktree, a small letter assume-unchanged.
    const [, tag, blob, stage, path] = /^(\S) \d+ ([0-9a-f]+) (\d)\t([\s\S]+)$/.exec(line) ?? []
    if (blob === undefined || path === undefined) return []
    return [{ path, blob, isPlain: tag === 'H' && stage === '0', isSkipped: tag === 'S' }]
  })
}

/**
 * Makes git read the files again, through the clean filter, and remember that it did. Entries keep
 * their mode and blob. One that is in a conflict, that git was told not to look at, or that
 * `git add --intent-to-add` made is left alone.
 * @throws FlowError E_INDEX_BUSY: another git holds the index for longer than `waitMs`
 */
export function refreshEntries(
  ports: Ports,
  tree: WorkingTree,
  paths: readonly string[],
  { waitMs, filter }: RefreshOptions = {},
): void {
  for (const path of paths) {
    const call = refreshCall(ports, tree, path, filter)
    logRefreshed(ports, path, changeIndex(ports, tree, call, waitMs))
  }
}

export interface RefreshOptions {
  /** For another git that holds the index. */
  readonly waitMs?: number | undefined
  /** In place of the clean filter that is installed; empty: none. */
  readonly filter?: string | undefined
}

/**
 * Refreshes one entry by gits in one shell, which starts them sooner than Node would. The first tells
 * whether git takes the file for modified. The second resets the entry: `update-index --cacheinfo` would
 * need the blob, and undo what another git has staged since it was read. The third reads the file at
 * once, for programs that look at the index as it is: `git status`, which holds the index only while it
 * writes it, and writes nothing where another git holds it.
 */
export function refreshCall(
  ports: Pick<Ports, 'environment'>,
  tree: WorkingTree,
  path: string,
  filter?: string,
): GitCall {
  const options = filter === undefined ? [] : ['-c', `filter.${DRIVER}.clean=${filter}`]
  const { file, args, env } = gitCallIn(ports, asOfHook(ports, tree), options)
  const [git, word] = [[file, ...args].map(shellWord).join(' '), shellWord(path)]
  const script = [
    // git before 2.28 takes what `git add --intent-to-add` made for modified, without the option.
    `modified=$(${git} diff-files --ita-invisible-in-index --diff-filter=M --name-only -- ${word}) || exit`,
    `[ -n "$modified" ] || exit ${UNMODIFIED}`,
    `${git} apply --cached <<'end' && exec ${git} ${LOOK} -- ${word}`,
    `${resetPatch(path)}end`,
  ]
  // Tools set the variable to 0, and then `git status` writes nothing.
  return {
    file: '/bin/sh',
    args: ['-c', script.join('\n')],
    env: { ...env, GIT_OPTIONAL_LOCKS: '1' },
  }
}

const LOOK = 'status --porcelain --untracked-files=no --ignore-submodules=all'

/** Exit status of `refreshCall` where git takes the file for unmodified. */
const UNMODIFIED = 3

/** @returns false when the index stays as it was because `refreshCall` failed with this status */
export function logRefreshed(
  { log }: Pick<Ports, 'log'>,
  path: string,
  status: number | null,
): boolean {
  if (status !== 0 && status !== UNMODIFIED) return false
  const isLeft = status === UNMODIFIED
  log(
    'git',
    `${path}: ${isLeft ? 'unmodified for git, and left alone' : 'git has read it again for its index'}`,
  )
  return true
}

/**
 * A renaming to the same name, for `git apply --cached`: it makes a new entry without stat data, of
 * whatever mode and blob the entry has once git holds the index.
 */
function resetPatch(path: string): string {
  const header = `diff --git ${quoted(`a/${path}`)} ${quoted(`b/${path}`)}\n`
  return `${header}similarity index 100%\nrename from ${quoted(path)}\nrename to ${quoted(path)}\n`
}

/**
 * Removes entries without a byte of the user's, which `git add` made. One that HEAD has stays.
 * @throws FlowError E_INDEX_BUSY
 */
export function dropEntries(
  ports: Ports,
  inTree: WorkingTree,
  entries: readonly IndexEntry[],
): void {
  const tree = asOfHook(ports, inTree)
  const added = entries.filter(({ path, isPlain }) => {
    return isPlain && headBlob(ports, tree, path) === null
  })
  if (added.length === 0) return
  const paths = added.map(({ path }) => path)
  changeIndex(
    ports,
    tree,
    gitCallIn(ports, tree, ['update-index', '--force-remove', '--', ...paths]),
  )
  ports.log('git', `${paths.join(', ')}: removed from the index: nothing but flow's was in it`)
}

/** Sets skip-worktree again, which git clears from an entry whose file is there. @throws FlowError E_INDEX_BUSY */
export function skipEntries(
  ports: Ports,
  inTree: WorkingTree,
  entries: readonly IndexEntry[],
): void {
  const paths = entries.filter(({ isPlain }) => isPlain).map(({ path }) => path)
  if (paths.length === 0) return
  const tree = asOfHook(ports, inTree)
  changeIndex(
    ports,
    tree,
    gitCallIn(ports, tree, ['update-index', '--skip-worktree', '--', ...paths]),
  )
}

/** The bytes of a blob that is UTF-8 text, as settings are. */
export function readBlob(ports: Ports, tree: WorkingTree, blob: string): Uint8Array {
  return Buffer.from(runGitIn(ports, tree, ['cat-file', 'blob', blob]).stdout)
}

/** Of no bytes, in repositories of either hash. */
export function isEmptyBlob(blob: string): boolean {
  return EMPTY_BLOBS.includes(blob)
}

const EMPTY_BLOBS = [
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
]

function headBlob(ports: Ports, tree: WorkingTree, path: string): string | null {
  const { status, stdout } = runGitIn(ports, tree, [
    'rev-parse',
    '--quiet',
    '--verify',
    `HEAD:${path}`,
  ])
  return status === 0 ? stdout.trim() : null
}

/**
 * A hook of `git commit --all` is given the index that is to be, which git holds as `index.lock`. Hooks
 * may change that one (githooks(5)); waiting for it would keep git waiting.
 */
function asOfHook({ environment }: Pick<Ports, 'environment'>, tree: WorkingTree): WorkingTree {
  const next = join(tree.gitFolder, 'index.lock')
  const given = environment.variables.GIT_INDEX_FILE ?? ''
  return resolve(tree.topLevel, given) === next ? { ...tree, indexFile: next } : tree
}

const WAIT_MS = 3_000
const PAUSE_MS = 20
/** Failures without a lock: a read-only repository, or no git any more. */
const MAX_FAILURES = 3

/** @returns the exit status; null: it failed, and no lock is in the way */
function changeIndex(
  ports: Ports,
  tree: WorkingTree,
  call: GitCall,
  waitMs = WAIT_MS,
): number | null {
  const deadline = ports.clock.monotonicMs() + (isCalledByHolder(ports) ? 0 : waitMs)
  for (let failures = 0; failures < MAX_FAILURES; ) {
    const { status, stderr } = runCall(ports, call)
    if (status === 0 || status === UNMODIFIED) return status
    // One that is gone by now was there a moment ago.
    if (!isIndexLocked(ports, tree)) failures += 1
    else if (ports.clock.monotonicMs() >= deadline) throw busy(tree)
    ports.log('git', `the index is not changed yet (status ${status}): ${stderr.trim()}`)
    ports.clock.sleepMs(PAUSE_MS)
  }
  ports.log('git', 'the index stays as it is: git cannot change it')
  return null
}

function isIndexLocked(
  { fs }: Pick<Ports, 'fs'>,
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

/** The git that holds the index runs us as its hook, and waits for us. */
function isCalledByHolder({ environment }: Ports): boolean {
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
