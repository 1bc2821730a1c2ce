/** Who is, or was, in a session. */
import type { Past } from '../session/past.ts'
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
  const { agent = 'unknown', startedAt = '', tty, cwd, hostName = 'another host' } = lock ?? {}
  const sinceMs = Date.parse(startedAt)
  const facts = [
    agent,
    `pid ${record.pid}`,
    ...(lock ? [`for ${age(startedAt, now)}`] : []),
    ...(tty ? [`on ${tty}`] : []),
    ...(cwd ? [`in ${withTilde(cwd, homeFolder)}`] : []),
  ]
  const state = {
    alive: '',
    dead: `: dead, ${verdict.reason}`,
    foreign: ` on ${hostName}: ${verdict.reason}, so it counts as alive`,
  }[verdict.kind]
  return {
    text: facts.join(', ') + state,
    agent,
    sinceMs: Number.isNaN(sinceMs) ? null : sinceMs,
    verdict: verdict.kind,
  }
}

/** `claude ×2, codex`; what flow itself did has no agents. */
export function whoWasIn({ agents, purpose }: Past): string {
  if (purpose?.kind === 'restore') return 'flow restore'
  if (purpose?.kind === 'residue') return 'flow recover'
  return agents.length === 0 ? '?' : countAgents(agents)
}

/** `claude ×3, codex`: the most frequent first. */
export function countAgents(rows: readonly { readonly agent: string }[]): string {
  const names = rows.map(({ agent }) => agent)
  const countOf = (name: string) => names.filter((one) => one === name).length
  return counted(names.toSorted((a, b) => countOf(b) - countOf(a))).join(', ')
}

/** Each once, in their order: `claude`, `codex ×2`. */
export function counted(names: readonly string[]): string[] {
  return [...new Set(names)].map((name) => {
    const count = names.filter((one) => one === name).length
    return count === 1 ? name : `${name} ×${count}`
  })
}
