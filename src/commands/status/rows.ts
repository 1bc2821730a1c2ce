/** The processes of a session as lines of a picture: a wrapper and its agent are one. */
import { relative } from 'node:path'
import type { Participant } from '../../session/state.ts'
import type { ProjectView } from './view.ts'

export interface Row {
  readonly agent: string
  readonly pid: number
  /** `pts/3`; '' where there is none. */
  readonly tty: string
  /** Null: not known. */
  readonly sinceMs: number | null
  readonly tone: 'alive' | 'dead' | 'foreign'
  /** What else there is to say, or ''. */
  readonly note: string
}

/** By the time of their start. */
export function rowsOf({ participants, projectPath }: ProjectView): Row[] {
  const wrappers = participants.filter(({ role }) => role === 'wrapper')
  const agents = participants.filter(({ role }) => role === 'agent')
  const rows = wrappers.map((wrapper) => {
    const outliving = agents.find(
      ({ stem, verdict }) => stem === wrapper.stem && verdict.kind !== 'dead',
    )
    const isOutlived = wrapper.verdict.kind === 'dead' && outliving !== undefined
    return toRow(wrapper, isOutlived ? outliving : undefined, projectPath)
  })
  return rows.sort((a, b) => (a.sinceMs ?? 0) - (b.sinceMs ?? 0))
}

/** @param outliving the agent that goes on after its wrapper was killed */
function toRow(
  { lock, record, verdict }: Participant,
  outliving: Participant | undefined,
  projectPath: string | null,
): Row {
  const sinceMs = Date.parse(lock?.startedAt ?? '')
  return {
    agent: lock?.agent ?? 'unknown',
    pid: (outliving ?? { record }).record.pid,
    tty: lock?.tty ?? '',
    sinceMs: Number.isNaN(sinceMs) ? null : sinceMs,
    tone: (outliving?.verdict ?? verdict).kind,
    note: noteOf(),
  }

  function noteOf(): string {
    if (outliving !== undefined) return 'its flow was killed'
    if (verdict.kind === 'dead') return `dead: ${verdict.reason}`
    if (verdict.kind === 'foreign') {
      return `on ${lock?.hostName ?? 'another host'}: ${verdict.reason}, so it counts as alive`
    }
    const way = relative(projectPath ?? '', lock?.cwd ?? projectPath ?? '')
    return way === '' ? '' : `in ${way}`
  }
}

/** `claude ×3, codex`: the most frequent first. */
export function countAgents(rows: readonly { readonly agent: string }[]): string {
  const counts = new Map<string, number>()
  for (const { agent } of rows) counts.set(agent, (counts.get(agent) ?? 0) + 1)
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([agent, count]) => (count === 1 ? agent : `${agent} ×${count}`))
    .join(', ')
}
