import type { Past } from '../../../../src/session/past.ts'

/** A session of claude's that ended by itself after two minutes. */
export function past(id: string, changes: Partial<Past> = {}): Past {
  const agent = { pid: 1, startedAt: '', tty: null, exit: 'left' } as const
  return {
    sessionId: `session-20260131T140000000Z-${id}`,
    projectPath: '/work/team',
    target: 'claude',
    createdAt: '2026-01-31T14:00:00.000Z',
    closedAt: '2026-01-31T14:02:00.000Z',
    closedBy: 'release',
    recoveredFor: null,
    purpose: null,
    backupPath: '/home/me/.sylphx-flow/snapshots/x',
    agents: [{ ...agent, agent: 'claude' }],
    files: [{ path: '.claude/settings.json', kind: 'put-back', reason: '' }],
    isKept: true,
    ...changes,
  }
}
