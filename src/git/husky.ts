import { basename, dirname, join } from 'node:path'
import { FlowError, isErrno } from '../errors.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Ports } from '../ports/ports.ts'
import { findHooksOwner } from './hooks-owner.ts'
import type { Repository } from './repository.ts'
import { withoutRepository } from './run-git.ts'
import { treePath } from './tree-path.ts'

/**
 * The command-line script of the husky that flow depends on, found as node finds packages: not the
 * project's own husky, which may be another version.
 * @throws FlowError E_HUSKY_MISSING
 */
export function findHusky(fs: FileSystem, flowFolder: string): string {
  const start = fs.realPath(flowFolder)
  for (let folder = start; ; folder = dirname(folder)) {
    const script = join(folder, 'node_modules', 'husky', 'bin.js')
    if (basename(folder) !== 'node_modules' && isThere(fs, script)) return script
    if (dirname(folder) === folder) break
  }
  throw new FlowError({
    code: 'E_HUSKY_MISSING',
    what: 'could not find husky, which flow depends on',
    why: `there is no node_modules/husky in ${start} or above it`,
    kept: 'nothing was changed',
    next: 'npm install --save-dev flow-agent',
  })
}

/** The value of core.hooksPath under which git uses this husky folder. */
export function hooksPathOf({ topLevel }: Repository, huskyFolder: string): string {
  return `${treePath(topLevel, huskyFolder)}/_`
}

/**
 * Runs husky: it sets core.hooksPath in the repository's configuration, which all linked worktrees
 * share, and writes `huskyFolder/_`, which git ignores. Others can see the one without the other.
 * @throws FlowError E_HUSKY with husky's own sentence
 */
export function installHusky(
  ports: Pick<Ports, 'commands' | 'environment' | 'fs'>,
  repository: Repository,
  huskyScript: string,
  huskyFolder: string,
): void {
  const { commands, environment } = ports
  const { topLevel } = repository
  // In a process of its own, since husky acts on the current folder.
  const done = commands.run(environment.nodePath, [huskyScript, treePath(topLevel, huskyFolder)], {
    cwd: topLevel,
    env: withoutRepository(environment.variables),
  })
  // husky says what went wrong on stdout and exits 0 (9.1.7).
  const sentence = done.stdout.trim() || (done.status === 0 ? '' : errorLine(done.stderr))
  if (sentence !== '') throw huskyFailed(sentence)
  const owner = findHooksOwner(ports, repository)
  if (owner.kind === 'husky' && owner.huskyFolder === huskyFolder && owner.isComplete) return
  throw huskyFailed('git still looks for its hooks elsewhere')
}

function huskyFailed(why: string): FlowError {
  return new FlowError({
    code: 'E_HUSKY',
    what: 'husky could not set up the git hooks',
    why,
    next: 'git config --show-origin --get-all core.hooksPath',
  })
}

function errorLine(stderr: string): string {
  return /^\w*Error.*$/m.exec(stderr)?.[0] ?? 'it ended without a word'
}

function isThere(fs: FileSystem, path: string): boolean {
  try {
    return fs.facts(path).kind === 'file'
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}
