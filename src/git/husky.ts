import { FlowError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { findHooksOwner } from './hooks-owner.ts'
import type { Repository } from './repository.ts'
import { withoutRepository } from './run-git.ts'
import { treePath } from './tree-path.ts'

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
  ports: Pick<Ports, 'commands' | 'environment' | 'fs' | 'log'>,
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
