import type { Past } from '../../session/past.ts'
import { durationMs, endingOf } from './words.ts'

/** Version of the shape; docs/JSON.md describes it. */
const JSON_VERSION = 1

export interface HistoryView {
  readonly stateHome: string
  readonly scope: 'project' | 'all'
  /** How many there are, also beyond the limit. */
  readonly total: number
  readonly sessions: readonly Past[]
}

export function toJson({ stateHome, scope, total, sessions }: HistoryView): object {
  return {
    version: JSON_VERSION,
    stateHome,
    scope,
    total,
    sessions: sessions.map((past) => {
      const ending = endingOf(past)
      return {
        sessionId: past.sessionId,
        kind: past.purpose?.kind ?? 'session',
        restored: past.purpose?.kind === 'restore' ? past.purpose.of : null,
        projectPath: past.projectPath,
        target: past.target,
        startedAt: past.createdAt,
        endedAt: past.closedAt,
        durationMs: durationMs(past),
        ending: ending.kind,
        recoveredBy: ending.kind === 'recovered' ? ending.by : null,
        agents: past.agents,
        files: past.files,
        backupPath: past.backupPath,
        canRestore: past.isKept,
      }
    }),
  }
}
