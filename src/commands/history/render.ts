/** `flow history` for people: a line for each past session, and more where it does not fit. */
import type pc from 'picocolors'
import type { RecoveredFor } from '../../session/history.ts'
import type { Past } from '../../session/past.ts'
import type { FileOutcome } from '../../session/restore-file.ts'
import { alignColumns, layOut, printable, widthOf, withTilde } from '../columns.ts'
import { whoWasIn } from '../participants.ts'
import type { NameOf } from '../session-names.ts'
import { age, dateTime } from '../time.ts'

export interface TableStyle {
  readonly columns: number
  readonly colors: ReturnType<typeof pc.createColors>
  readonly homeFolder: string
  readonly nameOf: NameOf
  /** Names the project of each session. */
  readonly withProject: boolean
}

const MAX_CELL_WIDTH = 24

/** Latest first, as given. Nothing is cut off: what is too long goes on below. */
export function historyTable(sessions: readonly Past[], style: TableStyle): string[] {
  const { columns, colors, homeFolder, nameOf, withProject } = style
  const lasted = sessions.map((past) => {
    return durationMs(past) === null ? '?' : age(past.createdAt, new Date(past.closedAt))
  })
  const lastedWidth = Math.max(...lasted.map((text) => text.length))
  const rows = sessions.map((past, at) => {
    const ending = printable(describeEnding(past, nameOf)) + (past.isKept ? '' : '; no backup left')
    return [
      (past.isKept ? colors.yellow : colors.dim)(nameOf(past.sessionId)),
      colors.dim(dateTime(past.createdAt)),
      (lasted[at] ?? '').padStart(lastedWidth),
      printable(whoWasIn(past)),
      endingOf(past).ending === 'clean' ? ending : colors.red(ending),
    ]
  })
  return alignColumns(rows, MAX_CELL_WIDTH).flatMap((cells, at) => {
    const indent = widthOf(cells[0] ?? '') + 2
    const project = printable(withTilde(sessions[at]?.projectPath ?? '', homeFolder))
    return [
      ...layOut(cells, columns, indent),
      ...(withProject ? [' '.repeat(indent) + colors.dim(project)] : []),
    ]
  })
}

/** How long it lasted, in milliseconds; null: it was killed, and when is not known. */
export function durationMs(past: Past): number | null {
  if (endingOf(past).ending !== 'clean') return null
  const ms = Date.parse(past.closedAt) - Date.parse(past.createdAt)
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}

/** `next-start`: the next session of the project; `unknown`: the record does not say. */
type RecoveredBy = 'next-start' | RecoveredFor | 'unknown'

export interface Ending {
  /** `recovered`: killed, or the machine went off. `unknown`: only its snapshot is left. */
  readonly ending: 'clean' | 'recovered' | 'unknown'
  readonly recoveredBy: RecoveredBy | null
}

export function endingOf({ closedBy, recoveredFor, purpose }: Past): Ending {
  if (closedBy === null) return { ending: 'unknown', recoveredBy: null }
  if (closedBy === 'acquire') return { ending: 'recovered', recoveredBy: 'next-start' }
  // Taking residue out is itself a session that recovery begins and ends.
  const isClean = closedBy === 'release' || purpose?.kind === 'residue'
  if (isClean) return { ending: 'clean', recoveredBy: null }
  return { ending: 'recovered', recoveredBy: recoveredFor ?? 'unknown' }
}

/** `clean`; `killed; recovered 2 h after its start by a git hook`; and what became of the files. */
export function describeEnding(past: Past, nameOf: NameOf): string {
  const { agents, files, purpose } = past
  const facts: string[] = []
  if (purpose?.kind === 'restore') facts.push(`put back what ${nameOf(purpose.of)} had kept`)
  if (purpose?.kind === 'residue') facts.push('took out hooks that had come back')
  const { ending, recoveredBy } = endingOf(past)
  if (ending === 'unknown') facts.push('how it ended is not on record any more')
  if (recoveredBy !== null) {
    const after = age(past.createdAt, new Date(past.closedAt))
    facts.push(`killed; recovered ${after} after its start by ${RECOVERED_BY[recoveredBy]}`)
  }
  if (purpose !== null) {
    if (files.length === 0) facts.push('nothing was changed')
    return facts.join('; ')
  }
  if (ending === 'clean') {
    // The last one to leave restored, and others had been killed before.
    const killed = agents.filter(({ exit }) => exit === 'killed').length
    facts.push('clean', ...(killed > 0 ? [`${killed} of ${agents.length} killed before`] : []))
  }
  for (const { path, kind, kept = [] } of files) {
    if (OUTCOMES[kind] !== '') facts.push(`${path} ${OUTCOMES[kind]}`)
    facts.push(...kept.map((copy) => `a copy is ${copy}`))
  }
  return facts.join('; ')
}

const RECOVERED_BY: Record<RecoveredBy, string> = {
  'next-start': 'the next start',
  'git-hook': 'a git hook',
  prompt: 'the prompt',
  command: '`flow recover`',
  unknown: 'flow',
}

/** Nothing of what goes without saying: the file is as it was. */
const OUTCOMES: Record<FileOutcome['kind'], string> = {
  'put-back': '',
  removed: '',
  'edits-kept': 'keeps the edits made meanwhile',
  untouched: 'had nothing of flow in it any more',
}
