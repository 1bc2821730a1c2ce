import type { Node, ParseError } from 'jsonc-parser'
import { createScanner, parseTree } from 'jsonc-parser'
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import { isBlankText } from './merge-record.ts'
import { decodeUtf8, refusal, type Source, syntaxRefusal } from './refusal.ts'

/** A settings file, read once: its text, what it means, and the manner in which it is written. */
export interface SettingsDocument extends Source {
  /** Without the BOM; all offsets count from here. */
  readonly text: string
  readonly bom: boolean
  /** The first one found; `\n` where there is none. */
  readonly eol: '\n' | '\r\n'
  /** One level of indentation. */
  readonly indent: string
  /** What is written after a colon or comma within a line. */
  readonly gap: '' | ' '
  readonly root: Node
  readonly value: JsonObject
  /** Offset of the first comment, of the first trailing comma: neither is JSON. */
  readonly firstComment: number | undefined
  readonly trailingComma: number | undefined
}

// The parser calls itself once a level and overflows at some 6,000; nobody writes a hundred.
const MAX_DEPTH = 1000

/** What stands in for an absent file, and for a blank one, which clients read as `{}`. */
const EMPTY_SETTINGS = '{}\n'

/**
 * Reads JSON, with comments and trailing commas admitted. A blank file reads as `EMPTY_SETTINGS`.
 * `name` is the file as the user knows it.
 * @throws FlowError E_SETTINGS_INVALID naming line and column
 */
export function parseSettings(bytes: Uint8Array, name: string): SettingsDocument {
  const decoded = decodeUtf8(bytes, name)
  const isBlank = isBlankText(decoded)
  const bom = !isBlank && decoded.startsWith('\uFEFF')
  const text = isBlank ? EMPTY_SETTINGS : bom ? decoded.slice(1) : decoded
  const source = { name, text }
  const oddities = findOddities(source)
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  const [error] = errors
  if (error !== undefined) throw syntaxRefusal(source, error)
  const value = root === undefined ? null : nodeValue(root)
  if (root === undefined || !isJsonObject(value)) {
    const reason = `an object { … } was expected, found ${kindOf(value)}`
    throw refusal(source, root?.offset ?? 0, reason, `${name} does not hold settings`)
  }
  return { ...source, bom, root, value, ...styleOf(text, root), ...oddities }
}

/** The file's bytes with `text` in place of the document's own. */
export function toBytes(document: SettingsDocument, text: string): Uint8Array {
  return new TextEncoder().encode(document.bom ? `\uFEFF${text}` : text)
}

/** What a node of the tree means. Of a key that stands twice the last one counts, as everywhere. */
export function nodeValue(node: Node): JsonValue {
  const children = node.children ?? []
  if (node.type === 'array') return children.map(nodeValue)
  if (node.type !== 'object') return node.value as JsonValue
  // fromEntries defines keys instead of assigning them, so that `__proto__` is a key like any other.
  return Object.fromEntries(propertiesOf(node).map(({ key, value }) => [key, nodeValue(value)]))
}

export interface Property {
  readonly key: string
  /** Key, colon and value. */
  readonly node: Node
  readonly value: Node
}

/** The properties of an object node in the order of the file, repeated keys included. */
export function propertiesOf(object: Node): Property[] {
  if (object.type !== 'object') return []
  return (object.children ?? []).flatMap((node) => {
    const [key, value] = node.children ?? []
    return key === undefined || value === undefined ? [] : [{ key: String(key.value), node, value }]
  })
}

/**
 * The array or object that is the value of `key`; undefined: there is no such key.
 * @throws FlowError E_SETTINGS_INVALID: it is of another type, or the key stands twice
 */
export function containerAt(
  document: SettingsDocument,
  object: Node,
  key: string,
  type: 'array' | 'object',
): Node | undefined {
  const [first, second] = propertiesOf(object).filter((property) => property.key === key)
  const what = `${document.name} cannot take hooks`
  if (second !== undefined) {
    const reason = `the key ${JSON.stringify(key)} is there twice, so it is not clear which one counts`
    throw refusal(document, second.node.offset, reason, what)
  }
  if (first !== undefined && first.value.type !== type) {
    const found = kindOf(nodeValue(first.value))
    const reason = `${JSON.stringify(key)} must be an ${type}, found ${found}`
    throw refusal(document, first.value.offset, reason, what)
  }
  return first?.value
}

/** Equal as JSON: the order of keys means nothing, the order of items does. */
export function sameJson(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index] as JsonValue))
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = Object.keys(a)
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key] ?? null, b[key] ?? null))
    )
  }
  return a === b
}

/** `null`, `an array`, `a string`: for sentences. */
function kindOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/**
 * Comments, trailing commas and too much depth, from the tokens alone: this runs before the parser.
 * A token is known by its first character; no string starts with any of these.
 */
function findOddities(source: Source): Pick<SettingsDocument, 'firstComment' | 'trailingComma'> {
  const scanner = createScanner(source.text)
  let firstComment: number | undefined
  let trailingComma: number | undefined
  let comma: number | undefined
  let depth = 0
  for (;;) {
    scanner.scan()
    const offset = scanner.getTokenOffset()
    const first = source.text[offset]
    if (first === undefined) return { firstComment, trailingComma }
    if (first === '/') firstComment ??= offset
    if (first === '{' || first === '[') depth += 1
    if (first === '}' || first === ']') {
      depth -= 1
      trailingComma ??= comma
    }
    if (depth > MAX_DEPTH) {
      const reason = `more than ${MAX_DEPTH} levels of brackets`
      throw refusal(source, offset, reason, `${source.name} is nested too deeply`)
    }
    if (!/[\s/]/.test(first)) comma = first === ',' ? offset : undefined
  }
}

function styleOf(text: string, root: Node): Pick<SettingsDocument, 'eol' | 'indent' | 'gap'> {
  const [first] = root.children ?? []
  const value = first?.children?.[1]
  const lead = first && /(?:^|[\r\n])([ \t]*)$/.exec(text.slice(0, first.offset))
  const isTight = value !== undefined && text[value.offset - 1] === ':'
  return {
    eol: /\r\n|\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n',
    indent: lead?.[1] ?? '  ',
    gap: isTight ? '' : ' ',
  }
}
