/** Where git looks for the hooks of a working tree, and whose directory that is. githooks(5). */
import { basename, dirname, join, resolve } from 'node:path'
import { FlowError, isErrno } from '../errors.ts'
import { factsOf, isFile, namesIn, readIfFile } from '../lib/files.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Ports } from '../ports/ports.ts'
import { carriesHookLine, HOOK_NAMES, removeHookLines } from './hook-line.ts'
import type { Repository } from './repository.ts'
import { type GitPorts, runGit } from './run-git.ts'
import { isInside, treePath } from './tree-path.ts'

export interface HooksDirectory {
  /**
   * - `default`: core.hooksPath leads nowhere else. People and hook managers share it.
   * - `husky`: git runs the files in `_`, each of which runs the one of its name above with `sh -e`.
   * - `husky-8`: `.husky` itself, as husky up to 8 has it.
   * - `other`: a directory of the team's, of the user's, or of a company.
   */
  readonly kind: 'default' | 'husky' | 'husky-8' | 'other'
  /** What git looks in, absolute; it need not be there. */
  readonly path: string
  /** Where hooks are edited: the parent of husky's `_`, else the same. */
  readonly edited: string
}

export function findHooksDirectory(repository: Repository): HooksDirectory {
  const { topLevel, commonGitFolder, hooksDirectory: path } = repository
  const isOwn = isInside(topLevel, path) && path !== topLevel
  const edited = basename(path) === '_' ? dirname(path) : path
  if (path === join(commonGitFolder, 'hooks')) return { kind: 'default', path, edited }
  if (isOwn && edited !== path) return { kind: 'husky', path, edited }
  if (isOwn && basename(path) === '.husky') return { kind: 'husky-8', path, edited }
  return { kind: 'other', path, edited }
}

/** The bytes of a hook; null: there is none; empty: it cannot be read, so that nobody knows whose it is. */
export function readHook(fs: FileSystem, path: string): Buffer | null {
  try {
    return readIfFile(fs, path)
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM')) return Buffer.alloc(0)
    throw error
  }
}

/** True when husky's own files are all there. */
export function isHuskyComplete({ fs }: Pick<Ports, 'fs'>, { path }: HooksDirectory): boolean {
  return ['h', ...HOOK_NAMES].every((name) => isFile(fs, join(path, name)))
}

/** True when each hook in the directory sources flow's script. */
export function carriesEveryLine({ fs }: Pick<Ports, 'fs'>, directory: string): boolean {
  return HOOK_NAMES.every((name) => {
    const hook = readHook(fs, join(directory, name))
    return hook !== null && carriesHookLine(hook, name)
  })
}

/**
 * Hooks that git would run, executable and named without a dot (`.sample`, `.bak`, `.legacy`), and that hold
 * more than flow's line.
 */
export function otherHooks(ports: Pick<Ports, 'fs' | 'environment'>, directory: string): string[] {
  return liveHooks(ports, directory).filter((name) => {
    const hook = readHook(ports.fs, join(directory, name))
    return hook !== null && !removeHookLines(hook).isMade
  })
}

/** Hooks that git would run. */
export function liveHooks(
  { fs, environment }: Pick<Ports, 'fs' | 'environment'>,
  directory: string,
): string[] {
  const isLive = (name: string) => {
    const facts = factsOf(fs, join(directory, name))
    const isExecutable = environment.platform === 'win32' || ((facts?.mode ?? 0) & 0o111) !== 0
    return facts?.kind === 'file' && isExecutable
  }
  return namesIn(fs, directory).filter((name) => !name.includes('.') && isLive(name))
}

export interface HooksPathSetting {
  readonly value: string
  /** The configuration file that sets it, absolute; null: the environment or the command line. */
  readonly file: string | null
}

/** core.hooksPath, of whatever scope; null: it is not set. @throws FlowError E_GIT */
export function hooksPathSetting(
  ports: GitPorts,
  { topLevel }: Repository,
): HooksPathSetting | null {
  const args = ['config', '--path', '--show-origin', '-z', '--get', KEY]
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

export const KEY = 'core.hooksPath'

/** True for a directory of the working tree whose files git can commit. */
export function isCommitted(
  ports: GitPorts,
  { topLevel, gitFolder }: Repository,
  directory: string,
): boolean {
  const isOwn = isInside(topLevel, directory) && directory !== topLevel
  if (!isOwn || isInside(gitFolder, directory)) return false
  // git-check-ignore(1): 1 means that no path is ignored.
  const args = ['check-ignore', '-q', '--', treePath(topLevel, directory)]
  return runGit(ports, topLevel, args).status === 1
}
