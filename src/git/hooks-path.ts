/** core.hooksPath in the configuration that all working trees of a repository share. */
import { join } from 'node:path'
import { FlowError, isErrno } from '../errors.ts'
import type { FileFacts } from '../ports/file-system.ts'
import type { Ports } from '../ports/ports.ts'
import { shellWord } from '../shell-word.ts'
import { draftOf } from './git-file.ts'
import type { Repository } from './repository.ts'
import { runGit } from './run-git.ts'

type GitPorts = Pick<Ports, 'commands' | 'environment'>

/** As it stands in the repository's own file; null: it is not set there. */
export function localHooksPath(ports: GitPorts, repository: Repository): string | null {
  const { status, stdout } = inConfig(ports, repository, ['-z', '--get', 'core.hooksPath'])
  return status === 0 ? stdout.replace(/\0$/, '') : null
}

/**
 * Takes it out of the file, with all that git does for it: the section goes if it is empty.
 * @throws FlowError E_GIT
 */
export function unsetHooksPath(ports: GitPorts, repository: Repository): void {
  const { status, stderr } = inConfig(ports, repository, ['--unset-all', 'core.hooksPath'])
  // git-config(1): 5 means that there is no such key.
  if (status === 0 || status === 5) return
  throw couldNotChange(repository, stderr.trim().replace(/^(error|fatal): /, ''))
}

/**
 * Gives the file these bytes, under git's own lock, if it still has those that were read. The lock is
 * complete when it appears, so that one which a killed process left can be told and used.
 * @throws FlowError E_GIT
 */
export function replaceConfig(
  { fs, clock }: Pick<Ports, 'fs' | 'clock'>,
  repository: Repository,
  bytes: Buffer,
  present: {
    readonly path: string
    readonly bytes: Buffer | null
    readonly facts: FileFacts | null
  },
): void {
  const { path } = present
  const lock = `${path}.lock`
  const fresh = draftOf({ clock }, path)
  fs.createFile(fresh, bytes, present.facts?.mode ?? 0o644)
  try {
    fs.link(fresh, lock)
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    if (!holds(fs, lock, bytes)) throw couldNotChange(repository, heldBy(lock))
  } finally {
    fs.unlink(fresh)
  }
  if (present.bytes?.equals(fs.readFile(path))) {
    fs.rename(lock, path)
    return
  }
  fs.unlink(lock)
  throw couldNotChange(repository, 'it changed meanwhile')
}

/** False also for a link that leads nowhere, as the lock of a session is one. */
function holds(fs: Ports['fs'], lock: string, bytes: Buffer): boolean {
  try {
    return fs.readFile(lock).equals(bytes)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}

function heldBy(lock: string): string {
  return `${lock} is there: another git is at work, or one was killed (then \`rm ${shellWord(lock)}\`)`
}

function inConfig(ports: GitPorts, { topLevel, commonGitFolder }: Repository, args: string[]) {
  return runGit(ports, topLevel, ['config', '--file', join(commonGitFolder, 'config'), ...args])
}

function couldNotChange({ commonGitFolder }: Repository, why: string): FlowError {
  return new FlowError({
    code: 'E_GIT',
    what: `could not change ${join(commonGitFolder, 'config')}`,
    why,
    kept: 'that file as it is',
    next: 'mend that, then run the same command again: it goes on where it stopped',
  })
}
