/** What is struck, and what has happened before. */
import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import {
  acquireSession,
  releaseSession,
  type Session,
  systemClock,
  systemFiles,
  systemProcesses,
} from '../../src/index.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { noGit } from '../helpers/no-git.ts'
import { MARK, SETTINGS, settingsOf, type Team } from '../helpers/team.ts'
import { ENTRIES, SETTINGS_PATH } from '../protocol/world.ts'
import { AGENT_EXIT, type Lane, newLane, projectFiles } from './lane.ts'
import { PRELOAD, strike } from './strike.ts'

export interface Scene {
  readonly name: string
  readonly argv: readonly string[]
  /** Exit code of the command when nothing goes wrong. */
  readonly exitCode: number
  /** Makes a repository for it. Call it inside a test. */
  newLane(): Promise<SceneLane>
}

export interface SceneLane extends Lane {
  /** Somebody who was in the session all the while, and leaves it now. */
  readonly leave: () => void
}

/** This very process, with the real ports. */
export const ports = {
  fs: systemFiles,
  processes: systemProcesses(),
  clock: systemClock,
  log: () => undefined,
  ...noGit,
}

const EDITED = SETTINGS.replace('"opus"', '"haiku"')

export const RUN: Scene = {
  name: '`flow run` over a file of the person, in a state home that is not there yet',
  argv: ['flow', 'run'],
  exitCode: AGENT_EXIT,
  newLane: () => alone(projectFiles),
}

export const EXEC: Scene = {
  name: '`flow exec` where there are no settings and no folder for them',
  argv: ['flow', 'exec', '--', 'claude'],
  exitCode: AGENT_EXIT,
  newLane: () =>
    alone((team) => {
      rmSync(dirname(team.settingsPath), { recursive: true })
      return projectFiles(team)
    }),
}

export const EXEC_NEXT_TO_GITIGNORE: Scene = {
  name: '`flow exec` where there are no settings, next to a .gitignore of the person',
  argv: ['flow', 'exec', '--', 'claude'],
  exitCode: AGENT_EXIT,
  newLane: () =>
    alone((team) => {
      rmSync(team.settingsPath)
      writeFileSync(join(dirname(team.settingsPath), '.gitignore'), '*.local\n')
      return projectFiles(team)
    }),
}

export const JOIN: Scene = {
  name: '`flow exec` that joins a session whose hooks a checkout took out',
  argv: ['flow', 'exec', '--', 'claude'],
  exitCode: AGENT_EXIT,
  async newLane() {
    let session: Session | undefined
    const lane = await newLane((team) => {
      const wanted = projectFiles(team)
      session = enter(team)
      writeFileSync(team.settingsPath, SETTINGS)
      return wanted
    })
    return { ...lane, leave: () => session && void releaseSession(ports, session) }
  },
}

export const RECOVER: Scene = {
  name: '`flow recover` of a killed session whose settings were edited since',
  argv: ['flow', 'recover'],
  exitCode: 0,
  newLane: () =>
    alone(async (team) => {
      writeFileSync(team.settingsPath, EDITED)
      const wanted = projectFiles(team)
      writeFileSync(team.settingsPath, SETTINGS)
      await orphan(team)
      writeFileSync(team.settingsPath, settingsOf(team).replace('"opus"', '"haiku"'))
      return wanted
    }),
}

export const CHECKOUT: Scene = {
  name: '`git checkout` after a session was killed',
  argv: ['git', 'checkout', '-q', 'main'],
  exitCode: 0,
  newLane: () =>
    alone(async (team) => {
      const wanted = projectFiles(team)
      await orphan(team)
      recordStruckNode(team)
      return wanted
    }),
}

/** git's hooks start the recorded node without NODE_OPTIONS, by which others are struck. */
function recordStruckNode({ folder, cwd, stateHome }: Team): void {
  const node = join(folder, 'struck-node')
  const lines = [
    '#!/bin/sh',
    `[ -z "\${STRIKE-}" ] || export NODE_OPTIONS=--import=${PRELOAD}`,
    `exec ${process.execPath} "$@"`,
  ]
  writeFileSync(node, `${lines.join('\n')}\n`, { mode: 0o755 })
  writeFileSync(projectPaths(stateHome, projectHash(cwd)).nodeLinePath, `${node}\n`)
}

export const SCENES = [RUN, EXEC, JOIN, RECOVER, CHECKOUT]

/** Kills `flow run` in the moment before it starts the agent. */
export async function orphan(team: Team): Promise<void> {
  await strike(team, RUN.argv, { at: 'spawn /bin/sh', by: 'kill' })
  expect(settingsOf(team)).toContain(MARK)
}

async function alone(prepare: Parameters<typeof newLane>[0]): Promise<SceneLane> {
  return { ...(await newLane(prepare)), leave: () => undefined }
}

function enter({ cwd, stateHome }: Team): Session {
  return acquireSession(ports, stateHome, {
    projectPath: cwd,
    boundary: cwd,
    gitFolder: join(cwd, '.git'),
    followSymlinks: false,
    target: 'claude',
    agent: 'claude',
    cwd,
    files: [{ path: SETTINGS_PATH, entries: ENTRIES }],
    keep: { sessions: 50, snapshots: 5 },
    nodePath: process.execPath,
    residentPath: '/nowhere/runtime.cjs',
  })
}
