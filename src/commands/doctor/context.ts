import { agentNamed, type LoadedConfig, loadConfig } from '../../config/load.ts'
import { explain, FlowError } from '../../errors.ts'
import { findRepository, type Repository, type RepositorySight } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { type ProjectPaths, projectHash, projectPaths } from '../../session/layout.ts'
import { projectsOf } from '../../session/projects.ts'
import { listState } from '../../session/state-file.ts'
import type { HookEntry } from '../../settings/merge.ts'
import { findProject, type Project } from '../../setup/project.ts'
import { stateHome } from '../../state-home.ts'
import { type OwnedByOther, ownedByOthers } from '../../state-owner.ts'
import { targetNamed } from '../../targets/target.ts'

/** A value that more than one check asks for, or why there is none. */
export type Known<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'unknown'; readonly error: FlowError }
  /** What it belongs to is missing, which another check reports. */
  | { readonly kind: 'absent' }

/** What the checks look at, read once. */
export interface DoctorContext {
  readonly ports: Ports
  /** flow's own package, absolute. */
  readonly packageFolder: string
  /** The working directory, links resolved. */
  readonly cwd: string
  readonly sight: RepositorySight
  readonly repository: Repository | null
  readonly configuration: Known<LoadedConfig>
  readonly merging: Known<Merging>
  readonly project: Known<Project>
  readonly home: Known<string>
  /** Why what is in the state directory cannot be checked; null: it can. */
  readonly homeTrouble: FlowError | null
  /** What another user owns in the state directory. */
  readonly ownedByOthers: readonly OwnedByOther[]
}

/** What a session merges here, and into which file, relative to the project root. */
export interface Merging {
  readonly settingsPath: string
  readonly entries: readonly HookEntry[]
}

/** Reads; what cannot be read is a value, too. A configuration in JavaScript is run, as by `flow run`. */
export async function readContext(ports: Ports, packageFolder: string): Promise<DoctorContext> {
  const { environment, fs } = ports
  const cwd = fs.realPath(environment.cwd)
  const sight = findRepository(ports, cwd)
  const repository = sight.kind === 'repository' ? sight.repository : null
  const known = repository === null ? ABSENT : { kind: 'known' as const, value: repository }
  const configuration = await read(known, ({ topLevel }) => loadConfig(ports, cwd, topLevel))
  const home = await read(HERE, () => stateHome(environment))
  const inHome = await read(home, (path) => [listState(ports, path), projectsOf(ports, path)])
  return {
    ...{ ports, packageFolder, cwd, sight, repository, configuration, home },
    merging: await read(configuration, (loaded) => mergingOf(ports, loaded)),
    project: await read(known, (place) => findProject(ports, place)),
    homeTrouble: inHome.kind === 'unknown' ? inHome.error : null,
    ownedByOthers: home.kind === 'known' ? ownedByOthers(fs, home.value, environment.userId) : [],
  }
}

/** The state directory where it can be looked into; null: another finding says why not. */
export function readableHome({ home, homeTrouble, ownedByOthers }: DoctorContext): string | null {
  const isReadable = homeTrouble === null && ownedByOthers.length === 0
  return home.kind === 'known' && isReadable ? home.value : null
}

/** Where the state of the project around the working directory is; null: not known. */
export function ownPaths(context: DoctorContext): ProjectPaths | null {
  const home = readableHome(context)
  if (home === null || context.configuration.kind !== 'known') return null
  return projectPaths(home, projectHash(context.configuration.value.projectRoot))
}

/** @throws FlowError E_AGENT_UNKNOWN, E_TARGET_UNKNOWN, E_CONFIG */
function mergingOf({ environment }: Ports, { config, hooks }: LoadedConfig): Merging {
  const target = targetNamed(agentNamed(config, config.agent, 'configuration').target)
  const { nodePath, scriptPath: residentPath } = environment
  const entries = target.hookEntries({ nodePath, residentPath, config, hooks })
  return { settingsPath: target.settingsPath, entries }
}

const ABSENT = { kind: 'absent' } as const
const HERE = { kind: 'known', value: undefined } as const

/** Also what nobody foresaw: one thing that cannot be read must not keep the rest from being checked. */
async function read<T, U>(given: Known<T>, find: (value: T) => U | Promise<U>): Promise<Known<U>> {
  if (given.kind !== 'known') return ABSENT
  try {
    return { kind: 'known', value: await find(given.value) }
  } catch (cause) {
    if (cause instanceof FlowError) return { kind: 'unknown', error: cause }
    const why = explain(cause)
    const error = new FlowError({ code: 'E_IO', what: 'could not look', why, cause })
    return { kind: 'unknown', error }
  }
}
