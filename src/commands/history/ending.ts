/** Past sessions in words: how each ended, who was in it, what became of the files. */
import type { PastAgent, RecoveredFor } from '../../session/history.ts'
import type { Past } from '../../session/past.ts'
import type { FileOutcome } from '../../session/restore-file.ts'
import { countAgents } from '../participants.ts'
import type { NameOf } from '../session-names.ts'
import { age } from '../time.ts'

/** `claude ×2, codex`; what flow itself did has no agents. */
export function whoWasIn({ agents, purpose }: Past): string {
  if (purpose?.kind === 'restore') return 'flow restore'
  if (purpose?.kind === 'residue') return 'flow recover'
  return agents.length === 0 ? '?' : countAgents(agents)
}

/** How long it lasted, in milliseconds; null: it was killed, and nobody knows when. */
export function durationMs(past: Past): number | null {
  if (endingOf(past).kind !== 'clean') return null
  const ms = Date.parse(past.closedAt) - Date.parse(past.createdAt)
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}

export type Ending =
  | { readonly kind: 'clean' }
  /** Killed, or the machine went off; when is not known, only when somebody put it right. */
  | { readonly kind: 'recovered'; readonly by: RecoveredBy }
  /** Only the snapshot is left of it. */
  | { readonly kind: 'unknown' }

/** `next-start`: the next session of the project; `unknown`: the record does not say. */
export type RecoveredBy = 'next-start' | RecoveredFor | 'unknown'

export function endingOf({ closedBy, recoveredFor, purpose }: Past): Ending {
  if (closedBy === null) return { kind: 'unknown' }
  if (closedBy === 'acquire') return { kind: 'recovered', by: 'next-start' }
  // Taking residue out is itself a session that recovery begins and ends.
  if (closedBy === 'release' || purpose?.kind === 'residue') return { kind: 'clean' }
  return { kind: 'recovered', by: recoveredFor ?? 'unknown' }
}

/** `clean`; `killed; recovered 2 h after its start by a git hook`; and what became of the files. */
export function describeEnding(past: Past, nameOf: NameOf): string {
  return [...whatItDid(past, nameOf), ...howItEnded(past), ...whatBecame(past)].join('; ')
}

function whatItDid({ purpose }: Past, nameOf: NameOf): string[] {
  if (purpose === null) return []
  return purpose.kind === 'restore'
    ? [`put back what ${nameOf(purpose.of)} had kept`]
    : ['took out hooks that had come back']
}

function howItEnded(past: Past): string[] {
  const ending = endingOf(past)
  const { agents, closedAt, createdAt, purpose } = past
  switch (ending.kind) {
    case 'unknown':
      return ['how it ended is not on record any more']
    case 'clean':
      return purpose === null ? ['clean', ...whoWasKilled(agents)] : []
    case 'recovered': {
      const after = age(createdAt, new Date(closedAt))
      return [`killed; recovered ${after} after its start by ${RECOVERED_BY[ending.by]}`]
    }
    default:
      return ending satisfies never
  }
}

const RECOVERED_BY: Record<RecoveredBy, string> = {
  'next-start': 'the next start',
  'git-hook': 'a git hook',
  prompt: 'the prompt',
  command: '`flow recover`',
  unknown: 'flow',
}

/** The last one out restored, and others had been killed before. */
function whoWasKilled(agents: readonly PastAgent[]): string[] {
  const killed = agents.filter(({ exit }) => exit === 'killed').length
  return killed === 0 ? [] : [`${killed} of ${agents.length} killed before`]
}

/** Nothing of what goes without saying: the file is as it was. */
function whatBecame({ files, purpose }: Past): string[] {
  if (purpose !== null) return files.length === 0 ? ['nothing was changed'] : []
  return files.flatMap(({ path, kind, kept = [] }) => [
    ...(WHAT_BECAME[kind] === '' ? [] : [`${path} ${WHAT_BECAME[kind]}`]),
    ...kept.map((copy) => `a copy is ${copy}`),
  ])
}

const WHAT_BECAME: Record<FileOutcome['kind'], string> = {
  'put-back': '',
  removed: '',
  'edits-kept': 'keeps the edits made meanwhile',
  untouched: 'had nothing of flow in it any more',
}
