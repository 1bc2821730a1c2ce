/** A state home put together by hand, and a node in it that notes how it was asked. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { findExecutable } from '../../src/ports/find-executable.ts'
import { systemProcesses } from '../../src/ports/processes.ts'
import { HOOK_SCRIPTS } from '../../src/session/hook-scripts.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { type ProcessRecord, printProcessLine } from '../../src/session/pid-lock.ts'
import { shellWord } from '../../src/shell-word.ts'
import { nextPid } from '../helpers/pid-namespace.ts'
import { DEADLINE } from '../helpers/running.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { type Host, TEMPLATES } from './host.ts'

export interface StateHome {
  /** Holds all the rest. */
  readonly folder: string
  readonly path: string
  /** What git hooks and prompts source. */
  readonly hooksFolder: string
  /** A folder that exists; sessions are this project's unless they say otherwise. */
  readonly project: string
  readonly nodePath: string
  readonly residentPath: string
  /** What the node was given: its words, then its standard input, one a line; null: not asked. */
  asked(): string | null
}

export interface SessionFiles {
  /** Instead of the path itself, what stands in the file `project`; null: no such file. */
  readonly project?: string | null
  readonly node?: string | null
  readonly resident?: string | null
  readonly backup?: string | null
  /** What stands in the file `settings`; absent: no such file. */
  readonly settings?: string
  /** Lines of `pids/<pid>.proc`. */
  readonly wrappers?: readonly string[]
  /** Lines of `pids/1.<pid>.agent`. */
  readonly agents?: readonly string[]
}

/** Call it inside a test. */
export function newStateHome(name = 'state'): StateHome {
  const folder = tempFolder()
  const path = join(folder, name)
  const project = join(folder, 'project')
  const residentPath = join(path, 'runtime/1.0.0/runtime.cjs')
  const hooksFolder = join(path, 'hooks')
  const askedPath = join(folder, 'asked')
  const nodePath = writeNode(join(folder, "node's folder"), askedPath)
  mkdirSync(project)
  mkdirSync(dirname(residentPath), { recursive: true })
  writeFileSync(residentPath, '')
  mkdirSync(hooksFolder)
  for (const script of HOOK_SCRIPTS)
    copyFileSync(join(TEMPLATES, '..', script), join(hooksFolder, basename(script)))
  writeFileSync(join(hooksFolder, 'node'), `${nodePath}\n`)
  const asked = () => (existsSync(askedPath) ? readFileSync(askedPath, 'utf8') : null)
  return { folder, path, hooksFolder, project, nodePath, residentPath, asked }
}

/** A session of `project` in which, unless `files` say so, nobody is alive. */
export function addSession(
  home: StateHome,
  project = home.project,
  files: SessionFiles = {},
): string {
  const paths = projectPaths(home.path, projectHash(project))
  mkdirSync(paths.pidsFolder, { recursive: true })
  const { wrappers = [deadLine()], agents = [] } = files
  const texts = {
    [paths.backupRefPath]: withDefault(files.backup, '{}'),
    [paths.projectLinePath]: withDefault(files.project, `${project}\n`),
    [paths.nodeLinePath]: withDefault(files.node, `${home.nodePath}\n`),
    [paths.residentLinePath]: withDefault(files.resident, `${home.residentPath}\n`),
    ...(files.settings !== undefined && { [paths.settingsLinePath]: files.settings }),
    ...Object.fromEntries(
      wrappers.map((line, nth) => [join(paths.pidsFolder, `${nth + 1}.proc`), line]),
    ),
    ...Object.fromEntries(
      agents.map((line, nth) => [join(paths.pidsFolder, `1.${nth + 1}.agent`), line]),
    ),
  }
  for (const [path, text] of Object.entries(texts)) if (text !== null) writeFileSync(path, text)
  if (files.settings !== undefined) utimesSync(paths.settingsLinePath, LINE_SECONDS, LINE_SECONDS)
  return paths.sessionFolder
}

/** When the settings were looked at last, by the age of the line that names them. */
const LINE_SECONDS = 1_700_000_000

/** A session that nobody is alive in. */
export function addOrphan(home: StateHome, project = home.project): string {
  addSession(home, project)
  return project
}

/** The same whose process is not even a number in /proc any more, as a kill leaves it. */
export function addKilled(home: StateHome, project = home.project): string {
  addSession(home, project, { wrappers: [livingLine().replace(/^\d+/, '99999999')] })
  return project
}

export function addLive(home: StateHome, project = home.project): string {
  addSession(home, project, { wrappers: [livingLine()] })
  return project
}

/** The hook of a repository that has no session. */
export function elsewhere(home: StateHome, changes: Partial<Host> = {}): Host {
  return { cwd: tempFolder(), env: { FLOW_HOME: home.path }, ...changes }
}

/** Settings that are so much younger than the line of a session that names them. */
export function writeSettings(path: string, youngerSeconds: number): void {
  writeFileSync(path, '{}\n')
  utimesSync(path, LINE_SECONDS + youngerSeconds, LINE_SECONDS + youngerSeconds)
}

/** What the node is given when something is pending. */
export function question(
  { nodePath, residentPath }: StateHome,
  caller: 'git-hook' | 'prompt' = 'git-hook',
): string {
  return `${[nodePath, residentPath, 'recover', '--quiet', `--for=${caller}`].join('\n')}\n`
}

/** A program by the name of `node` that notes how it was asked, and fails. */
export function writeNode(folder: string, askedPath: string): string {
  const path = join(folder, 'node')
  mkdirSync(folder, { recursive: true })
  const note = `{ printf '%s\\n' "$0" "$@"; /bin/cat; } >>${shellWord(askedPath)}`
  writeFileSync(path, `#!/bin/sh\n${note}\nexit 3\n`)
  chmodSync(path, 0o755)
  return path
}

const processes = systemProcesses()

/** The line of a process as it is seen now, with `changes`. */
export function lineOf(pid: number, changes: Partial<ProcessRecord> = {}): string {
  return printProcessLine({ pid, startTime: startTimeOf(pid), ...processes.habitat, ...changes })
}

function startTimeOf(pid: number): string | null {
  if (process.platform !== 'linux') return null
  const [, fields = ''] = /.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
  return fields.split(' ')[19] ?? null
}

/** The line of a process that surely runs as long as the tests do. */
export const livingLine = () => lineOf(process.pid)

/** The line of a process that ended: no start time of this boot is 1. */
export const deadLine = () => lineOf(process.pid, { startTime: '1' })

/** Starts a process that goes by `name`, which waits until the test ends. */
export async function startNamed(name: string): Promise<number> {
  const path = join(tempFolder(), name)
  copyFileSync(realpathSync(findExecutable('sleep', '/', process.env.PATH) ?? ''), path)
  return pidOf(spawn(path, ['600']))
}

/** Starts a process that never reaps its child, whose pid it gives. */
export async function startUnreaped(): Promise<number> {
  const script = 'sleep 600 & echo $!; exec sleep 600'
  const parent = spawn('/bin/sh', ['-c', script], { stdio: 'pipe' })
  const parentPid = pidOf(parent)
  const pid = Number((await once(parent.stdout, 'data'))[0])
  // A shell would still reap it.
  await becomes(() => readFileSync(`/proc/${parentPid}/comm`, 'utf8').trim(), 'sleep')
  return pid
}

/** The same, and kills that child. */
export async function startZombie(): Promise<number> {
  const pid = await startUnreaped()
  process.kill(pid, 'SIGKILL')
  await isZombie(pid)
  return pid
}

/** Starts a process by a pid that nobody has, which waits until the test ends. */
export async function startByPid(pid: number): Promise<void> {
  // Others on this machine start processes too: one of them may be given that pid first, and keep it.
  const script = `${nextPid(String(pid))}; sleep 600 & [ $! = ${pid} ] || { kill $!; exit 1; }
    echo; exec sleep 600`
  await vi.waitFor(async () => {
    const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
    const hasIt = once(parent.stdout, 'data').then(() => true)
    if (!(await Promise.race([hasIt, once(parent, 'exit').then(() => false)])))
      throw new Error(`${pid} was not to be had`)
    pidOf(parent)
  }, DEADLINE)
  onTestFinished(() => void process.kill(pid, 'SIGKILL'))
}

/** Resolves when a process that was killed has ended, and its parent does not know it. */
export function isZombie(pid: number): Promise<void> {
  return becomes(() => processes.look(pid).kind, 'zombie')
}

/** Resolves when a process that was killed is not even a zombie any more. */
export function isReaped(pid: number): Promise<void> {
  return becomes(() => processes.look(pid).kind, 'absent')
}

function becomes(ask: () => string, wanted: string): Promise<void> {
  return vi.waitFor(() => {
    const answer = ask()
    if (answer !== wanted) throw new Error(`${answer} is not ${wanted} yet`)
  }, DEADLINE)
}

function pidOf(child: ChildProcess): number {
  onTestFinished(() => void child.kill('SIGKILL'))
  if (child.pid === undefined) throw new Error('could not be started')
  return child.pid
}

function withDefault(text: string | null | undefined, otherwise: string): string | null {
  return text === undefined ? otherwise : text
}
