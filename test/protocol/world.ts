/** A machine of our own: real files in a temporary folder, processes and time that the test owns. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type FileSystem, systemFiles } from '../../src/ports/file-system.ts'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import type { Habitat, ProcessSight } from '../../src/ports/processes.ts'
import type { AcquireRequest } from '../../src/session/open.ts'
import { noGit } from '../helpers/no-git.ts'
import { listing } from '../helpers/on-disk.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

export const HABITAT: Habitat = {
  machineId: 'machine-a',
  bootId: 'boot-1',
  pidNamespace: '4026531836',
  hostName: 'here',
}

export const SETTINGS_PATH = '.claude/settings.json'

export interface World {
  readonly home: string
  readonly project: string
  /** Who runs, by pid, with its start time. */
  readonly running: Map<number, string>
  /** A fresh process; its file operations go through `wrap`. */
  start(pid: number, wrap?: (fs: FileSystem) => FileSystem): ProtocolPorts
  kill(pid: number): void
  request(changes?: Partial<AcquireRequest>): AcquireRequest
  writeSettings(text: string): void
  /** Null when there is no such file. */
  readSettings(): string | null
  /** Every file and folder of the project but git's, relative, sorted. */
  projectFiles(): string[]
  /** Everything in `.git`, with modes and checksums. */
  gitFiles(): string[]
  readonly settingsPath: string
}

export interface WorldOptions {
  /** The project has a `.git`, with a configuration that lacks its last newline and no `info`. */
  readonly inGit?: boolean
}

export function createWorld(folder = tempFolder(), { inGit = false }: WorldOptions = {}): World {
  const home = join(folder, 'home')
  const project = join(folder, 'project')
  const settingsPath = join(project, SETTINGS_PATH)
  mkdirSync(project)
  const commonGitFolder = join(project, '.git')
  if (inGit) {
    mkdirSync(commonGitFolder)
    writeFileSync(join(commonGitFolder, 'config'), '[core]\n\tbare = false')
  }
  const running = new Map<number, string>()
  let tick = Date.UTC(2026, 0, 1)
  let started = 1000
  let drawn = 0

  const look = (pid: number): ProcessSight => {
    const startTime = running.get(pid)
    return startTime === undefined ? { kind: 'absent' } : { kind: 'running', startTime }
  }
  const nextTick = () => {
    tick += 1
    return tick
  }
  return {
    home,
    project,
    running,
    settingsPath,
    start(pid, wrap = (fs) => fs) {
      started += 1
      running.set(pid, String(started))
      return {
        fs: wrap(systemFiles),
        processes: { pid, habitat: HABITAT, look },
        clock: {
          now: () => new Date(nextTick()),
          monotonicMs: nextTick,
          sleepMs: (ms) => {
            tick += ms
          },
          randomHex: (byteCount) => {
            drawn += 1
            return drawn.toString(16).padStart(byteCount * 2, '0')
          },
        },
        log: () => undefined,
        ...noGit,
      }
    },
    kill: (pid) => void running.delete(pid),
    request: (changes = {}) => ({
      projectPath: project,
      boundary: project,
      gitFolder: inGit ? commonGitFolder : null,
      followSymlinks: false,
      target: 'claude',
      agent: 'claude',
      cwd: project,
      files: [{ path: SETTINGS_PATH, entries: ENTRIES }],
      keep: { sessions: 50, snapshots: 5 },
      nodePath: '/usr/bin/node',
      residentPath: '/nowhere/runtime.cjs',
      ...changes,
    }),
    writeSettings(text) {
      mkdirSync(dirname(settingsPath), { recursive: true })
      writeFileSync(settingsPath, text)
    },
    readSettings: () => (existsSync(settingsPath) ? readFileSync(settingsPath, 'utf8') : null),
    projectFiles() {
      const names = readdirSync(project, { recursive: true, encoding: 'utf8' })
      return names.filter((name) => !/^\.git(\/|$)/.test(name)).sort()
    },
    gitFiles: () => listing(commonGitFolder),
  }
}

export const ENTRIES = [
  {
    event: 'SessionStart',
    group: { hooks: [{ type: 'command', command: 'flow hook session-start', timeout: 10 }] },
  },
  {
    event: 'Notification',
    group: { hooks: [{ type: 'command', command: 'flow hook notification', timeout: 10 }] },
  },
]

/** The words of flow's entries: what must never stay behind. */
export const TRACE = 'flow hook'

/** Thrown in place of a kill: nobody may catch it, and nothing works afterwards. */
export class Killed extends Error {}

export interface Fault {
  /** Before which file operation, counted from 1. */
  readonly at: number
  /** `kill`: before it. `torn`: a write is done by half, then the kill. Otherwise the errno that it fails with. */
  readonly kind: 'kill' | 'torn' | 'ENOSPC' | 'EIO' | 'EACCES'
}

export interface FaultyFiles {
  readonly wrap: (fs: FileSystem) => FileSystem
  /** File operations so far. */
  readonly count: () => number
  /** True when the fault struck. */
  readonly struck: () => boolean
  /** True when it struck a write, so that `torn` differs from `kill`. */
  readonly struckWrite: () => boolean
}

/** Lets one file operation go wrong; after a kill, every later one fails as well: dead men do nothing. */
export function faultyFiles(fault: Fault | null): FaultyFiles {
  let count = 0
  let isDead = false
  let struckName: string | null = null
  const wrap = (fs: FileSystem): FileSystem => {
    const wrapped = Object.entries(fs).map(([name, operation]) => [
      name,
      (...args: unknown[]) => {
        if (isDead) throw new Killed()
        count += 1
        if (count !== fault?.at) return (operation as (...a: unknown[]) => unknown)(...args)
        struckName = name
        if (fault.kind !== 'kill' && fault.kind !== 'torn') throw errnoError(fault.kind, name)
        isDead = true
        if (fault.kind === 'torn') writeHalf(fs, name, args)
        throw new Killed()
      },
    ])
    return Object.fromEntries(wrapped) as FileSystem
  }
  return {
    wrap,
    count: () => count,
    struck: () => struckName !== null,
    struckWrite: () => struckName === 'createFile' || struckName === 'overwriteFile',
  }
}

function writeHalf(fs: FileSystem, name: string, args: unknown[]): void {
  const [path, bytes, mode] = args as [string, Uint8Array, number]
  if (name === 'createFile') fs.createFile(path, bytes.subarray(0, bytes.length / 2), mode)
  if (name === 'overwriteFile') {
    const half = Math.floor(bytes.length / 2)
    const old = fs.readFile(path)
    fs.overwriteFile(path, Buffer.concat([bytes.subarray(0, half), old.subarray(half)]))
  }
}

function errnoError(code: string, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: made by the test, ${syscall}`), { code, syscall })
}
