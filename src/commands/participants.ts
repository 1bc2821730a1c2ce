/** The processes of a session, in words. */
import type { Verdict } from '../session/pid-lock.ts'
import type { Participant } from '../session/state.ts'
import { withTilde } from './columns.ts'
import { age } from './time.ts'

export interface ParticipantRow {
  /** `claude, pid 4711, for 5 min, in /work/team` */
  readonly text: string
  readonly agent: string
  /** Null: not known. */
  readonly sinceMs: number | null
  readonly verdict: Verdict['kind']
}

/** Who is in a session, a line each. */
export function describeParticipants(participants: readonly Participant[], now: Date): string[] {
  return participantRows(participants, now).map(({ text }) => text)
}

/**
 * By the time of their start. An agent has a row of its own only where it outlives its wrapper.
 * @param homeFolder `~` is printed in its place; empty: it is not
 */
export function participantRows(
  participants: readonly Participant[],
  now: Date,
  homeFolder = '',
): ParticipantRow[] {
  const wrappers = participants.filter(({ role }) => role === 'wrapper')
  const outliving = participants.filter(({ role, stem, verdict }) => {
    const hasWrapper = wrappers.some((one) => one.stem === stem && one.verdict.kind !== 'dead')
    return role === 'agent' && verdict.kind !== 'dead' && !hasWrapper
  })
  const rows = wrappers.map((one) => wrapperRow(one, now, homeFolder))
  return [
    ...rows.sort((a, b) => (a.sinceMs ?? 0) - (b.sinceMs ?? 0)),
    ...outliving.map(({ record, verdict }) => ({
      text: `pid ${record.pid}, an agent whose flow was killed`,
      agent: 'unknown',
      sinceMs: null,
      verdict: verdict.kind,
    })),
  ]
}

function wrapperRow(
  { record, lock, verdict }: Participant,
  now: Date,
  homeFolder: string,
): ParticipantRow {
  const agent = lock?.agent ?? 'unknown'
  const sinceMs = Date.parse(lock?.startedAt ?? '')
  const facts =
    lock === undefined
      ? []
      : [
          `for ${age(lock.startedAt, now)}`,
          ...(lock.tty ? [`on ${lock.tty}`] : []),
          `in ${withTilde(lock.cwd, homeFolder)}`,
        ]
  const state = {
    alive: '',
    dead: `: dead, ${verdict.reason}`,
    foreign: ` on ${lock?.hostName ?? 'another host'}: ${verdict.reason}, so it counts as alive`,
  }[verdict.kind]
  return {
    text: [agent, `pid ${record.pid}`, ...facts].join(', ') + state,
    agent,
    sinceMs: Number.isNaN(sinceMs) ? null : sinceMs,
    verdict: verdict.kind,
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
