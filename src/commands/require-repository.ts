import { FlowError } from '../errors.ts'
import { findRepository, type Repository } from '../git/repository.ts'
import type { Ports } from '../ports/ports.ts'

/**
 * The working tree of the current directory.
 * @throws FlowError with the next steps where there is none
 */
export function requireRepository(ports: Ports): Repository {
  const { cwd, platform } = ports.environment
  const sight = findRepository(ports, cwd)
  const kept = 'nothing was changed'
  switch (sight.kind) {
    case 'repository': {
      const { topLevel, gitFolder } = sight.repository
      ports.log('git', `${topLevel}: the working tree, with its git directory ${gitFolder}`)
      return sight.repository
    }
    case 'none':
      throw new FlowError({
        code: 'E_NO_REPOSITORY',
        what: `${cwd} is in no git repository`,
        why: 'neither it nor a directory above it has a .git',
        kept,
        next: '`cd` into your repository, or begin one here:\ngit init && flow init',
      })
    case 'bare':
      throw new FlowError({
        code: 'E_BARE_REPOSITORY',
        what: `${cwd} is a bare repository`,
        why: 'it has no working files, and so nothing that an agent could work on',
        kept,
        next: 'git worktree add ../work && cd ../work && flow init',
      })
    case 'no-git':
      throw new FlowError({
        code: 'E_NO_GIT',
        what: 'found no git',
        why: 'there is no program of that name on the PATH',
        kept,
        next: installGit(platform),
      })
    case 'refused':
      throw new FlowError({
        code: 'E_GIT',
        what: `git gave no answer about ${cwd}`,
        why: sight.why,
        kept,
        next: sight.next.length > 0 ? sight.next.join('\n') : 'git rev-parse --show-toplevel',
      })
    default:
      return sight satisfies never
  }
}

/** A command, as far as there is one for everybody. */
export function installGit(platform: string): string {
  return INSTALL_GIT[platform] ?? 'sudo apt install git   # or as your system has it'
}

const INSTALL_GIT: Readonly<Record<string, string>> = {
  darwin: 'xcode-select --install',
  win32: 'winget install --id Git.Git',
}
