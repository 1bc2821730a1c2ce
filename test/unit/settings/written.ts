/** JSON as somebody wrote it: the same value has many texts. */
import type { JsonValue } from '../../../src/json.ts'

/** A literal, or brackets with what stands between them. */
export type Written = string | Container

export interface Container {
  readonly brackets: '{}' | '[]'
  readonly items: readonly Item[]
  /** Behind the last item; between the brackets where there is none. */
  readonly rest: Blank
  readonly trailingComma: boolean
}

export interface Item {
  /** A string literal; only in objects. */
  readonly key?: string
  readonly value: Written
  readonly before: Blank
  readonly after: Blank
}

export interface Blank {
  readonly space: '' | ' ' | '\t' | 'inner' | 'outer'
  readonly comment: string
}

export interface Manner {
  readonly layout: 'lines' | 'one line' | 'tight' | 'wild'
  readonly unit: string
  readonly eol: string
  readonly bom: string
  readonly head: string
  readonly tail: string
  /** Neither comments nor trailing commas. */
  readonly isJson: boolean
}

export function print(root: Written, manner: Manner): string {
  const whole = manner.head + printed(root, manner, 0) + manner.tail
  return manner.bom + whole.replaceAll('\n', manner.eol)
}

function printed(node: Written, manner: Manner, depth: number): string {
  if (typeof node === 'string') return node
  const [open, close] = node.brackets
  const { layout, isJson, unit } = manner
  const inner = `\n${unit.repeat(depth + 1)}`
  const outer = `\n${unit.repeat(depth)}`
  const remark = ({ comment }: Blank) => (isJson ? '' : comment)
  const wild = (blank: Blank) => {
    const spaces = { '': '', ' ': ' ', '\t': '\t', inner, outer }
    return spaces[blank.space] + remark(blank)
  }
  const colon = layout === 'tight' ? ':' : ': '
  const items = node.items.map(({ key, value, before, after }) => {
    const item = (key === undefined ? '' : key + colon) + printed(value, manner, depth + 1)
    if (layout === 'wild') return wild(before) + item + wild(after)
    return layout === 'lines' ? remark(before) + inner + item : item
  })
  if (items.length === 0) return open + wild(node.rest) + close
  const all = items.join(layout === 'one line' ? ', ' : ',')
  const comma = !isJson && node.trailingComma ? ',' : ''
  const ends = { lines: outer, 'one line': ' ', tight: '', wild: wild(node.rest) }
  return open + (layout === 'one line' ? ' ' : '') + all + comma + ends[layout] + close
}

/** Of a key that stands twice the last one counts. */
export function meaning(node: Written): JsonValue {
  if (typeof node === 'string') return JSON.parse(node)
  if (node.brackets === '[]') return node.items.map(({ value }) => meaning(value))
  return Object.fromEntries(node.items.map((one) => [keyOf(one), meaning(one.value)]))
}

export function keyOf({ key = '""' }: Item): string {
  return JSON.parse(key)
}

const NOTHING: Blank = { space: '', comment: '' }

/** A value as a tree, without blanks of its own. */
export function written(value: JsonValue): Written {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const around = { before: NOTHING, after: NOTHING }
  const end = { rest: NOTHING, trailingComma: false }
  if (Array.isArray(value)) {
    const items = value.map((one) => ({ value: written(one), ...around }))
    return { brackets: '[]', items, ...end }
  }
  const items = Object.entries(value).map(([key, one]) => {
    return { key: JSON.stringify(key), value: written(one), ...around }
  })
  return { brackets: '{}', items, ...end }
}
