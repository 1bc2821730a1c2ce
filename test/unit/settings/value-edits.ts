/**
 * Edits by an agent or a tool that reads the settings, changes what they mean, and writes the whole
 * file anew. Flow's groups are told apart, so that the outcome can be seen with them and without.
 */
import fc from 'fast-check'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/json.ts'
import { MARKER } from '../../../src/settings/merge.ts'
import type { MergeRecord } from '../../../src/settings/merge-record.ts'
import { EVENTS, groups } from './documents.ts'

export interface Mixed {
  readonly others: Map<string, JsonValue>
  /** Undefined: there are none. */
  hooks: Map<string, Event> | undefined
  /** Flow made them: `hooks`, `hooks/Stop`. When nothing is in them, they go with flow. */
  readonly made: ReadonlySet<string>
}

interface Event {
  readonly groups: Group[]
  /** Where it is no array. */
  readonly other?: JsonValue
}

interface Group {
  readonly isOurs: boolean
  readonly value: JsonValue
  /** What the person put in before flow's commands, and behind them. */
  readonly before: JsonValue[]
  readonly behind: JsonValue[]
}

/** What merging makes of `settings`. */
export function mix(settings: JsonObject, { added }: MergeRecord): Mixed {
  const own = (value: JsonValue): Group => ({ isOurs: false, value, before: [], behind: [] })
  const { hooks, ...rest } = settings
  const made = new Set<string>()
  const events = new Map<string, Event>()
  for (const [name, value] of Object.entries(isJsonObject(hooks) ? hooks : {})) {
    events.set(
      name,
      Array.isArray(value) ? { groups: value.map(own) } : { groups: [], other: value },
    )
  }
  for (const { event, group } of added) {
    const list = events.get(event) ?? { groups: [] }
    if (!events.has(event)) made.add(`hooks/${event}`)
    if (hooks === undefined) made.add('hooks')
    list.groups.push({ ...own(group), isOurs: true })
    events.set(event, list)
  }
  const isThere = hooks !== undefined || events.size > 0
  return { others: new Map(Object.entries(rest)), hooks: isThere ? events : undefined, made }
}

export function hasOurs({ hooks }: Mixed): boolean {
  return [...(hooks?.values() ?? [])].some(({ groups }) => groups.some(({ isOurs }) => isOurs))
}

/** The settings as the file holds them. */
export function withFlow({ others, hooks }: Mixed, sessionId: string): JsonObject {
  const listOf = ({ groups }: Event) =>
    groups.map(({ isOurs, value, before, behind }) => {
      if (!isOurs || !isJsonObject(value)) return value
      const commands = [...before, ...(value.hooks as JsonValue[]), ...behind]
      return { ...value, hooks: commands, [MARKER]: sessionId }
    })
  return fromEvents(others, hooks, listOf)
}

/** The settings as the same edits would have left them had flow never been there. */
export function withoutFlow({ others, hooks, made }: Mixed): JsonObject {
  const listOf = ({ groups }: Event) =>
    groups.flatMap(({ isOurs, value, before, behind }) => {
      if (!isOurs || !isJsonObject(value)) return [value]
      const commands = [...before, ...behind]
      return commands.length === 0 ? [] : [{ ...value, hooks: commands }]
    })
  const kept = [...(hooks ?? [])].filter(([name, event]) => {
    return !made.has(`hooks/${name}`) || event.other !== undefined || listOf(event).length > 0
  })
  const isGone = hooks === undefined || (made.has('hooks') && kept.length === 0)
  return fromEvents(others, isGone ? undefined : new Map(kept), listOf)
}

function fromEvents(
  others: Mixed['others'],
  hooks: Mixed['hooks'],
  listOf: (event: Event) => JsonValue[],
): JsonObject {
  const entries = [...others]
  if (hooks !== undefined) {
    const events = [...hooks].map(([name, event]) => [name, event.other ?? listOf(event)] as const)
    entries.push(['hooks', Object.fromEntries(events)])
  }
  // fromEntries defines keys instead of assigning them: `__proto__` is one like any other.
  return Object.fromEntries(entries)
}

/** Numbers that say which event, group or place, counted round and round. */
export interface ValueEdit {
  readonly kind: keyof typeof CHANGES
  readonly event: string
  readonly from: number
  readonly to: number
  readonly group: JsonObject
}

/** What the person, or the agent, may do. */
const CHANGES = {
  'permit something'({ others }: Mixed, { from }: ValueEdit) {
    others.set('permissions', { allow: [`Bash(${from})`] })
  },
  'take a setting out'({ others }: Mixed, { from }: ValueEdit) {
    others.delete(pick([...others.keys()], from) ?? '')
  },
  'add a group'(mixed: Mixed, { event, to, group }: ValueEdit) {
    insert(eventOf(mixed, event), to, { isOurs: false, value: group, before: [], behind: [] })
  },
  'take a group out'(mixed: Mixed, { from, to }: ValueEdit) {
    takeOut(mixed, from, to)
  },
  'move a group'(mixed: Mixed, { event, from, to }: ValueEdit) {
    const group = takeOut(mixed, from, to)
    if (group !== undefined) insert(eventOf(mixed, event), from, group)
  },
  'copy a group'(mixed: Mixed, { event, from, to }: ValueEdit) {
    const group = pick(pick(listsOf(mixed), from)?.groups ?? [], to)
    if (group !== undefined) insert(eventOf(mixed, event), from, structuredClone(group))
  },
  'add a command'(mixed: Mixed, { from, to }: ValueEdit) {
    const group = pick(pick(listsOf(mixed), from)?.groups ?? [], to)
    const side = to % 2 === 0 ? group?.before : group?.behind
    if (group?.isOurs) side?.push({ type: 'command', command: `mine ${from}` })
  },
  'take an event out'({ hooks }: Mixed, { from }: ValueEdit) {
    hooks?.delete(pick([...(hooks?.keys() ?? [])], from) ?? '')
  },
  'take all hooks out'(mixed: Mixed) {
    mixed.hooks = undefined
  },
  'turn an event round'(mixed: Mixed, { from }: ValueEdit) {
    pick(listsOf(mixed), from)?.groups.reverse()
  },
}

export const valueEdits: fc.Arbitrary<ValueEdit> = fc.record({
  kind: fc.constantFrom(...(Object.keys(CHANGES) as (keyof typeof CHANGES)[])),
  event: fc.constantFrom(...EVENTS),
  from: fc.nat({ max: 9 }),
  to: fc.nat({ max: 9 }),
  group: groups('later'),
})

export function edit(mixed: Mixed, change: ValueEdit): void {
  CHANGES[change.kind](mixed, change)
}

function listsOf({ hooks }: Mixed): Event[] {
  return [...(hooks?.values() ?? [])].filter(({ other }) => other === undefined)
}

/** The event of this name; the person makes it where there is none. */
function eventOf(mixed: Mixed, name: string): Event {
  mixed.hooks ??= new Map()
  const present = mixed.hooks.get(name)
  const event = present === undefined || present.other !== undefined ? { groups: [] } : present
  mixed.hooks.set(name, event)
  return event
}

function insert({ groups }: Event, at: number, group: Group): void {
  groups.splice(at % (groups.length + 1), 0, group)
}

function takeOut(mixed: Mixed, from: number, at: number): Group | undefined {
  const list = pick(listsOf(mixed), from)?.groups ?? []
  return list.splice(at % Math.max(1, list.length), 1)[0]
}

function pick<T>(items: readonly T[], number: number): T | undefined {
  return items[number % items.length]
}
