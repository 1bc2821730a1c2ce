import { findHooksDirectory, type HooksDirectory } from '../git/hooks-directory.ts'
import type { Repository } from '../git/repository.ts'
import { treePath } from '../git/tree-path.ts'
import type { Ports } from '../ports/ports.ts'
import { type FoundManager, findHookManagers } from './hook-managers.ts'
import { findProject, type Project } from './project.ts'

/** What the steps look at. */
export interface SetupContext {
  readonly ports: Ports
  /** flow's own package, absolute: the one with husky and the templates. */
  readonly packageDirectory: string
  readonly repository: Repository
  /** The project around the current directory. */
  readonly project: Project
  readonly hooks: HooksDirectory
  /** Hook managers with a configuration here, whether git runs their hooks or not. */
  readonly managers: readonly FoundManager[]
}

/** What the start of a session knows of it. */
export type HookPlace = Pick<SetupContext, 'ports' | 'packageDirectory' | 'repository' | 'hooks'>

/** Reads only, and runs no configuration. @throws FlowError E_INIT_FILE, E_CONFIG */
export function setupContext(
  ports: Ports,
  packageDirectory: string,
  repository: Repository,
): SetupContext {
  const project = findProject(ports, repository)
  const hooks = findHooksDirectory(repository)
  const path = treePath(repository.topLevel, hooks.path)
  ports.log(
    'git',
    `hooks: ${hooks.kind} (${hooks.kind === 'default' ? '' : 'core.hooksPath '}${path})`,
  )
  return {
    ports,
    packageDirectory,
    repository,
    project,
    hooks,
    managers: findHookManagers(ports.fs, project.directory, repository.topLevel),
  }
}
