import { lastFired } from '../../session/fired.ts'
import { listHistory } from '../../session/history.ts'
import { getBackupRef } from '../../session/state.ts'
import { type Finding, ok, warning } from '../../setup/finding.ts'
import { sessionNames } from '../session-names.ts'
import { age } from '../time.ts'
import { type DoctorContext, ownPaths } from './context.ts'

const ID = 'fired'

/** What flow merges of its own, by the client's name of the event and by flow's. */
const EVENTS = [
  ['SessionStart', 'session-start'],
  ['Notification', 'notification'],
] as const

/** Does the client run what flow merges? The notes of `flow hook` tell, after a session too. */
export function firedFinding(context: DoctorContext): Finding | null {
  const { ports, configuration } = context
  const paths = ownPaths(context)
  if (paths === null || configuration.kind !== 'known') return null
  const now = ports.clock.now()
  const nameOf = sessionNames(ports, paths.home)
  const seen = EVENTS.flatMap(([event, name]) => {
    const fired = lastFired(ports, paths, name)
    if (fired === null) return []
    return [
      `${event} last fired ${age(fired.firedAt, now)} ago, in session ${nameOf(fired.sessionId)}`,
    ]
  })
  if (seen.length > 0) return ok(ID, seen.join('; '))
  const { config, projectRoot } = configuration.value
  const { memory } = config
  if (memory.file === false && memory.logs === false && !memory.sessions) {
    return ok(ID, 'the configuration merges no SessionStart hook that could be seen to fire')
  }
  const sessions = listHistory(ports, paths.home).filter((one) => one.projectPath === projectRoot)
  const isOpen = getBackupRef(ports, paths).kind === 'ok'
  if (sessions.length === 0 && !isOpen) return ok(ID, 'no session ran here yet')
  return warning(ID, 'no merged hook was ever seen to fire here', {
    detail:
      'there were sessions: perhaps of a command that reads no hooks, or of a client that does not trust\n' +
      'this folder yet, or that was started in another one. To find out, start your agent and look again:',
    mend: 'flow run',
  })
}
