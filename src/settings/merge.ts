import type { Node } from 'jsonc-parser'
import { applyEdits } from 'jsonc-parser'
import type { JsonObject } from '../json.ts'
import type { SettingsDocument } from './document.ts'
import { containerAt, nodeValue, parseSettings, sameJson, toBytes } from './document.ts'
import { appendItems, type Item } from './insert.ts'
import { isBlankText, type MergeRecord } from './merge-record.ts'
import { decodeUtf8, positionOf } from './refusal.ts'
import { interiorOf } from './span.ts'

/** Key on a merged hook group; its value is the session's id. */
export const MARKER = 'flowSession'

export interface HookEntry {
  /** A client's event, e.g. `SessionStart`. */
  readonly event: string
  readonly group: JsonObject
  /** The team's own spelling before guarding; an equal group in the file is theirs, not flow's. */
  readonly plain?: JsonObject
}

export interface Merged {
  readonly bytes: Uint8Array
  readonly record: MergeRecord
  /** Sentences about what keeps a client from reading the file. */
  readonly warnings: string[]
}

/**
 * Adds the groups behind those that stand in the file; one that stands there already is not added.
 * `original` null: the file is absent. `record.added` empty: there is nothing to write.
 * The bytes must be free of the session's own groups: to put missing ones back, detach first.
 * @throws FlowError E_SETTINGS_INVALID naming line and column
 */
export function mergeEntries(
  original: Uint8Array | null,
  entries: readonly HookEntry[],
  sessionId: string,
  name: string,
): Merged {
  const originalText = original === null ? null : decodeUtf8(original, name)
  const document = parseSettings(original ?? new Uint8Array(), name)
  const hooks = containerAt(document, document.root, 'hooks', 'object')
  const plans = planEvents(document, hooks, entries)
  const additions = planAdditions(document, hooks, plans, sessionId)

  const edits = additions.map(({ to, items }) => appendItems(document, to, items))
  const bytes = toBytes(document, applyEdits(document.text, edits))
  const added = plans.flatMap(({ event, groups }) => groups.map((group) => ({ event, group })))
  const newEvents = plans.filter(({ list }) => list === undefined)
  const created = newEvents.map(({ event }) => `hooks/${event}`)
  if (hooks === undefined && created.length > 0) created.unshift('hooks')
  const emptied = additions
    .map(({ container, to }) => ({ container, interior: interiorOf(document.text, to) }))
    .filter(({ interior }) => interior.trim() === '')
  const record = {
    sessionId,
    added,
    created,
    emptied,
    ...(originalText !== null && isBlankText(originalText) && { blank: originalText }),
  }
  return { bytes, record, warnings: warningsFor(document) }
}

export function withoutMarker(group: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(group).filter(([key]) => key !== MARKER))
}

interface EventPlan {
  readonly event: string
  /** The event's array, if the file has one. */
  readonly list: Node | undefined
  /** What is to be added to it, at least one. */
  readonly groups: JsonObject[]
}

function planEvents(
  document: SettingsDocument,
  hooks: Node | undefined,
  entries: readonly HookEntry[],
): EventPlan[] {
  const events = [...new Set(entries.map(({ event }) => event))]
  return events
    .map((event) => {
      const list = hooks && containerAt(document, hooks, event, 'array')
      const present = (list?.children ?? []).map(nodeValue)
      const groups: JsonObject[] = []
      for (const { event: wanted, group, plain } of entries) {
        if (wanted !== event) continue
        const bare = withoutMarker(group)
        const isThere = [...present, ...groups].some((one) => {
          return sameJson(one, bare) || (plain !== undefined && sameJson(one, plain))
        })
        if (!isThere) groups.push(bare)
      }
      return { event, list, groups }
    })
    .filter(({ groups }) => groups.length > 0)
}

interface Addition {
  /** As in a MergeRecord. */
  readonly container: string
  readonly to: Node
  readonly items: readonly Item[]
}

function planAdditions(
  document: SettingsDocument,
  hooks: Node | undefined,
  plans: readonly EventPlan[],
  sessionId: string,
): Addition[] {
  const additions: Addition[] = []
  const newEvents: { key: string; value: JsonObject[] }[] = []
  for (const { event, list, groups } of plans) {
    const marked = groups.map((group) => ({ ...group, [MARKER]: sessionId }))
    if (list === undefined) newEvents.push({ key: event, value: marked })
    else {
      const items = marked.map((value) => ({ value }))
      additions.push({ container: `hooks/${event}`, to: list, items })
    }
  }
  if (newEvents.length === 0) return additions
  if (hooks !== undefined)
    return [...additions, { container: 'hooks', to: hooks, items: newEvents }]
  const value = Object.fromEntries(newEvents.map(({ key, value: groups }) => [key, groups]))
  return [{ container: '', to: document.root, items: [{ key: 'hooks', value }] }]
}

function warningsFor(document: SettingsDocument): string[] {
  const oddities = [
    { what: 'a comment', offset: document.firstComment },
    { what: 'a trailing comma', offset: document.trailingComma },
  ]
  return oddities.flatMap(({ what, offset }) => {
    if (offset === undefined) return []
    const { line } = positionOf(document.text, offset)
    return [`${document.name} has ${what} in line ${line}: Claude Code ignores the whole file then`]
  })
}
