/** `flow run [AGENT] [-- ARGS…]` and `flow exec -- CMD [ARGS…]`. */
import { dirname, join } from 'node:path'
import { agentNamed, type LoadedConfig, loadConfig } from '../../config/load.ts'
import { explain, FlowError, isSystemError } from '../../errors.ts'
import { describeFailure } from '../../failure.ts'
import { isSwitchedOff } from '../../flow-switch.ts'
import { installFilter } from '../../git/clean-filter.ts'
import type { Repository } from '../../git/repository.ts'
import { isInside } from '../../git/tree-path.ts'
import { startCommand } from '../../ports/commands.ts'
import type { Ending } from '../../ports/ending.ts'
import { findExecutable } from '../../ports/find-executable.ts'
import type { LaunchRecord, LaunchRequest, launch } from '../../ports/launch.ts'
import type { Ports } from '../../ports/ports.ts'
import { holdSignals, type SignalHold } from '../../ports/signals.ts'
import { watchDirectory } from '../../ports/watch.ts'
import { refreshIndexBy } from '../../session/git-index.ts'
import { ensureHookScripts } from '../../session/hook-scripts.ts'
import { madeFiles } from '../../session/ignored-file.ts'
import { printRunId } from '../../session/layout.ts'
import { printHabitat } from '../../session/pid-lock.ts'
import { repositoryLock } from '../../session/repository-lock.ts'
import { ensureRuntime, hookPath } from '../../session/runtime-copy.ts'
import {
  acquireSession,
  releaseSession,
  type Session,
  updateIgnored,
} from '../../session/session.ts'
import { renewHookLines } from '../../setup/hook-lines.ts'
import { stateHome } from '../../state-home.ts'
import { targetNamed } from '../../targets/target.ts'
import { VERSION } from '../../version.ts'
import { agentProgram } from '../agent-program.ts'
import { requireRepository } from '../require-repository.ts'
import { say, sayAcquired, sayAlways, sayReleased } from '../say-session.ts'

export interface RunOptions {
  /** Absent: the configuration's own choice. */
  readonly agentName?: string
  readonly args: readonly string[]
  readonly followSymlinks: boolean
  readonly packageFolder: string
}

/** Starts an agent of the configuration at the project root, in a session. */
export async function run(ports: Ports, options: RunOptions): Promise<Ending> {
  const { repository, loaded } = await whereAreWe(ports)
  const { config, projectRoot } = loaded
  const name = options.agentName ?? config.agent
  const origin = options.agentName === undefined ? 'configuration' : 'command-line'
  const agent = agentNamed(config, name, origin)
  const program = agentProgram(ports, loaded, { name, agent }, options.packageFolder)
  const by = origin === 'configuration' ? '`agent` of the configuration' : 'the command line'
  ports.log('run', `agent "${name}", named by ${by}: ${program.join(' ')}, at ${projectRoot}`)
  return inSession(ports, repository, loaded, {
    label: name,
    target: agent.target,
    argv: [...program, ...options.args],
    cwd: projectRoot,
    env: agent.env ?? {},
    options,
  })
}

export interface ExecOptions {
  readonly command: readonly string[]
  readonly followSymlinks: boolean
  readonly packageFolder: string
}

/** Runs any command in the caller's folder, in a session of the configuration's default agent. */
export async function exec(ports: Ports, options: ExecOptions): Promise<Ending> {
  const { repository, loaded } = await whereAreWe(ports)
  const { cwd, variables } = ports.environment
  const [word = '', ...args] = options.command
  const executable = findExecutable(word, cwd, variables.PATH)
  if (executable === null) throw commandMissing(word)
  ports.log('run', `${executable}, here, with the hooks of agent "${loaded.config.agent}"`)
  return inSession(ports, repository, loaded, {
    label: word,
    target: agentNamed(loaded.config, loaded.config.agent, 'configuration').target,
    argv: [executable, ...args],
    cwd,
    env: {},
    options,
  })
}

interface Errand {
  /** For people. */
  readonly label: string
  readonly target: string
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly options: { readonly followSymlinks: boolean; readonly packageFolder: string }
}

async function inSession(
  ports: Ports,
  repository: Repository,
  loaded: LoadedConfig,
  errand: Errand,
): Promise<Ending> {
  const { variables } = ports.environment
  if (isSwitchedOff(variables)) {
    const { launch } = await import('../../ports/launch.ts')
    ports.log('run', `FLOW=${variables.FLOW}: nothing is merged`)
    return start(ports, errand, { launch, env: variables, signals: holdSignals(), session: null })
  }
  let signals: SignalHold | undefined
  const session = acquire(ports, repository, loaded, errand, () => {
    signals = holdSignals()
  })
  sayAcquired(ports, session)
  const runId = printRunId({ ...session, hash: session.paths.hash })
  const env = { ...variables, ...errand.env, FLOW_RUN_ID: runId }
  let ending: Ending | undefined
  try {
    // A team that has no configuration has not set flow up: git's hooks are none of its business.
    if (loaded.file !== null) renewHookLines(ports, repository, errand.options.packageFolder)
    const refreshed = session.joined ? null : refreshIndexAhead(ports, session)
    const { launch } = await import('../../ports/launch.ts')
    await refreshed
    ending = await start(ports, errand, { launch, env, signals: signals ?? holdSignals(), session })
    return ending
  } finally {
    release(ports, session, ending)
  }
}

/** git looks at the merged files while zx is loaded, and has done so before the agent's first instruction. */
async function refreshIndexAhead(ports: Ports, { ref }: Session): Promise<void> {
  try {
    await refreshIndexBy(ports, ref, startCommand)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    say(ports, `git shows flow's hooks as a change until the session ends: ${error.message}`)
  }
}

/**
 * An agent that failed, or could not be started, is what the caller has to hear of: a failure to
 * release is told beside it, and only where all went well it becomes flow's own exit code.
 */
function release(ports: Ports, session: Session, ending: Ending | undefined): void {
  try {
    sayReleased(ports, releaseSession(ports, session))
  } catch (error) {
    const isFine = ending !== undefined && 'exitCode' in ending && ending.exitCode === 0
    // All is put back, and git, which is at work, will be told when it has finished.
    const isPutBack = error instanceof FlowError && error.code === 'E_INDEX_BUSY'
    if ((isFine && !isPutBack) || !(error instanceof FlowError)) throw error
    sayAlways(ports, describeFailure(error))
  }
}

function acquire(
  ports: Ports,
  repository: Repository,
  { config, projectRoot, hooks }: LoadedConfig,
  errand: Errand,
  onEntered: () => void,
): Session {
  const home = stateHome(ports.environment)
  const { nodePath, cwd } = ports.environment
  const { packageFolder } = errand.options
  const residentPath = ensureRuntime(ports, home, packageFolder, VERSION)
  ensureHookScripts(ports, home, { packageFolder, version: VERSION, nodePath })
  const target = targetNamed(errand.target)
  const sources = {
    nodePath,
    residentPath: hookPath(residentPath),
    config,
    hooks,
  }
  hideFromGit(ports, repository, join(projectRoot, target.settingsPath), home)
  return acquireSession(ports, home, {
    projectPath: projectRoot,
    boundary: repository.topLevel,
    gitFolder: repository.gitFolder,
    followSymlinks: errand.options.followSymlinks,
    target: target.name,
    agent: errand.label,
    cwd,
    files: [{ path: target.settingsPath, entries: target.hookEntries(sources) }],
    keep: config.history,
    nodePath,
    residentPath,
    onEntered,
    defersIndex: true,
  })
}

/** Without the filter git shows the hooks as a change, but the agent can work. */
function hideFromGit(
  ports: Ports,
  repository: Repository,
  settingsPath: string,
  home: string,
): void {
  const shows = `git shows flow's hooks as a change of ${settingsPath} while the agent works`
  try {
    const paths = [realOrSame(ports, settingsPath)]
    const lock = repositoryLock(ports, home, repository.commonGitFolder)
    const installation = installFilter(ports, repository, paths, home, lock)
    if (installation.kind === 'installed') {
      ports.log('run', `no other filter has ${settingsPath}: git sees it without flow's hooks`)
      return
    }
    const { filter } = installation
    say(ports, `${shows}: the filter "${filter}" has that path, and git runs only one`)
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

interface Start {
  /** Of `ports/launch.ts`, with zx: loaded by these commands only. */
  readonly launch: typeof launch
  readonly env: LaunchRequest['env']
  readonly signals: SignalHold
  readonly session: Session | null
}

async function start(
  ports: Ports,
  { argv, cwd, options }: Errand,
  { launch, env, signals, session }: Start,
): Promise<Ending> {
  const record = session === null ? null : recordOf(session, options.packageFolder)
  let stopWatching: (() => void) | undefined
  try {
    const { code, signal } = await launch({ argv, cwd, env, record, signals }, (pid) => {
      ports.log('run', `the agent's pid is ${pid}`)
      if (session !== null) stopWatching = watchSettings(ports, session)
    })
    ports.log('run', `it ended with ${signal ?? `exit code ${code}`}, and so does flow`)
    return signal === null ? { exitCode: code ?? 1 } : { signal }
  } finally {
    stopWatching?.()
  }
}

/** git ignores a settings file that flow made only while nobody has edited it. */
function watchSettings(ports: Ports, session: Session): () => void {
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

function recordOf({ lock, paths, stem }: Session, packageFolder: string): LaunchRecord {
  return {
    script: join(packageFolder, 'templates/launch.sh'),
    path: join(paths.pidsFolder, `${stem}.%p.agent`),
    tail: printHabitat(lock),
  }
}

async function whereAreWe(ports: Ports): Promise<{ repository: Repository; loaded: LoadedConfig }> {
  const { cwd } = ports.environment
  const repository = requireRepository(ports)
  return { repository, loaded: await loadConfig(ports, cwd, repository.topLevel) }
}

function commandMissing(word: string): FlowError {
  return new FlowError({
    code: 'E_COMMAND_MISSING',
    what: `there is no program \`${word}\``,
    why: 'it is neither a path to an executable nor on PATH',
    kept: 'nothing was changed, and nothing was started',
    next: 'check the name: `flow exec -- CMD [ARGS…]`',
    exitCode: 2,
  })
}
