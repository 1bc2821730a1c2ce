/**
 * Edits by hand of what is the person's, made in two texts: in the original, and in the one that flow
 * has merged into.
 */
import fc from 'fast-check'
import { type Node, parseTree } from 'jsonc-parser'
import { MARKER } from '../../../src/settings/merge.ts'
import type { MergeRecord } from '../../../src/settings/merge-record.ts'
import { groups, literals } from './documents.ts'

const KINDS = ['before', 'behind', 'at the end', 'replace', 'take out', 'remark'] as const

export interface TextEdit {
  readonly kind: (typeof KINDS)[number]
  /** Which of the person's items and properties, counted round and round. */
  readonly place: number
  /** What comes in: a property's key, its value or an item, a blank before it. */
  readonly key: string
  readonly value: string
  readonly blank: string
}

export const textEdits: fc.Arbitrary<TextEdit> = fc.record({
  kind: fc.constantFrom(...KINDS),
  place: fc.nat({ max: 99 }),
  key: fc.nat({ max: 99 }).map((number) => `"later${number}"`),
  value: fc.oneof(
    literals,
    groups('later').map((one) => JSON.stringify(one)),
  ),
  blank: fc.constantFrom('', ' ', '\n    ', '\r\n\t'),
})

/** Both texts with the edit in them; undefined: it does not mean the same in both. */
export function editBoth(
  edit: TextEdit,
  plain: string,
  merged: string,
  record: MergeRecord,
): [string, string] | undefined {
  const [places, twins] = [placesIn(plain, record), placesIn(merged, record)]
  // Whatever happened before, what is the person's is the same in both.
  if (places.length !== twins.length) throw new Error('flow’s were taken for the person’s')
  const [place, twin] = [places, twins].map((all) => all[edit.place % all.length])
  if (place === undefined || twin === undefined) return undefined
  const [one, other] = [changeAt(place, edit), changeAt(twin, edit)]
  const cut = (text: string, { from, to }: Change) => text.slice(from, to)
  // Something of flow's lies in the midst of it.
  if (one === undefined || other === undefined) return undefined
  if (cut(plain, one) !== cut(merged, other)) return undefined
  return [apply(plain, one), apply(merged, other)]
}

interface Place {
  readonly node: Node
  /** The next one that is the person's too. */
  readonly next: Node | undefined
  /** The last one of all in its container. */
  readonly last: Node
}

/** Every item and property that is not flow's, outer before inner. */
function placesIn(text: string, record: MergeRecord): Place[] {
  const places: Place[] = []
  const walk = (container: Node, path: string[]) => {
    const { children = [] } = container
    const last = children.at(-1)
    const own = children.filter((node) => !isOurs(node, path, record))
    for (const [at, node] of own.entries()) {
      if (last !== undefined) places.push({ node, next: own[at + 1], last })
      walk(heldBy(node), [...path, keyOf(node)])
    }
  }
  const root = parseTree(text, [], { allowTrailingComma: true })
  if (root !== undefined) walk(root, [])
  return places
}

function isOurs(node: Node, path: readonly string[], { created, sessionId }: MergeRecord): boolean {
  if (node.type === 'property') return created.includes([...path, keyOf(node)].join('/'))
  return (node.children ?? []).some((property) => {
    return keyOf(property) === MARKER && heldBy(property).value === sessionId
  })
}

interface Change {
  readonly from: number
  readonly to: number
  readonly content: string
}

function changeAt({ node, next, last }: Place, edit: TextEdit): Change | undefined {
  const { kind, key, value, blank } = edit
  const content = node.type === 'property' ? `${key}: ${value}` : value
  const at = (offset: number, words: string) => ({ from: offset, to: offset, content: words })
  switch (kind) {
    case 'before':
      return at(node.offset, `${content},${blank}`)
    case 'behind':
      return at(endOf(node), `,${blank}${content}`)
    case 'at the end':
      return at(endOf(last), `,${blank}${content}`)
    case 'replace':
      return { from: heldBy(node).offset, to: endOf(node), content: value }
    case 'take out':
      return next && { from: node.offset, to: next.offset, content: '' }
    case 'remark':
      return at(node.offset, `/* mine, ]} */${blank}`)
  }
}

function apply(text: string, { from, to, content }: Change): string {
  return text.slice(0, from) + content + text.slice(to)
}

function heldBy(node: Node): Node {
  return node.type === 'property' ? (node.children?.[1] ?? node) : node
}

function keyOf(node: Node): string {
  return node.type === 'property' ? String(node.children?.[0]?.value) : ''
}

function endOf(node: Node): number {
  return node.offset + node.length
}
