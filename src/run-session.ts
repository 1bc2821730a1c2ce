/** A session with everything that surrounds it: what `flow run`, `flow exec` and `withSession` share. */
import { dirname, join } from 'node:path'
import { requireRepository } from './commands/require-repository.ts'
import { say, sayAcquired, sayAlways, sayReleased } from './commands/say-session.ts'
import { type LoadedConfig, loadConfig } from './config/load.ts'
import { explain, FlowError, isSystemError } from './errors.ts'
import { describeFailure } from './failure.ts'
import { installFilter } from './git/clean-filter.ts'
import type { Repository } from './git/repository.ts'
import { isInside } from './git/tree-path.ts'
import { startCommand } from './ports/commands.ts'
import type { Ports } from './ports/ports.ts'
import { watchDirectory } from './ports/watch.ts'
import { purgeGone } from './session/forget.ts'
import { refreshIndexBy } from './session/git-index.ts'
import { ensureHookScripts } from './session/hook-scripts.ts'
import { madeFiles } from './session/ignored-file.ts'
import { printRunId } from './session/layout.ts'
import { withRepositoryLock } from './session/repository-lock.ts'
import { ensureRuntime, hookPath } from './session/runtime-copy.ts'
import { acquireSession, releaseSession, type Session, updateIgnored } from './session/session.ts'
import { renewHookLines } from './setup/hook-lines.ts'
import { stateHome } from './state-home.ts'
import { targetNamed } from './targets/target.ts'
import { VERSION } from './version.ts'

/** Where a session is opened. */
export interface SessionPlace {
  readonly repository: Repository
  readonly loaded: LoadedConfig
}

export interface SessionRequest {
  /** What is started, for people. */
  readonly label: string
  /** Whose settings the hooks are merged into. */
  readonly target: string
  readonly followSymlinks: boolean
  /** flow's own package, absolute. */
  readonly packageFolder: string
  /** Called inside the lock, before anything is changed. */
  readonly onEntered?: () => void
}

/** The repository around the current directory, and its configuration. @throws FlowError E_NO_REPOSITORY, E_CONFIG, … */
export async function findPlace(ports: Ports): Promise<SessionPlace> {
  const repository = requireRepository(ports)
  const loaded = await loadConfig(ports, ports.environment.cwd, repository.topLevel)
  return { repository, loaded }
}

/**
 * Starts or joins the session of a project root: brings the runtime copy and the hook scripts up to date, installs
 * the clean filter, and merges the hooks. Reports on stderr what the user has to know. Git may show the hooks as a
 * change until `refreshIndexAhead` resolves.
 * @throws FlowError what `acquireSession` throws; E_TARGET_UNKNOWN, E_CONFIG, E_PACKAGE, E_FLOW_HOME
 */
export function openSession(
  ports: Ports,
  { repository, loaded }: SessionPlace,
  request: SessionRequest,
): Session {
  const { packageFolder, target: targetName, label, followSymlinks, onEntered } = request
  const { config, projectRoot, hooks } = loaded
  const home = stateHome(ports.environment)
  const { nodePath, cwd } = ports.environment
  const residentPath = ensureRuntime(ports, home, packageFolder, VERSION)
  ensureHookScripts(ports, home, { packageFolder, version: VERSION, nodePath })
  const target = targetNamed(targetName)
  const sources = { nodePath, residentPath: hookPath(residentPath), config, hooks }
  const session = acquireSession(ports, home, {
    projectPath: projectRoot,
    boundary: repository.topLevel,
    gitFolder: repository.gitFolder,
    followSymlinks,
    target: target.name,
    agent: label,
    cwd,
    files: [{ path: target.settingsPath, entries: target.hookEntries(sources) }],
    keep: config.history,
    nodePath,
    residentPath,
    ...(onEntered !== undefined && { onEntered }),
    onRecorded: () => hideFromGit(ports, repository, join(projectRoot, target.settingsPath), home),
    defersIndex: true,
  })
  sayAcquired(ports, session)
  return session
}

/** Once a session is open: so a checkout restores also where nobody has installed the hooks yet. */
export function renewHooks(
  ports: Ports,
  { repository, loaded }: SessionPlace,
  packageFolder: string,
): void {
  // A team that has no configuration has not set flow up: git's hooks are none of its business.
  if (loaded.file !== null) renewHookLines(ports, repository, packageFolder)
}

/** Value of the agent's `FLOW_RUN_ID`: merged hooks that run without it do nothing. */
export function runIdOf(session: Session): string {
  return printRunId({ ...session, hash: session.paths.hash })
}

/** Makes git look at the merged files; the caller may do other work meanwhile, and starts no agent before it resolves. */
export async function refreshIndexAhead(ports: Ports, { joined, ref }: Session): Promise<void> {
  if (joined) return
  try {
    await refreshIndexBy(ports, ref, startCommand)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    say(ports, `git shows flow's hooks as a change until the session ends: ${error.message}`)
  }
}

/**
 * git ignores a settings file that flow made only while nobody has edited it.
 * @returns ends the watching
 */
export function watchSettings(ports: Ports, session: Session): () => void {
  const { boundary, files, gitFolder } = session.ref
  const paths = gitFolder === null ? [] : files.map(({ realPath }) => realPath)
  const directories = new Set(paths.filter((path) => isInside(boundary, path)).map(dirname))
  const update = () => {
    try {
      updateIgnored(ports, session)
    } catch (error) {
      if (!(error instanceof FlowError) && !isSystemError(error)) throw error
      ports.log('run', `what git ignores stays as it is: ${explain(error)}`)
    }
  }
  const watched = [...directories].map((directory) => {
    return watchDirectory(ports.log, directory, boundary, update)
  })
  // The agent may have been sooner.
  if (madeFiles(session.ref).length > 0) update()
  return () => {
    for (const stop of watched) stop()
  }
}

/**
 * Leaves the session; the last one out restores. When the work in it failed, its error is what the caller
 * reports, and one of the release is printed beside it.
 * @param work whether what ran in the session went well
 * @throws FlowError what `releaseSession` throws, after `'succeeded'`
 */
export function endSession(ports: Ports, session: Session, work: 'succeeded' | 'failed'): void {
  try {
    const result = releaseSession(ports, session)
    sayReleased(ports, result)
    if (result.kind === 'restored') purgeGone(ports, session.paths.home)
  } catch (error) {
    // All is restored, and git, which is at work, looks again when it has finished.
    const isRestored = error instanceof FlowError && error.code === 'E_INDEX_BUSY'
    if ((work === 'succeeded' && !isRestored) || !(error instanceof FlowError)) throw error
    sayAlways(ports, describeFailure(error, ports))
  }
}

/**
 * Without the filter git shows the hooks as a change, but the agent can work. Under the lock, since an uninstall
 * that saw no session may be about to remove it.
 */
function hideFromGit(
  ports: Ports,
  repository: Repository,
  settingsPath: string,
  home: string,
): void {
  const shows = `git shows flow's hooks as a change of ${settingsPath} while the agent works`
  try {
    const paths = [realOrSame(ports, settingsPath)]
    withRepositoryLock(ports, home, repository.commonGitFolder, () => {
      const installation = installFilter(ports, repository, paths, home)
      if (installation.kind === 'installed') {
        ports.log('run', `no other filter has ${settingsPath}: git sees it without flow's hooks`)
        return
      }
      const { filter } = installation
      say(ports, `${shows}: the filter "${filter}" has that path, and git runs only one`)
    })
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    say(ports, `${shows}: ${error.message}`)
  }
}

/** Of a file that cannot be reached the session says what is wrong. */
function realOrSame({ fs }: Ports, path: string): string {
  try {
    return fs.realPath(path)
  } catch (error) {
    if (!isSystemError(error)) throw error
    return path
  }
}
