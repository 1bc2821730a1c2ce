/** `world.ts` in memory: a hundred times as many tries in the same time. */
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import type { AcquireRequest } from '../../src/session/open.ts'
import { noGit } from '../helpers/no-git.ts'
import { filesIn, memoryFiles } from './memory-files.ts'
import { ENTRIES, HABITAT, SETTINGS_PATH } from './world.ts'

export const HOME = '/home'
export const PROJECT = '/project'
export const SETTINGS = `${PROJECT}/${SETTINGS_PATH}`

export const REQUEST: AcquireRequest = {
  projectPath: PROJECT,
  boundary: PROJECT,
  gitFolder: null,
  followSymlinks: false,
  target: 'claude',
  agent: 'claude',
  cwd: PROJECT,
  files: [{ path: SETTINGS_PATH, entries: ENTRIES }],
  keep: { sessions: 50, snapshots: 5 },
  nodePath: '/usr/bin/node',
  residentPath: '/nowhere/runtime.cjs',
}

export interface MemoryWorld {
  /** What an editor works on: the same files, unwatched. */
  readonly fs: FileSystem
  start(pid: number, wrap?: (fs: FileSystem) => FileSystem): ProtocolPorts
  killAll(): void
  /** As an editor that writes in place; makes the file and its folder where they are missing. */
  saveInPlace(text: string): void
  /** As an editor that writes a new file and renames it. */
  saveByRename(text: string): void
  /** Null when there is no such file. */
  read(path?: string): string | null
  /** Every file by its path. */
  all(): Map<string, string>
}

export function createMemoryWorld(): MemoryWorld {
  const files = memoryFiles()
  const { fs } = files
  const running = new Map<number, string>()
  let tick = Date.UTC(2026, 0, 1)
  let drawn = 0
  const folder = `${PROJECT}/.claude`
  const has = (path: string) => files.tree().names.has(path)
  const ensureFolder = () => {
    if (!has(folder)) fs.createFolder(folder, 0o755)
  }
  const nextTick = () => {
    tick += 1
    return tick
  }
  fs.createFolder(PROJECT, 0o755)
  return {
    fs,
    start(pid, wrap = (same) => same) {
      running.set(pid, running.get(pid) ?? String(nextTick()))
      return {
        fs: wrap(fs),
        processes: {
          pid,
          habitat: HABITAT,
          look(wanted) {
            const startTime = running.get(wanted)
            return startTime === undefined ? { kind: 'absent' } : { kind: 'running', startTime }
          },
        },
        clock: {
          now: () => new Date(nextTick()),
          monotonicMs: nextTick,
          sleepMs(ms) {
            tick += ms
          },
          randomHex(byteCount) {
            drawn += 1
            return drawn.toString(16).padStart(byteCount * 2, '0')
          },
        },
        log: () => undefined,
        ...noGit,
      }
    },
    killAll: () => running.clear(),
    saveInPlace(text) {
      ensureFolder()
      if (has(SETTINGS)) fs.overwriteFile(SETTINGS, Buffer.from(text))
      else fs.createFile(SETTINGS, Buffer.from(text), 0o644)
    },
    saveByRename(text) {
      ensureFolder()
      fs.createFile(`${folder}/editor`, Buffer.from(text), 0o644)
      fs.rename(`${folder}/editor`, SETTINGS)
    },
    read: (path = SETTINGS) => filesIn(files.tree()).get(path) ?? null,
    all: () => filesIn(files.tree()),
  }
}
