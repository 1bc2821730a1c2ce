/** Sessions that a program opens with `withSession`. */
import { basename, dirname, resolve } from 'node:path'
import { agentNamed } from './config/load.ts'
import { FlowError } from './errors.ts'
import { isSwitchedOff } from './flow-switch.ts'
import { openPorts } from './ports/open.ts'
import type { Ports } from './ports/ports.ts'
import { beforeEnd } from './ports/signals.ts'
import {
  endSession,
  findPlace,
  openSession,
  refreshIndexAhead,
  renewHooks,
  runIdOf,
  type SessionPlace,
  type SessionRequest,
  watchSettings,
} from './run-session.ts'
import { parseRunId, projectHash } from './session/layout.ts'
import type { Session } from './session/session.ts'
import { stateHome } from './state-home.ts'
import type { ActiveSession, SessionOptions } from './with-session.ts'

/** flow's own package: this file is bundled into its dist/. */
const ownPackage = dirname(import.meta.dirname)

type Outcome = 'succeeded' | 'failed'

interface EnteredSession {
  readonly session: ActiveSession
  leave(outcome: Outcome): void
}

/** @throws FlowError when it cannot be opened */
export async function enterSession(options: SessionOptions): Promise<EnteredSession> {
  const { cwd, label, followSymlinks = false, quiet = false } = options
  const ports = await openPorts({ cwd: resolve(cwd), isQuiet: quiet })
  const { variables, scriptPath } = ports.environment
  const place = await findPlace(ports)
  const { config, projectRoot } = place.loaded
  if (isSwitchedOff(variables)) {
    ports.log('run', `FLOW=${variables.FLOW}: nothing is merged`)
    const env = { ...variables }
    return { session: { sessionId: null, projectRoot, joined: false, env }, leave: () => undefined }
  }
  const { target } = agentNamed(config, config.agent, 'configuration')
  const request = {
    label: label ?? basename(scriptPath),
    target,
    followSymlinks,
    packageFolder: ownPackage,
  }
  return enterShared(ports, place, request)
}

/** One for each project root: the protocol knows a process by its pid, and lets it join once. */
interface SharedSession {
  readonly session: ActiveSession
  /** git has looked at the merged files. */
  readonly ready: Promise<unknown>
  end(outcome: Outcome): void
  users: number
}

/** By state directory and project root. */
const sessions = new Map<string, SharedSession>()

async function enterShared(
  ports: Ports,
  place: SessionPlace,
  request: SessionRequest,
): Promise<EnteredSession> {
  const key = `${stateHome(ports.environment)}\0${place.loaded.projectRoot}`
  const open = sessions.get(key)
  const shared = open ?? openShared(ports, place, request, key)
  shared.users += 1
  const leave = (outcome: Outcome) => {
    shared.users -= 1
    if (shared.users === 0) shared.end(outcome)
  }
  try {
    await shared.ready
  } catch (error) {
    leave('failed')
    throw error
  }
  return { session: { ...shared.session, ...(open && { joined: true }) }, leave }
}

function openShared(
  ports: Ports,
  place: SessionPlace,
  request: SessionRequest,
  key: string,
): SharedSession {
  let held: Session
  try {
    held = openSession(ports, place, request)
  } catch (error) {
    return sessionOfAgent(ports, place, error)
  }
  const watching = complete(ports, place, request, held)
  const shared: SharedSession = {
    session: {
      sessionId: held.sessionId,
      projectRoot: held.projectPath,
      joined: held.joined,
      env: { ...ports.environment.variables, FLOW_RUN_ID: runIdOf(held) },
    },
    ready: watching,
    end(outcome) {
      // Once: it may be called by an exit of the program in the middle.
      if (!sessions.delete(key)) return
      forget()
      // A call that waited for it has thrown why there is none.
      void watching.then(
        (stop) => stop(),
        () => undefined,
      )
      endSession(ports, held, outcome)
    },
    users: 0,
  }
  sessions.set(key, shared)
  const forget = beforeEnd(() => shared.end('failed'))
  return shared
}

/** @returns ends the watching of the settings */
async function complete(
  ports: Ports,
  place: SessionPlace,
  { packageFolder }: SessionRequest,
  held: Session,
): Promise<() => void> {
  renewHooks(ports, place, packageFolder)
  await refreshIndexAhead(ports, held)
  return watchSettings(ports, held)
}

/**
 * The session that this process is in as its agent, a zx script that `flow run` has started: it lasts as long as the
 * process anyway.
 * @param error of opening one
 * @throws that error, where it is another one
 */
function sessionOfAgent(
  { environment: { variables } }: Ports,
  { loaded: { projectRoot } }: SessionPlace,
  error: unknown,
): SharedSession {
  const isIn = error instanceof FlowError && error.code === 'E_ALREADY_OPEN'
  const runId = isIn ? parseRunId(variables.FLOW_RUN_ID ?? '') : null
  if (runId === null || runId.hash !== projectHash(projectRoot)) throw error
  return {
    session: { sessionId: runId.sessionId, projectRoot, joined: true, env: { ...variables } },
    ready: Promise.resolve(),
    end: () => undefined,
    users: 0,
  }
}
