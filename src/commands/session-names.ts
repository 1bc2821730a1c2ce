/** One short name for each session: every command prints it, `flow restore` and Tab take it. */
import type { ProtocolPorts } from '../ports/ports.ts'
import { listPast, type Past, sessionIds } from '../session/past.ts'

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

/** What may be typed for it, in full or its beginning. PURE */
export function spellings(id: string): string[] {
  return [lastPart(id), withoutKind(id), id]
}

/** Sessions that `flow restore` can put back, latest first. @throws FlowError E_STATE_LINK, E_STATE_READ */
export function restorable(
  ports: ProtocolPorts,
  stateHome: string,
): { readonly name: string; readonly past: Past }[] {
  const nameOf = sessionNames(ports, stateHome)
  return listPast(ports, stateHome)
    .filter(({ isKept }) => isKept)
    .map((past) => ({ name: nameOf(past.sessionId), past }))
}

function lastPart(id: string): string {
  return id.slice(id.lastIndexOf('-') + 1)
}

/** Without `session-`. */
function withoutKind(id: string): string {
  return id.slice(id.indexOf('-') + 1)
}
