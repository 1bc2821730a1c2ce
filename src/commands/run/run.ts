/** `flow run [AGENT] [-- ARGS…]` and `flow exec -- CMD [ARGS…]`. */
import { join } from 'node:path'
import { agentNamed } from '../../config/load.ts'
import { FlowError } from '../../errors.ts'
import { isSwitchedOff } from '../../flow-switch.ts'
import type { Ending } from '../../ports/ending.ts'
import { findExecutable, findUnexecutable } from '../../ports/find-executable.ts'
import type { LaunchRecord, LaunchRequest, launch } from '../../ports/launch.ts'
import type { Ports } from '../../ports/ports.ts'
import { holdSignals, type SignalHold } from '../../ports/signals.ts'
import {
  endSession,
  findPlace,
  openSession,
  refreshIndexAhead,
  renewHooks,
  runIdOf,
  type SessionPlace,
  watchSettings,
} from '../../run-session.ts'
import { printHabitat } from '../../session/pid-lock.ts'
import type { Session } from '../../session/session.ts'
import { shellWord } from '../../shell-word.ts'
import { agentProgram } from '../agent-program.ts'

export interface RunOptions {
  /** Absent: the configuration's own choice. */
  readonly agentName?: string
  readonly args: readonly string[]
  readonly followSymlinks: boolean
  /** Prints what would be merged, and starts nothing. */
  readonly dryRun: boolean
  readonly packageFolder: string
}

/** Starts an agent of the configuration at the project root, in a session. */
export async function run(ports: Ports, options: RunOptions): Promise<Ending> {
  const place = await findPlace(ports)
  const { config, projectRoot } = place.loaded
  const name = options.agentName ?? config.agent
  const origin = options.agentName === undefined ? 'configuration' : 'command-line'
  const agent = agentNamed(config, name, origin)
  const program = agentProgram(ports, place.loaded, { name, agent }, options.packageFolder)
  const by = origin === 'configuration' ? '`agent` of the configuration' : 'the command line'
  ports.log('run', `agent "${name}", named by ${by}: ${program.join(' ')}, at ${projectRoot}`)
  const argv = [...program, ...options.args]
  if (options.dryRun) {
    const { previewRun } = await import('./preview.ts')
    previewRun(ports, place, { target: agent.target, argv, followSymlinks: options.followSymlinks })
    return { exitCode: 0 }
  }
  return inSession(ports, place, {
    label: name,
    target: agent.target,
    argv,
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
  const place = await findPlace(ports)
  const { config } = place.loaded
  const { cwd, variables } = ports.environment
  const [word = '', ...args] = options.command
  const executable = findExecutable(word, cwd, variables.PATH)
  if (executable === null) throw notExecutable(word, findUnexecutable(word, cwd, variables.PATH))
  ports.log('run', `${executable}, here, with the hooks of agent "${config.agent}"`)
  return inSession(ports, place, {
    label: word,
    target: agentNamed(config, config.agent, 'configuration').target,
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

async function inSession(ports: Ports, place: SessionPlace, errand: Errand): Promise<Ending> {
  const { variables } = ports.environment
  if (isSwitchedOff(variables)) {
    const { launch } = await import('../../ports/launch.ts')
    ports.log('run', `FLOW=${variables.FLOW}: nothing is merged`)
    return start(ports, errand, { launch, env: variables, signals: holdSignals(), session: null })
  }
  let signals: SignalHold | undefined
  const onEntered = () => {
    signals = holdSignals()
  }
  const { label, target, options } = errand
  const session = openSession(ports, place, { label, target, ...options, onEntered })
  const env = { ...variables, ...errand.env, FLOW_RUN_ID: runIdOf(session) }
  let ending: Ending | undefined
  try {
    renewHooks(ports, place, options.packageFolder)
    // git looks at the merged files while zx is loaded, and has done so before the agent's first instruction.
    const refreshed = refreshIndexAhead(ports, session)
    const { launch } = await import('../../ports/launch.ts')
    await refreshed
    ending = await start(ports, errand, { launch, env, signals: signals ?? holdSignals(), session })
    return ending
  } finally {
    const isFine = ending !== undefined && 'exitCode' in ending && ending.exitCode === 0
    endSession(ports, session, isFine ? 'succeeded' : 'failed')
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

function recordOf({ lock, paths, stem }: Session, packageFolder: string): LaunchRecord {
  return {
    script: join(packageFolder, 'templates/launch.sh'),
    path: join(paths.pidsFolder, `${stem}.%p.agent`),
    tail: printHabitat(lock),
  }
}

/** As a shell has it: 126 for what is there, 127 for what is not. */
function notExecutable(word: string, found: string | null): FlowError {
  const kept = 'nothing was changed, and nothing was started'
  if (found !== null) {
    return new FlowError({
      code: 'E_COMMAND_NOT_EXECUTABLE',
      what: `could not execute ${found}`,
      why: 'it is not an executable file, or you may not execute it',
      kept,
      next: `make it executable (\`chmod +x ${shellWord(found)}\`), or name the program that runs it`,
      exitCode: 126,
    })
  }
  return new FlowError({
    code: 'E_COMMAND_MISSING',
    what: `there is no program \`${word}\``,
    why: 'it is neither a path to an executable nor on PATH',
    kept,
    next: 'check the name: `flow exec -- CMD [ARGS…]`',
    exitCode: 127,
  })
}
