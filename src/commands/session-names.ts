/** One short name for each session: every command prints it, `flow restore` and Tab take it. */
import { didYouMean } from '../config/nearest-name.ts'
import { FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { type Past, sessionIds } from '../session/past.ts'
import { whoWasIn } from './participants.ts'
import { dateTime } from './time.ts'

/** The session's id -> its name. */
export type NameOf = (sessionId: string) => string

/** @throws FlowError E_STATE_LINK, E_STATE_READ */
export function sessionNames(ports: ProtocolPorts, stateHome: string): NameOf {
  return namesAmong(sessionIds(ports, stateHome))
}

/** `9f2c1a`, the last part of the id; where another session has the same: `20261122T101530123Z-9f2c1a`. PURE */
export function namesAmong(ids: readonly string[]): NameOf {
  return (id) => {
    const isShared = ids.some((other) => other !== id && lastPart(other) === lastPart(id))
    return isShared ? withoutKind(id) : lastPart(id)
  }
}

function lastPart(id: string): string {
  return id.slice(id.lastIndexOf('-') + 1)
}

/** Without `session-`. */
function withoutKind(id: string): string {
  return id.slice(id.indexOf('-') + 1)
}

const MAX_LISTED = 8

/** `9f2c1a  2026-11-22 14:03  claude`, a line each. */
export function listSessions(sessions: readonly Past[], nameOf: NameOf): string {
  const lines = sessions.slice(0, MAX_LISTED).map((past) => {
    return `${nameOf(past.sessionId)}  ${dateTime(past.createdAt)}  ${whoWasIn(past)}`
  })
  const more = sessions.length - lines.length
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

const LATEST = ['last', 'latest']

export interface Choice {
  /** Latest first. */
  readonly all: readonly Past[]
  /** Those of the project around the current directory. */
  readonly here: readonly Past[]
  readonly nameOf: NameOf
}

/**
 * The session of this name or id, else the only one of which this is the beginning; `last` and `latest`
 * are the project's latest session of an agent. PURE
 * @throws FlowError E_NO_SESSION, E_AMBIGUOUS_SESSION (exit code 2)
 */
export function whichSession(typed: string, choice: Choice): Past {
  const { all, here, nameOf } = choice
  if (LATEST.includes(typed)) {
    const latest = here.find(({ purpose }) => purpose === null)
    if (latest !== undefined) return latest
    throw refusal('E_NO_SESSION', {
      what: 'there is no past session of this project',
      why: 'flow keeps the settings as they were before each of the latest few',
      next: '`flow history --all` lists those of every project; their names can be given here',
    })
  }
  const exact = all.find(({ sessionId }) => [nameOf(sessionId), sessionId].includes(typed))
  if (exact !== undefined) return exact
  const found = all.filter(({ sessionId: id }) =>
    [lastPart(id), withoutKind(id), id].some((name) => typed !== '' && name.startsWith(typed)),
  )
  const [only] = found
  if (only === undefined) throw unknown(typed, choice)
  if (found.length === 1) return only
  throw refusal('E_AMBIGUOUS_SESSION', {
    what: `"${typed}" is the beginning of ${found.length} sessions`,
    why: listSessions(found, nameOf),
    next: 'type more of the one that you mean',
  })
}

function unknown(typed: string, { all, here, nameOf }: Choice): FlowError {
  const names = all.flatMap(({ sessionId }) => [nameOf(sessionId), sessionId])
  const kept = (here.length > 0 ? here : all).filter(({ isKept }) => isKept)
  return refusal('E_NO_SESSION', {
    what: `there is no past session "${typed}"${didYouMean(typed, [...names, ...LATEST])}`,
    why:
      kept.length === 0
        ? 'there is none that can be restored'
        : `those that can be restored:\n${listSessions(kept, nameOf)}`,
    next: '`flow history --all` lists every past session',
  })
}

function refusal(code: string, text: Record<'what' | 'why' | 'next', string>): FlowError {
  return new FlowError({ code, ...text, kept: 'nothing was changed', exitCode: 2 })
}
