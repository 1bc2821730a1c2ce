import { basename, dirname, join, resolve } from 'node:path'
import { FlowError, isErrno } from '../errors.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Ports } from '../ports/ports.ts'
import { carriesHookLine, HOOK_NAMES } from './hook-line.ts'
import type { Repository } from './repository.ts'
import { runGit } from './run-git.ts'
import { isInside } from './tree-path.ts'

/** Whose hooks git runs in this working tree. Folders are absolute. */
export type HooksOwner =
  | { readonly kind: 'nobody' }
  /** husky 9: git runs `huskyFolder/_/NAME`, which runs `huskyFolder/NAME` with `sh -e`. */
  | { readonly kind: 'husky'; readonly huskyFolder: string; readonly isComplete: boolean }
  /** `core.hooksPath = .husky`, as husky up to 8 sets it: git runs the files themselves. */
  | { readonly kind: 'old-husky'; readonly huskyFolder: string }
  | OtherOwner

export interface OtherOwner {
  readonly kind: 'other'
  /** Where that tool's hooks lie, or would lie. */
  readonly hookFolder: string
  /** What makes git look there; null: nothing, it is the default folder with hooks in it. */
  readonly setting: HooksPath | null
  /** Hooks that would stop running if core.hooksPath were set. */
  readonly hookNames: readonly string[]
  /** Its own hooks source flow's script: nothing is missing. */
  readonly carriesFlow: boolean
}

export interface HooksPath {
  readonly value: string
  /** The configuration file that sets it, absolute; null: the environment or the command line. */
  readonly file: string | null
}

/**
 * Reads core.hooksPath, of whatever scope, and the default hooks folder. Changes nothing.
 * @throws FlowError E_GIT when git cannot read its configuration
 */
export function findHooksOwner(
  ports: Pick<Ports, 'commands' | 'environment' | 'fs' | 'log'>,
  repository: Repository,
): HooksOwner {
  const setting = readHooksPath(ports, repository)
  const owner =
    setting === null ? defaultOwner(ports, repository) : ownerOf(ports.fs, repository, setting)
  ports.log('git', `hooks: ${owner.kind} (core.hooksPath ${setting?.value ?? 'is not set'})`)
  return owner
}

/** Where nothing leads git elsewhere. */
function defaultOwner(
  ports: Pick<Ports, 'environment' | 'fs'>,
  repository: Repository,
): HooksOwner {
  const hookFolder = join(repository.commonGitFolder, 'hooks')
  const needsMode = ports.environment.platform !== 'win32'
  const hookNames = liveHooks(ports.fs, hookFolder, needsMode)
  if (hookNames.length === 0) return { kind: 'nobody' }
  return other(ports.fs, hookFolder, null, hookNames)
}

function readHooksPath(
  ports: Pick<Ports, 'commands' | 'environment'>,
  { topLevel }: Repository,
): HooksPath | null {
  const args = ['config', '--path', '--show-origin', '-z', '--get', 'core.hooksPath']
  const { status, stdout, stderr } = runGit(ports, topLevel, args)
  // git-config(1): 1 means that the key is not set.
  if (status === 1) return null
  if (status !== 0) {
    throw new FlowError({
      code: 'E_GIT',
      what: 'git could not read core.hooksPath',
      why: stderr.trim().replace(/^fatal: /, ''),
      kept: 'nothing was changed',
      next: 'git config --show-origin --get-all core.hooksPath',
    })
  }
  const [origin = '', value = ''] = stdout.split('\0')
  const file = origin.startsWith('file:') ? resolve(topLevel, origin.slice('file:'.length)) : null
  return { value, file }
}

function ownerOf(fs: FileSystem, { topLevel }: Repository, setting: HooksPath): HooksOwner {
  // githooks(5): a relative core.hooksPath starts where hooks run, at the top of the tree.
  const folder = realOrSame(fs, resolve(topLevel, setting.value))
  if (setting.value !== '' && isInside(topLevel, folder)) {
    const huskyFolder = dirname(folder)
    if (basename(folder) === '_') {
      return { kind: 'husky', huskyFolder, isComplete: isComplete(fs, folder) }
    }
    if (basename(folder) === '.husky') return { kind: 'old-husky', huskyFolder: folder }
  }
  return other(fs, folder, setting, [])
}

function other(
  fs: FileSystem,
  hookFolder: string,
  setting: HooksPath | null,
  hookNames: readonly string[],
): OtherOwner {
  const carriesFlow = HOOK_NAMES.every((name) => {
    const hook = readOrNull(fs, join(hookFolder, name))
    return hook !== null && carriesHookLine(hook, name)
  })
  return { kind: 'other', hookFolder, setting, hookNames, carriesFlow }
}

function isComplete(fs: FileSystem, runnerFolder: string): boolean {
  return ['h', ...HOOK_NAMES].every((name) => readOrNull(fs, join(runnerFolder, name)) !== null)
}

/** What git would run: executable, and named without a dot (`.sample`, `.bak`, `.legacy`). */
function liveHooks(fs: FileSystem, folder: string, needsMode: boolean): string[] {
  return list(fs, folder)
    .filter((name) => !name.includes('.') && isProgram(fs, join(folder, name), needsMode))
    .sort()
}

function list(fs: FileSystem, folder: string): string[] {
  try {
    return fs.list(folder)
  } catch (error) {
    // `git init --template=` makes no hooks folder.
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}

function isProgram(fs: FileSystem, path: string, needsMode: boolean): boolean {
  try {
    const { kind, mode } = fs.facts(path)
    return kind === 'file' && (!needsMode || (mode & 0o111) !== 0)
  } catch (error) {
    // A link that leads nowhere runs nothing.
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return false
    throw error
  }
}

function readOrNull(fs: FileSystem, path: string): Buffer | null {
  try {
    return fs.readFile(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return null
    throw error
  }
}

function realOrSame(fs: FileSystem, path: string): string {
  try {
    return fs.realPath(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return path
    throw error
  }
}
