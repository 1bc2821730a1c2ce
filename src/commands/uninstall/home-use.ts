/** Whose is what the state home holds? */
import { join } from 'node:path'
import type { Ports } from '../../ports/ports.ts'
import { listHistory } from '../../session/history.ts'
import { homePaths, projectHash } from '../../session/layout.ts'
import { listState } from '../../session/state-file.ts'
import { kindOf } from './look.ts'

/** True when all of it belongs to the projects and repositories of these hashes. @throws FlowError E_STATE_READ */
export function holdsNothingElse(ports: Ports, home: string, own: ReadonlySet<string>): boolean {
  const isOurs = (name: string) => own.has(/[0-9a-f]{16}/.exec(name)?.[0] ?? '')
  const past = listHistory(ports, home).filter((one) => own.has(projectHash(one.projectPath)))
  const told = new Set(past.map(({ sessionId }) => `${sessionId}.json`))
  const { historyFolder } = homePaths(home)
  return (
    namesOfProjects(ports, home).every((name) => name === 'history' || isOurs(name)) &&
    listState(ports, historyFolder).every((name) => told.has(name))
  )
}

/** What a kill at the very end leaves: folders, and nothing of a project in them. */
export function isAbandoned(ports: Ports, home: string): boolean {
  const { shellFolder, hooksFolder } = homePaths(home)
  const folders = [...projectFolders(home), join(home, 'runtime'), shellFolder, hooksFolder]
  const isThere = folders.some((path) => kindOf(ports.fs, path) !== null)
  return isThere && holdsNothingElse(ports, home, new Set())
}

function namesOfProjects(ports: Ports, home: string): string[] {
  return projectFolders(home).flatMap((folder) => listState(ports, folder))
}

function projectFolders(home: string): string[] {
  const { sessionsFolder, snapshotsFolder, gatesFolder, setUpFolder } = homePaths(home)
  return [...[sessionsFolder, snapshotsFolder, gatesFolder, setUpFolder], join(home, 'fired')]
}
