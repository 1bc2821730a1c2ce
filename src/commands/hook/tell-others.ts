/** What an agent is told of the others in its repository. */
import { relative } from 'node:path'
import { plain } from '../../hooks/plain.ts'
import type { OtherAgent, OtherAgents } from '../../session/other-agents.ts'
import { age, clockTime } from '../time.ts'

const MOST_LINES = 10
const MOST_UNITS = 120

/** `''` when nobody else is there. At most some 6,000 UTF-16 units, however many there are. */
export function tellOthers({ self, others, unplaced }: OtherAgents, now: Date): string {
  if (others.length + unplaced === 0) return ''
  const isNear = ({ topLevel }: OtherAgent) => topLevel === self.topLevel
  const lines = others.slice(0, MOST_LINES).map((other) => `- ${describe(other, self, now)}`)
  const rest = others.length - lines.length
  if (rest > 0) lines.push(`- and ${rest} more: \`flow status\` shows all`)
  if (unplaced > 0) lines.push(`- ${unread(unplaced)}`)
  const advice = [
    ...(others.some(isNear)
      ? [
          'Whoever is in this working tree shares its files and its branch with you: leave changes that are not yours as they are, and do not switch, stash or reset.',
        ]
      : []),
    ...(others.length === 0 ? ['Leave changes that are not yours as they are.'] : []),
    ...(others.every(isNear) ? [] : ['Leave the files of other working trees alone.']),
  ]
  const title = '# Other agents at work in this repository'
  return [title, lines.join('\n'), advice.join('\n')].join('\n\n')
}

function unread(count: number): string {
  const [sessions, them] = count === 1 ? ['a session is', 'it'] : [`${count} sessions are`, 'them']
  return `${sessions} open, perhaps in this repository: what is recorded of ${them} cannot be read`
}

function describe(other: OtherAgent, self: OtherAgents['self'], now: Date): string {
  const { agent, startedAt, head, elsewhere } = other
  return [
    agent === null ? 'an agent' : word(agent),
    ...(startedAt === null ? [] : [since(startedAt, now)]),
    ...(head === null
      ? []
      : [head.kind === 'branch' ? `branch ${word(head.name)}` : detached(head)]),
    place(other, self),
    ...(elsewhere === null
      ? []
      : [`on ${word(elsewhere)}: whether it still runs is not known here`]),
  ].join(', ')
}

function detached({ commit }: { readonly commit: string }): string {
  return `on no branch, at ${commit.slice(0, 10)}`
}

function place({ projectPath, topLevel }: OtherAgent, self: OtherAgents['self']): string {
  // Seen from where this agent starts.
  const path = word(relative(self.projectPath, projectPath) || '.')
  if (topLevel !== self.topLevel) return `in another working tree: ${path}`
  return projectPath === self.projectPath
    ? 'in this working tree and directory'
    : `in this working tree, directory ${path}`
}

/** `since 14:05 (20 min)`, local time, with the day if that is another one. */
function since(startedAt: string, now: Date): string {
  const start = new Date(startedAt)
  if (Number.isNaN(start.getTime())) return 'since an unknown time'
  return `since ${clockTime(start, now)} (${age(startedAt, now)})`
}

/** Quoted where it could be taken for words of flow's: names may hold whole sentences. */
function word(text: string): string {
  const shown = plain(text, MOST_UNITS)
  return /^[\w@%+=:./~-]+$/.test(shown) ? shown : JSON.stringify(shown)
}
