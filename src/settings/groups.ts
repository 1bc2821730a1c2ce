import type { Node } from 'jsonc-parser'
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import type { Property, SettingsDocument } from './document.ts'
import { nodeValue, propertiesOf, sameJson } from './document.ts'
import { MARKER, withoutMarker } from './merge.ts'
import type { AddedGroup, MergeRecord } from './merge-record.ts'

/** A hook group that stands in a file. */
export interface FoundGroup {
  readonly event: string
  readonly node: Node
  readonly value: JsonObject
  /** From its marker; undefined: it carries none that flow could have written. */
  readonly sessionId: string | undefined
}

/** What holds groups: a `hooks` object, or an event's array within it. */
export interface GroupContainer {
  /** `hooks`, `hooks/SessionStart`: as in a MergeRecord. */
  readonly path: string
  readonly property: Node
  readonly node: Node
}

/** Every group under `hooks`, in the order of the file; keys that stand twice count twice. */
export function groupsIn(document: SettingsDocument): FoundGroup[] {
  return hooksIn(document).flatMap((hooks) =>
    propertiesOf(hooks.value).flatMap(({ key: event, value: list }) =>
      itemsOf(list).flatMap((node) => {
        const value = nodeValue(node)
        return isJsonObject(value) ? [{ event, node, value, sessionId: markerOf(value) }] : []
      }),
    ),
  )
}

/** Inner before outer. */
export function containersIn(document: SettingsDocument): GroupContainer[] {
  return hooksIn(document).flatMap((hooks) => [
    ...propertiesOf(hooks.value)
      .filter(({ value }) => value.type === 'array')
      .map(({ key, node, value }) => ({ path: `hooks/${key}`, property: node, node: value })),
    { path: 'hooks', property: hooks.node, node: hooks.value },
  ])
}

export interface Claim {
  readonly ours: FoundGroup[]
  /** Groups of the record that stand in the file no more. */
  readonly missing: AddedGroup[]
}

/**
 * Which groups are the record's: those with its marker; and, since a tool may have dropped a key it
 * does not know, one equal group without a marker for each that is still missing.
 */
export function claimGroups(record: MergeRecord, groups: readonly FoundGroup[]): Claim {
  const missing = [...record.added]
  const found = (group: FoundGroup, fits: (recorded: JsonObject) => boolean): boolean => {
    const index = missing.findIndex(({ event, group: wanted }) => {
      return event === group.event && fits(wanted)
    })
    if (index >= 0) missing.splice(index, 1)
    return index >= 0
  }
  const marked = groups.filter(({ sessionId }) => sessionId === record.sessionId)
  for (const group of marked) {
    const plain = withoutMarker(group.value)
    const isWhole = found(group, (recorded) => sameJson(recorded, plain))
    if (!isWhole) found(group, (recorded) => sharesCommand(recorded, plain))
  }
  const unmarked = groups.filter(
    (group) => !marked.includes(group) && found(group, (one) => sameJson(one, group.value)),
  )
  return { ours: [...marked, ...unmarked], missing }
}

/**
 * What has to go for `group` to go: all of it, or, when the person put commands of their own into
 * it, the recorded commands and the marker.
 */
export function nodesToRemove(group: FoundGroup, record: MergeRecord): Node[] {
  const recorded = record.added.flatMap((added) => commandsOf(added.group))
  const properties = propertiesOf(group.node)
  const commands = properties
    .filter(({ key }) => key === 'hooks')
    .flatMap(({ value }) => itemsOf(value))
  const own = commands.filter((node) => recorded.some((one) => sameCommand(one, nodeValue(node))))
  if (own.length === commands.length) return [group.node]
  return [...own, ...properties.filter(({ key }) => key === MARKER).map(({ node }) => node)]
}

function hooksIn(document: SettingsDocument): Property[] {
  return propertiesOf(document.root).filter(({ key, value }) => {
    return key === 'hooks' && value.type === 'object'
  })
}

function itemsOf(list: Node): readonly Node[] {
  return list.type === 'array' ? (list.children ?? []) : []
}

function markerOf(group: JsonObject): string | undefined {
  const marker = Object.hasOwn(group, MARKER) ? group[MARKER] : undefined
  return typeof marker === 'string' ? marker : undefined
}

function commandsOf(group: JsonObject): JsonValue[] {
  return Array.isArray(group.hooks) ? group.hooks : []
}

function sharesCommand(a: JsonObject, b: JsonObject): boolean {
  return commandsOf(a).some((one) => commandsOf(b).some((other) => sameCommand(one, other)))
}

/** A changed timeout makes no other command of it; what has no command line must be equal. */
function sameCommand(recorded: JsonValue, present: JsonValue): boolean {
  if (!isJsonObject(recorded) || !isJsonObject(present)) return sameJson(recorded, present)
  if (typeof recorded.command !== 'string') return sameJson(recorded, present)
  return recorded.command === present.command
}
