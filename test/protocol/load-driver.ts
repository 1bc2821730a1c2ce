/**
 * One of many: node load-driver.mjs HOME FOLDER WAVE PROJECT. Makes
 * FOLDER/WAVE.ready-<pid>, waits for FOLDER/WAVE.go, then opens and
 * closes sessions in FOLDER/PROJECT until it is killed or FOLDER/WAVE.stop exists; without PROJECT it
 * recovers instead. FOLDER/log is told what happens: `<pid> <what> <detail>`.
 *
 * Whenever it is inside a gate it holds that gate's token, a file that only one process can hold, and
 * adds one to the gate's counter in a way that loses additions when two processes do it at once.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isErrno } from '../../src/errors.ts'
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
import { noGit } from '../helpers/no-git.ts'
import { ENTRIES, SETTINGS_PATH, TRACE } from './world.ts'

const [home = '', folder = '', wave = '', project] = process.argv.slice(2)
const tell = (what: string, detail = '') =>
  appendFileSync(join(folder, 'log'), `${process.pid} ${what} ${detail}\n`)
const processes = systemProcesses()
/** Of the gate that was claimed last. */
let gate = ''
let adding = 0

const ports: ProtocolPorts = {
  processes,
  clock: systemClock,
  fs: {
    ...systemFiles,
    link(existing, fresh) {
      systemFiles.link(existing, fresh)
      if (fresh.startsWith(join(home, 'gates'))) gate = basename(dirname(fresh))
    },
    rename(from, to) {
      // The last moment inside.
      if (dirname(to) === join(home, 'gates', gate) && to.endsWith('.released')) leave()
      systemFiles.rename(from, to)
    },
  },
  ...noGit,
  log(_, message) {
    if (message.includes('counts as dead')) tell('takeover', message)
    if (message.includes(': entered to ')) enter()
  },
}

writeFileSync(join(folder, `${wave}.ready-${process.pid}`), '')
while (!existsSync(join(folder, `${wave}.go`))) systemClock.sleepMs(1)
while (!existsSync(join(folder, `${wave}.stop`))) {
  try {
    if (project === undefined) recoverAll()
    else passSession(join(folder, project))
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
    files: [{ path: SETTINGS_PATH, entries: ENTRIES }],
    keep: { sessions: 20, snapshots: 3 },
    nodePath: process.execPath,
    residentPath: '/nowhere/runtime.cjs',
  })
  tell(session.joined ? 'join' : 'start', session.sessionId)
  if (session.recovered !== null) tell('recovery', 'by acquire')
  for (const pause of [process.pid % 3, process.pid % 5]) {
    // Nobody takes them out while we are in.
    if (!readFileSync(join(projectPath, SETTINGS_PATH), 'utf8').includes(TRACE)) tell('missing')
    systemClock.sleepMs(pause)
  }
  tell(releaseSession(ports, session).kind)
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

function enter(): void {
  takeToken()
  const counter = counterPath()
  adding = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0
  // Long enough for a rival to read the same number.
  systemClock.sleepMs(1)
}

function leave(): void {
  if (readFileSync(tokenPath(), 'utf8') !== ownToken()) tell('overlap', 'the token is another’s')
  // One write of one length: a kill leaves the old number or the new.
  const counter = openSync(counterPath(), existsSync(counterPath()) ? 'r+' : 'w')
  writeSync(counter, String(adding + 1).padStart(9, '0'))
  closeSync(counter)
  tell('added', `${gate} ${adding}`)
  unlinkSync(tokenPath())
}

/** A token of a process that was killed inside is taken away; one of a living process is the end. */
function takeToken(): void {
  const draft = join(folder, `draft-${process.pid}`)
  writeFileSync(draft, ownToken())
  try {
    linkSync(draft, tokenPath())
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    const [pid = '', startTime = ''] = readFileSync(tokenPath(), 'utf8').split(' ')
    const sight = processes.look(Number(pid))
    if (sight.kind === 'running' && sight.startTime === startTime) tell('overlap', `with ${pid}`)
    tell('token', `of ${pid}, which was killed inside`)
    unlinkSync(tokenPath())
    linkSync(draft, tokenPath())
  }
}

function ownToken(): string {
  const sight = processes.look(process.pid)
  return `${process.pid} ${sight.kind === 'running' ? sight.startTime : ''}`
}

function tokenPath(): string {
  return join(folder, `${gate}.token`)
}

function counterPath(): string {
  return join(folder, `${gate}.counter`)
}
