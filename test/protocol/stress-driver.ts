/**
 * Sessions one after the other, through the library: node stress-driver.mjs HOME LOG PROJECT, until
 * it is killed or LOG.stop exists. Without PROJECT it recovers instead. A line in LOG for each thing
 * that happens: `<pid> <what> <detail>`.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  acquireSession,
  FlowError,
  type ProtocolPorts,
  recoverSessions,
  releaseSession,
  systemClock,
  systemFiles,
  systemProcesses,
} from '../../src/index.ts'

const [home = '', logPath = '', project] = process.argv.slice(2)
const settingsPath = join(project ?? '', '.claude/settings.json')
const tell = (what: string, detail = '') =>
  appendFileSync(logPath, `${process.pid} ${what} ${detail}\n`)
const ports: ProtocolPorts = {
  fs: systemFiles,
  processes: systemProcesses(),
  clock: systemClock,
  log(_, message) {
    if (message.includes('counts as dead')) tell('takeover', message)
  },
}

const ENTRIES = ['SessionStart', 'Notification'].map((event) => ({
  event,
  group: { hooks: [{ type: 'command', command: `flow hook ${event}`, timeout: 10 }] },
}))

while (!existsSync(`${logPath}.stop`)) {
  try {
    if (project === undefined) recoverAll()
    else passSession(project)
    tell('done')
  } catch (error) {
    tell('error', error instanceof FlowError ? `${error.code}: ${error.message}` : String(error))
  }
}

function passSession(projectPath: string): void {
  const session = acquireSession(ports, home, {
    projectPath,
    boundary: projectPath,
    gitFolder: null,
    followSymlinks: false,
    target: 'claude',
    agent: 'claude',
    cwd: projectPath,
    files: [{ path: '.claude/settings.json', entries: ENTRIES }],
    keep: { sessions: 20, snapshots: 3 },
    nodePath: process.execPath,
    residentPath: '/nowhere/resident.mjs',
  })
  tell(session.joined ? 'join' : 'start')
  if (session.recovered !== null) tell('recovery', 'by acquire')
  systemClock.sleepMs(process.pid % 5)
  // Nobody takes them out while we are in.
  if (!readFileSync(settingsPath, 'utf8').includes('flow hook')) tell('missing')
  releaseSession(ports, session)
}

function recoverAll(): void {
  const outcomes = recoverSessions(ports, home, { force: false, automatic: false, cwd: null })
  for (const outcome of outcomes) {
    if (outcome.kind === 'restored') tell('recovery', 'by recover')
    if (outcome.kind === 'failed') throw outcome.error
    if (outcome.mended.length > 0) tell('mended', JSON.stringify(outcome.mended))
  }
  systemClock.sleepMs(5)
}
