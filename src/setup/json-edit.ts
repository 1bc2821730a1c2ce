/**
 * Edits of JSON text, with comments or without, that keep every other byte, and that can be taken back
 * without a record of what was there:
 *
 * - a member is added with a comma and the blanks of its neighbours, and removed with the same;
 * - an object that was there, empty, gets its first member right behind the brace, and keeps its blanks
 *   behind it: `{ }` becomes `{"a": 1 }`. An object that flow made begins with a blank or a new line. So
 *   the removal of the last member knows whether the object goes too.
 */
import { type Node, type ParseError, parse, parseTree } from 'jsonc-parser'

/** The value of a JSON text that may hold comments; undefined where it cannot be read. */
export function readJsonc(text: string): unknown {
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  return errors.length > 0 ? undefined : value
}

export interface Place {
  /** Objects that lead to the member from the root on; the last one is made where it is missing. */
  readonly path: readonly string[]
  readonly key: string
}

/**
 * Adds a member, or gives one that is there another value.
 * @param isBehind true for a member that the new one precedes; absent: it comes last
 */
export function setMember(
  text: string,
  { path, key }: Place,
  value: unknown,
  isBehind: (name: string) => boolean = () => false,
): string {
  const root = rootOf(text)
  const object = nodeAt(root, path)
  const style = styleOf(text, root)
  if (object === undefined) {
    const [open, close] = style.inner === '' ? [' ', ' '] : [style.inner, style.outer]
    const member = `${JSON.stringify(key)}${style.colon}${print(value)}`
    const place = { path: path.slice(0, -1), key: path.at(-1) ?? '' }
    return insert(text, place, `{${open}${member}${close}}`, () => false)
  }
  const present = valueAt(object, key)
  if (present !== undefined) return splice(text, present, reprint(text, present, value))
  return insert(text, { path, key }, print(value), isBehind)
}

/**
 * The JSON of the new value. What a string keeps at its start or its end stays as it is written there, with its
 * escapes: `"a \\u0026 b"`.
 */
function reprint(text: string, { offset, length, value: before }: Node, after: unknown): string {
  const json = text.slice(offset, offset + length)
  if (typeof before !== 'string' || typeof after !== 'string') return print(after)
  const bare = (one: string) => JSON.stringify(one).slice(1, -1)
  if (after.startsWith(before)) {
    return `${json.slice(0, -1)}${bare(after.slice(before.length))}"`
  }
  if (after.endsWith(before)) return `"${bare(after.slice(0, -before.length))}${json.slice(1)}`
  const [start, end] = [bare(before.slice(0, -after.length)), bare(before.slice(after.length))]
  if (before.startsWith(after) && json.endsWith(`${end}"`)) {
    return `${json.slice(0, -end.length - 1)}"`
  }
  if (before.endsWith(after) && json.startsWith(`"${start}`))
    return `"${json.slice(start.length + 1)}`
  return print(after)
}

/** Puts an item in front of the others in the array at `path`. */
export function prependItem(text: string, path: readonly string[], value: unknown): string {
  const array = nodeAt(rootOf(text), path)
  const [first] = array?.children ?? []
  if (array === undefined) throw new TypeError(`no ${path.join('.')}`)
  const json = print(value)
  const at = { offset: first?.offset ?? array.offset + 1, length: 0 }
  return splice(text, at, first === undefined ? json : `${json},${blanksBefore(text, first)}`)
}

/** Removes a member, and the object around it where `setMember` has made that. */
export function removeMember(text: string, { path, key }: Place): string {
  const root = rootOf(text)
  const object = nodeAt(root, path)
  const at = object?.children?.findLastIndex((member) => nameOf(member) === key) ?? -1
  if (object === undefined || at === -1) return text
  return removeChild(text, object, at, path)
}

/** Removes the item at `index` of the array at `path`. */
export function removeItem(text: string, path: readonly string[], index: number): string {
  const array = nodeAt(rootOf(text), path)
  return array?.children?.[index] === undefined ? text : removeChild(text, array, index, [])
}

function removeChild(text: string, parent: Node, at: number, path: readonly string[]): string {
  const children = parent.children ?? []
  const [previous, own, next] = [children[at - 1], children[at], children[at + 1]]
  if (own === undefined) return text
  const end = own.offset + own.length
  if (next !== undefined) return splice(text, between(own.offset, next.offset), '')
  if (previous !== undefined) return splice(text, between(endOf(previous), end), '')
  const isMade = own.offset > parent.offset + 1
  if (!isMade) return splice(text, between(own.offset, end), '')
  // The root is no member.
  const key = path.at(-1)
  if (key === undefined) return splice(text, between(parent.offset + 1, endOf(parent) - 1), '')
  return removeMember(text, { path: path.slice(0, -1), key })
}

interface Style {
  /** What precedes a member of the root, and of an object in it. */
  readonly outer: string
  readonly inner: string
  readonly colon: string
}

function styleOf(text: string, root: Node): Style {
  const [first] = root.children ?? []
  if (first === undefined) {
    const newline = text.includes('\r\n') ? '\r\n' : '\n'
    return { outer: `${newline}  `, inner: `${newline}    `, colon: ': ' }
  }
  const outer = blanksBefore(text, first)
  const indent = /[^\n]*$/.exec(outer)?.[0] ?? ''
  const [name, value] = first.children ?? []
  const colon = name && value ? text.slice(endOf(name), value.offset) : ': '
  return { outer, inner: outer.includes('\n') ? outer + indent : '', colon: blankColon(colon) }
}

/** A comment around the first colon is not repeated. */
function blankColon(colon: string): string {
  return /^\s*:\s*$/.test(colon) ? colon : ': '
}

/** On one line, with a blank at each brace, as in an object that flow made. */
function print(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/\n */g, ' ')
}

function insert(
  text: string,
  { path, key }: Place,
  valueText: string,
  isBehind: (name: string) => boolean,
): string {
  const root = rootOf(text)
  const object = nodeAt(root, path)
  if (object?.type !== 'object') throw new TypeError(`no object ${path.join('.')}`)
  const style = styleOf(text, root)
  const member = `${JSON.stringify(key)}${style.colon}${valueText}`
  const members = object.children ?? []
  const next = members.find((one) => isBehind(nameOf(one)))
  if (next !== undefined) {
    return splice(text, between(next.offset, next.offset), `${member},${blanksBefore(text, next)}`)
  }
  const last = members.at(-1)
  if (last !== undefined) {
    const blanks = blanksBefore(text, last) || (style.colon.endsWith(' ') ? ' ' : '')
    return splice(text, between(endOf(last), endOf(last)), `,${blanks}${member}`)
  }
  const start = object.offset + 1
  // `{}` alone in a file says nothing of a style: it is laid out like any package.json.
  const isBareRoot = object === root && endOf(object) === start + 1
  const newline = style.outer.replace(/[^\r\n]+$/, '')
  return splice(text, between(start, start), isBareRoot ? style.outer + member + newline : member)
}

function splice(text: string, { offset, length }: Pick<Node, 'offset' | 'length'>, fresh: string) {
  return text.slice(0, offset) + fresh + text.slice(offset + length)
}

function between(start: number, end: number): Pick<Node, 'offset' | 'length'> {
  return { offset: start, length: end - start }
}

/** From the last line end on: an empty line between two members is not repeated. */
function blanksBefore(text: string, node: Node): string {
  return /(\r?\n)?[ \t]*$/.exec(text.slice(0, node.offset))?.[0] ?? ''
}

function rootOf(text: string): Node {
  const root = parseTree(text, [], { allowTrailingComma: true })
  if (root === undefined) throw new TypeError('not JSON')
  return root
}

function nodeAt(root: Node, path: readonly string[]): Node | undefined {
  return path.reduce<Node | undefined>((node, key) => node && valueAt(node, key), root)
}

/** Of a key that is there twice the last one counts, as for every reader. */
function valueAt(object: Node, key: string): Node | undefined {
  return object.children?.findLast((member) => nameOf(member) === key)?.children?.[1]
}

function nameOf(member: Node): string {
  return String(member.children?.[0]?.value)
}

function endOf(node: Node): number {
  return node.offset + node.length
}
