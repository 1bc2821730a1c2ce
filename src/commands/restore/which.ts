/** Which past session a person means. */
import { didYouMean } from '../../config/nearest-name.ts'
import { FlowError } from '../../errors.ts'
import type { Past } from '../../session/past.ts'
import { shortId, whoWasIn } from '../history/words.ts'
import { dateTime } from '../time.ts'

const LATEST = ['last', 'latest']
const MOST_NAMED = 8

/**
 * The one whose id is `typed`, or whose id, or the last part of it, begins so; `last` and `latest`
 * are the project's latest session of an agent.
 * @param all latest first
 * @param here those of the project round the current folder
 * @throws FlowError E_NO_SESSION, E_AMBIGUOUS_SESSION (exit code 2)
 */
export function whichSession(typed: string, all: readonly Past[], here: readonly Past[]): Past {
  if (LATEST.includes(typed)) {
    const latest = here.find(({ purpose }) => purpose === null)
    if (latest === undefined) throw noPast()
    return latest
  }
  const exact = all.find(({ sessionId }) => sessionId === typed)
  if (exact !== undefined) return exact
  const found = typed === '' ? [] : all.filter(({ sessionId }) => isMeant(typed, sessionId))
  const [only] = found
  if (only === undefined) throw unknown(typed, all, here)
  if (found.length > 1) throw ambiguous(typed, found)
  return only
}

/** `session-2026…`, `2026…` without that word, or `9f2c`, of the part that `flow history` shows. */
function isMeant(typed: string, sessionId: string): boolean {
  const [word = ''] = sessionId.split('-', 1)
  return [sessionId, sessionId.slice(word.length + 1), shortId(sessionId)].some((name) =>
    name.startsWith(typed),
  )
}

const KEPT = 'nothing was changed'

function unknown(typed: string, all: readonly Past[], here: readonly Past[]): FlowError {
  const names = all.flatMap(({ sessionId }) => [shortId(sessionId), sessionId])
  const restorable = (here.length > 0 ? here : all).filter(({ isKept }) => isKept)
  return new FlowError({
    code: 'E_NO_SESSION',
    what: `there is no past session "${typed}"${didYouMean(typed, [...names, ...LATEST])}`,
    why:
      restorable.length === 0
        ? 'there is none that can be restored'
        : `those that can be restored:\n${list(restorable)}`,
    kept: KEPT,
    next: '`flow history --all` lists every past session',
    exitCode: 2,
  })
}

function ambiguous(typed: string, found: readonly Past[]): FlowError {
  return new FlowError({
    code: 'E_AMBIGUOUS_SESSION',
    what: `"${typed}" is the beginning of ${found.length} sessions`,
    why: list(found),
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
    next: '`flow history --all` lists those of every project; their ids can be given here',
    exitCode: 2,
  })
}

/** `9f2c1a  2026-11-22 14:03  claude`, a line each. */
export function list(sessions: readonly Past[]): string {
  const lines = sessions.slice(0, MOST_NAMED).map((past) => {
    const { sessionId, createdAt } = past
    const clashes = sessions.filter((one) => shortId(one.sessionId) === shortId(sessionId)).length
    const id = clashes > 1 ? sessionId : shortId(sessionId)
    return `${id}  ${dateTime(createdAt)}  ${whoWasIn(past)}`
  })
  const more = sessions.length - lines.length
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}
