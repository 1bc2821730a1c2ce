/** Views of sessions as `flow status` gets them. */
import pc from 'picocolors'
import { namesAmong } from '../../../../src/commands/session-names.ts'
import type { Frame } from '../../../../src/commands/status/render.ts'
import type { ByHand, ProjectView } from '../../../../src/commands/status/view.ts'
import type { BackupRef } from '../../../../src/session/backup-ref.ts'
import type { Verdict } from '../../../../src/session/pid-lock.ts'
import type { Participant } from '../../../../src/session/state.ts'

export const NOW = new Date('2026-01-31T15:00:00.000Z')

const ALIVE: Verdict = { kind: 'alive', reason: 'it runs' }

export function wrapper(
  pid: number,
  minutesAgo: number,
  changes: { agent?: string; tty?: string | null; cwd?: string; verdict?: Verdict } = {},
): Participant {
  const { agent = 'claude', tty = null, cwd = '/work/team', verdict = ALIVE } = changes
  const place = { bootId: 'b', pidNamespace: 'n', machineId: 'm' }
  const record = { pid, startTime: '1', ...place }
  const startedAt = new Date(NOW.getTime() - minutesAgo * 60_000).toISOString()
  const words = { target: 'claude', projectPath: '/work/team', hostName: 'laptop' }
  const lock = { ...record, ...words, version: 1, sessionId: 's', agent, cwd, startedAt, tty }
  return { role: 'wrapper', stem: String(pid), record, lock, verdict }
}

export function agentOf(one: Participant, pid: number): Participant {
  return {
    role: 'agent',
    stem: one.stem,
    record: { ...one.record, pid },
    lock: undefined,
    verdict: ALIVE,
  }
}

export function project(
  changes: Partial<ProjectView> & { projectPath?: string | null } = {},
): ProjectView {
  const { projectPath = '/work/team', ...others } = changes
  const ref = {
    projectPath,
    sessionId: 'session-20260131T140000000Z-b57675',
    createdAt: new Date(NOW.getTime() - 60 * 60_000).toISOString(),
    backupPath:
      '/home/me/.sylphx-flow/snapshots/17a4fde43829b176/session-20260131T140000000Z-b57675',
  } as BackupRef
  return {
    hash: '17a4fde43829b176',
    ref: projectPath === null ? null : ref,
    path: projectPath ?? '',
    isHere: false,
    isOrphaned: false,
    recovery: null,
    damaged: null,
    filter: [],
    participants: [wrapper(4711, 60, { tty: 'pts/3' })],
    files: [fileWith({ kind: 'command', command: 'cp a b' })],
    ...others,
  }
}

export function fileWith(byHand: ByHand): ProjectView['files'][number] {
  return { path: '.claude/settings.json', merged: ['SessionStart'], byHand }
}

export function frame(changes: Partial<Frame> = {}): Frame {
  return {
    now: NOW,
    columns: 80,
    colors: pc.createColors(false),
    typed: (text) => text,
    hasUnicode: true,
    homeFolder: '/home/me',
    hasBars: true,
    nameOf: namesAmong([]),
    detail: 'normal',
    ...changes,
  }
}
