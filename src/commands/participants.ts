import type { Participant } from '../session/state.ts'
import { age } from './time.ts'

/** Who stands in a session, a line each: `claude, pid 4711, for 5 min, in /work/team`. */
export function describeParticipants(participants: readonly Participant[], now: Date): string[] {
  const wrappers = participants.filter(({ role }) => role === 'wrapper')
  const agents = participants.filter((one) => {
    const hasWrapper = wrappers.some((w) => w.stem === one.stem && w.verdict.kind !== 'dead')
    return one.role === 'agent' && one.verdict.kind !== 'dead' && !hasWrapper
  })
  return [
    ...wrappers.map((one) => describeWrapper(one, now)),
    ...agents.map(({ record }) => `pid ${record.pid}, an agent whose flow was killed`),
  ]
}

function describeWrapper({ record, lock, verdict }: Participant, now: Date): string {
  const who = `${lock?.agent ?? 'unknown'}, pid ${record.pid}`
  const since =
    lock === undefined
      ? ''
      : `, for ${age(lock.startedAt, now)}${lock.tty ? `, on ${lock.tty}` : ''}, in ${lock.cwd}`
  const state = {
    alive: '',
    dead: `: dead, ${verdict.reason}`,
    foreign: ` on ${lock?.hostName ?? 'another host'}: ${verdict.reason}, so it counts as alive`,
  }[verdict.kind]
  return `${who}${since}${state}`
}
