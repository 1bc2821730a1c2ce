/** The repository and the projects around the current directory. */
import { FlowError } from '../errors.ts'
import { findRepository, type Repository, type RepositorySight } from '../git/repository.ts'
import type { Ports } from '../ports/ports.ts'
import { ifThere } from '../session/aside.ts'
import { concerns } from '../session/concern.ts'

/**
 * The working tree of the current directory.
 * @throws FlowError with the next steps where there is none
 */
export function requireRepository(ports: Ports): Repository {
  const { cwd, platform } = ports.environment
  const found = findRepository(ports, cwd)
  if (found.kind !== 'repository') {
    throw new FlowError({ ...refusal(found, cwd, platform), kept: 'nothing was changed' })
  }
  const { topLevel, gitFolder } = found.repository
  ports.log('git', `${topLevel}: the working tree, with its git directory ${gitFolder}`)
  return found.repository
}

function refusal(
  found: Exclude<RepositorySight, { readonly kind: 'repository' }>,
  cwd: string,
  platform: string,
) {
  switch (found.kind) {
    case 'none':
      return {
        code: 'E_NO_REPOSITORY',
        what: `${cwd} is in no git repository`,
        why: 'neither it nor a directory above it has a .git',
        next: '`cd` into your repository, or begin one here:\ngit init && flow init',
      }
    case 'bare':
      return {
        code: 'E_BARE_REPOSITORY',
        what: `${cwd} is a bare repository`,
        why: 'it has no working files, and so nothing that an agent could work on',
        next: 'git worktree add ../work && cd ../work && flow init',
      }
    case 'no-git':
      return {
        code: 'E_NO_GIT',
        what: 'found no git',
        why: 'there is no program of that name on the PATH',
        next: installGit(platform),
      }
    case 'refused':
      return {
        code: 'E_GIT',
        what: `git gave no answer about ${cwd}`,
        why: found.why,
        next: found.next.length > 0 ? found.next.join('\n') : 'git rev-parse --show-toplevel',
      }
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

/** Tells the projects that are around the current directory or in it; none, where it was removed since. */
export function projectsHere({ fs, environment }: Pick<Ports, 'fs' | 'environment'>) {
  const here = ifThere(null, () => fs.realPath(environment.cwd))
  return (projectPath: string) => concerns(here, projectPath)
}
