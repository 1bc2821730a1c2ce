import { type LoadedConfig, loadConfig } from '../../config/load.ts'
import { explain, FlowError } from '../../errors.ts'
import { findRepository, type Repository, type RepositorySight } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { type ProjectPaths, projectHash, projectPaths } from '../../session/layout.ts'
import { projectsOf } from '../../session/projects.ts'
import { listState } from '../../session/state-file.ts'
import { findProject, type Project } from '../../setup/project.ts'
import { stateHome } from '../../state-home.ts'

/** A value that more than one check asks for, or why there is none. */
export type Known<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'unknown'; readonly error: FlowError }
  /** Nothing to ask for: what it belongs to is missing, which another check tells. */
  | { readonly kind: 'absent' }

/** What the checks look at, read once. */
export interface DoctorContext {
  readonly ports: Ports
  /** flow's own package, absolute. */
  readonly packageFolder: string
  /** The working folder, links resolved. */
  readonly cwd: string
  readonly sight: RepositorySight
  readonly repository: Repository | null
  readonly project: Known<Project>
  readonly configuration: Known<LoadedConfig>
  readonly home: Known<string>
  /** Why what stands in the state home cannot be checked; null: it can. */
  readonly homeTrouble: FlowError | null
}

/** Reads; what cannot be read is a value, too. A configuration in JavaScript is run, as by `flow run`. */
export async function readContext(ports: Ports, packageFolder: string): Promise<DoctorContext> {
  const { environment, fs } = ports
  const cwd = fs.realPath(environment.cwd)
  const sight = findRepository(ports, cwd)
  const repository = sight.kind === 'repository' ? sight.repository : null
  const home = known(() => stateHome(environment))
  return {
    ports,
    packageFolder,
    cwd,
    sight,
    repository,
    project: repository === null ? { kind: 'absent' } : known(() => findProject(ports, repository)),
    configuration: await configurationOf(ports, repository, cwd),
    home,
    homeTrouble: home.kind === 'known' ? troubleIn(ports, home.value) : null,
  }
}

/** The state home where it can be looked into; null: another finding tells why not. */
export function readableHome({ home, homeTrouble }: DoctorContext): string | null {
  return home.kind === 'known' && homeTrouble === null ? home.value : null
}

/** Where the state of the project round the working folder lies; null where nobody can tell. */
export function ownPaths(context: DoctorContext): ProjectPaths | null {
  const home = readableHome(context)
  if (home === null || context.configuration.kind !== 'known') return null
  return projectPaths(home, projectHash(context.configuration.value.projectRoot))
}

async function configurationOf(
  ports: Ports,
  repository: Repository | null,
  cwd: string,
): Promise<Known<LoadedConfig>> {
  if (repository === null) return { kind: 'absent' }
  try {
    return { kind: 'known', value: await loadConfig(ports, cwd, repository.topLevel) }
  } catch (error) {
    return unknown(error)
  }
}

/** Unreadable folders, and links in the place of folders. */
function troubleIn(ports: Ports, home: string): FlowError | null {
  const looked = known(() => [listState(ports, home), projectsOf(ports, home)])
  return looked.kind === 'unknown' ? looked.error : null
}

function known<T>(find: () => T): Known<T> {
  try {
    return { kind: 'known', value: find() }
  } catch (error) {
    return unknown(error)
  }
}

/** Also what nobody foresaw: one thing that cannot be read must not keep the rest from being checked. */
function unknown(cause: unknown): { kind: 'unknown'; error: FlowError } {
  if (cause instanceof FlowError) return { kind: 'unknown', error: cause }
  const why = explain(cause)
  return {
    kind: 'unknown',
    error: new FlowError({ code: 'E_IO', what: 'could not look', why, cause }),
  }
}
