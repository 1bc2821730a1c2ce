/** What the checks of `flow doctor` look at, read once. */
import { agentNamed, fileOf, type LoadedConfig, loadConfig } from '../../config/load.ts'
import { explain, FlowError, isErrno } from '../../errors.ts'
import { findRepository, type RepositorySight } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { type ProjectPaths, projectHash, projectPaths } from '../../session/layout.ts'
import type { HookEntry } from '../../settings/merge.ts'
import { type SetupContext, setupContext } from '../../setup/context.ts'
import { broken, edit, type Finding, pathWord } from '../../setup/finding.ts'
import { targetNamed } from '../../targets/target.ts'
import { inspectStateDirectory, type StateDirectory } from './state-directory.ts'

/** Null: it cannot be had; why is among the failures. */
export interface DoctorContext {
  readonly ports: Ports
  /** flow's own package, absolute. */
  readonly packageDirectory: string
  /** The working directory, links resolved. */
  readonly cwd: string
  readonly repository: RepositorySight
  readonly configuration: LoadedConfig | null
  readonly merging: Merging | null
  readonly setup: SetupContext | null
  readonly state: StateDirectory | null
  /** Where the state of the project around the working directory is. */
  readonly paths: ProjectPaths | null
  readonly failures: readonly Finding[]
}

/** What a session merges here, and into which file, relative to the project root. */
interface Merging {
  readonly settingsPath: string
  readonly entries: readonly HookEntry[]
}

/** Reads only. A configuration in JavaScript is run, as by `flow run`. */
export async function readContext(ports: Ports, packageDirectory: string): Promise<DoctorContext> {
  const cwd = ports.fs.realPath(ports.environment.cwd)
  const failures: Finding[] = []
  const attempt = async <T>(id: string, look: () => T | Promise<T>, path: string | null = null) => {
    try {
      return await look()
    } catch (error) {
      const found = failure({ ports, cwd }, id, error, path)
      // One file that cannot be read may be in the way of several.
      if (!failures.some(({ title }) => title === found.title)) failures.push(found)
      return null
    }
  }
  const repository = findRepository(ports, cwd)
  const here = repository.kind === 'repository' ? repository.repository : null
  const configuration =
    here && (await attempt('configuration', () => loadConfig(ports, cwd, here.topLevel)))
  const merging =
    configuration &&
    (await attempt(
      'configuration',
      () => mergingOf(ports, configuration),
      fileOf(configuration, ['agent']),
    ))
  const setup = here && (await attempt('setup', () => setupContext(ports, packageDirectory, here)))
  const state = await attempt('state-home', () => inspectStateDirectory(ports))
  const paths =
    configuration && state?.path
      ? projectPaths(state.path, projectHash(configuration.projectRoot))
      : null
  const found = { repository, configuration, merging, setup, state, paths, failures }
  return { ports, packageDirectory, cwd, ...found }
}

/** @throws FlowError E_AGENT_UNKNOWN, E_TARGET_UNKNOWN, E_CONFIG */
function mergingOf({ environment }: Ports, { config, hooks }: LoadedConfig): Merging {
  const target = targetNamed(agentNamed(config, config.agent, 'configuration').target)
  const { nodePath, scriptPath: residentPath } = environment
  const entries = target.hookEntries({ nodePath, residentPath, config, hooks })
  return { settingsPath: target.settingsPath, entries }
}

/**
 * Permissions, a link where none should be, a bug: whatever it is, the user hears of it.
 * @param path of the file to correct, where the error names none
 */
export function failure(
  { ports, cwd }: Pick<DoctorContext, 'ports' | 'cwd'>,
  id: string,
  error: unknown,
  path: string | null = null,
): Finding {
  ports.log('doctor', `${id}: ${error instanceof Error ? error.stack : error}`)
  if (!(error instanceof FlowError)) {
    return broken(id, `could not check ${id}`, { detail: explain(error) })
  }
  const file = error.details.path ?? path
  if (file === null) {
    return broken(id, error.what, { detail: [error.why, error.next].filter(Boolean).join('\n') })
  }
  const isClosed = isErrno(error.cause, 'EACCES')
  const fix = isClosed ? `chmod u+rw ${pathWord(cwd, file)}` : edit(cwd, file)
  return broken(id, error.what, { detail: error.why, fix })
}
