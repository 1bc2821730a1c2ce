/** Which past session a person means. */
import { didYouMean } from '../../config/nearest-name.ts'
import { FlowError } from '../../errors.ts'
import type { Past } from '../../session/past.ts'
import { whoWasIn } from '../history/ending.ts'
import { type NameOf, spellings } from '../session-names.ts'
import { dateTime } from '../time.ts'

const LATEST = ['last', 'latest']
const MAX_LISTED = 8

export interface Choice {
  /** Latest first. */
  readonly all: readonly Past[]
  /** Those of the project around the current directory. */
  readonly here: readonly Past[]
  readonly nameOf: NameOf
}

/**
 * The session of this name or id, else the only one that is spelled so in its beginning; `last` and
 * `latest` are the project's latest session of an agent.
 * @throws FlowError E_NO_SESSION, E_AMBIGUOUS_SESSION (exit code 2)
 */
export function whichSession(typed: string, choice: Choice): Past {
  const { all, here, nameOf } = choice
  if (LATEST.includes(typed)) {
    const latest = here.find(({ purpose }) => purpose === null)
    if (latest === undefined) throw noPast()
    return latest
  }
  const exact = all.find(({ sessionId }) => [nameOf(sessionId), sessionId].includes(typed))
  if (exact !== undefined) return exact
  const found = all.filter(({ sessionId }) =>
    spellings(sessionId).some((name) => typed !== '' && name.startsWith(typed)),
  )
  const [only] = found
  if (only === undefined) throw unknown(typed, choice)
  if (found.length > 1) throw ambiguous(typed, found, nameOf)
  return only
}

const KEPT = 'nothing was changed'

function unknown(typed: string, { all, here, nameOf }: Choice): FlowError {
  const names = all.flatMap(({ sessionId }) => [nameOf(sessionId), sessionId])
  const restorable = (here.length > 0 ? here : all).filter(({ isKept }) => isKept)
  return new FlowError({
    code: 'E_NO_SESSION',
    what: `there is no past session "${typed}"${didYouMean(typed, [...names, ...LATEST])}`,
    why:
      restorable.length === 0
        ? 'there is none that can be restored'
        : `those that can be restored:\n${list(restorable, nameOf)}`,
    kept: KEPT,
    next: '`flow history --all` lists every past session',
    exitCode: 2,
  })
}

function ambiguous(typed: string, found: readonly Past[], nameOf: NameOf): FlowError {
  return new FlowError({
    code: 'E_AMBIGUOUS_SESSION',
    what: `"${typed}" is the beginning of ${found.length} sessions`,
    why: list(found, nameOf),
    kept: KEPT,
    next: 'type more of the one that you mean',
    exitCode: 2,
  })
}

function noPast(): FlowError {
  return new FlowError({
    code: 'E_NO_SESSION',
    what: 'there is no past session of this project',
    why: 'flow keeps the settings as they were before each of the latest few',
    kept: KEPT,
    next: '`flow history --all` lists those of every project; their names can be given here',
    exitCode: 2,
  })
}

/** `9f2c1a  2026-11-22 14:03  claude`, a line each. */
export function list(sessions: readonly Past[], nameOf: NameOf): string {
  const lines = sessions.slice(0, MAX_LISTED).map((past) => {
    return `${nameOf(past.sessionId)}  ${dateTime(past.createdAt)}  ${whoWasIn(past)}`
  })
  const more = sessions.length - lines.length
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}
