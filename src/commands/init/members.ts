import { type Node, type ParseError, parse, parseTree } from 'jsonc-parser'

/**
 * Sets `section.key` in the text of a JSON object, making the section if need be, in the style of
 * its neighbours: indentation, end of line, blanks round the colon. Every other byte stays.
 * `isBehind(other)`: the new member goes in front of the first member for which this is true.
 * The caller has checked that the text is a JSON object, and that the section is one or is absent.
 */
export function setMember(
  text: string,
  section: string,
  key: string,
  value: string,
  isBehind: (other: string) => boolean = () => false,
): string {
  const root = parseTree(text)
  if (root === undefined) throw new TypeError('not JSON')
  const object = findMember(root, section)
  const style = styleOf(text, root)
  if (object === undefined) {
    const member = `${JSON.stringify(key)}${style.colon}${JSON.stringify(value)}`
    const body = `{${style.inner}${member}${style.outer}}`
    return insert(text, root, members(root).length, section, body, style)
  }
  const present = findMember(object, key)
  if (present !== undefined) return splice(text, present, JSON.stringify(value))
  const rival = members(object).findIndex((member) => isBehind(nameOf(member)))
  const index = rival === -1 ? members(object).length : rival
  return insert(text, object, index, key, JSON.stringify(value), style)
}

/**
 * Puts `value`, on one line, into the object or array that `path` leads to: in front of what is there,
 * or, in the root, behind it. Every other byte stays, comments too.
 */
export function insertFirst(
  text: string,
  path: readonly string[],
  key: string,
  value: unknown,
): string {
  const root = parseTree(text)
  const target = path.reduce<Node | undefined>(
    (node, name) => (node === undefined ? node : findMember(node, name)),
    root,
  )
  if (root === undefined || target === undefined) throw new TypeError(`no ${path.join('.')}`)
  const json = JSON.stringify(value)
  if (target.type === 'object') {
    const index = target === root ? members(target).length : 0
    return insert(text, target, index, key, json, styleOf(text, root))
  }
  const [first] = members(target)
  if (first === undefined) return splice(text, target, `[${json}]`)
  return splice(text, { offset: first.offset, length: 0 }, `${json},${blanksBefore(text, first)}`)
}

/** Sets a member of the root that is there. */
export function setText(text: string, key: string, value: string): string {
  const root = parseTree(text)
  const present = root === undefined ? undefined : findMember(root, key)
  if (present === undefined) throw new TypeError(`no ${key}`)
  return splice(text, present, JSON.stringify(value))
}

/** The value of a JSON text that may hold comments; undefined where it cannot be read. */
export function readJsonc(text: string): unknown {
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  return errors.length > 0 ? undefined : value
}

/**
 * Takes `section.key` out again, and the section where that leaves it empty, unless `keepsEmpty`;
 * each with the comma and the blanks that `setMember` adds. Every other byte stays.
 */
export function removeMember(
  text: string,
  section: string,
  key: string,
  { keepsEmpty }: { readonly keepsEmpty: boolean },
): string {
  const root = parseTree(text)
  const object = root && findMember(root, section)
  if (root === undefined || object === undefined) return text
  const isOnly = members(object).every((member) => nameOf(member) === key)
  return isOnly && !keepsEmpty ? takeOut(text, root, section) : takeOut(text, object, key)
}

function takeOut(text: string, object: Node, key: string): string {
  const all = members(object)
  const index = all.findLastIndex((member) => nameOf(member) === key)
  const [previous, own, next] = [all[index - 1], all[index], all[index + 1]]
  if (own === undefined) return text
  if (next !== undefined) {
    return splice(text, { offset: own.offset, length: next.offset - own.offset }, '')
  }
  if (previous === undefined) return splice(text, object, '{}')
  const end = previous.offset + previous.length
  return splice(text, { offset: end, length: own.offset + own.length - end }, '')
}

interface Style {
  /** What stands in front of a member of the root, and of a member of a section. */
  readonly outer: string
  readonly inner: string
  readonly colon: string
}

function styleOf(text: string, root: Node): Style {
  const [first] = members(root)
  if (first === undefined) {
    const newline = text.includes('\r\n') ? '\r\n' : '\n'
    return { outer: `${newline}  `, inner: `${newline}    `, colon: ': ' }
  }
  const outer = blanksBefore(text, first)
  const indent = /[^\n]*$/.exec(outer)?.[0] ?? ''
  const [name, value] = first.children ?? []
  const colon = name && value ? text.slice(name.offset + name.length, value.offset) : ': '
  return { outer, inner: outer.includes('\n') ? outer + indent : '', colon }
}

function insert(
  text: string,
  object: Node,
  index: number,
  key: string,
  valueText: string,
  style: Style,
): string {
  const member = `${JSON.stringify(key)}${style.colon}${valueText}`
  const present = members(object)
  const next = present[index]
  if (next !== undefined) {
    return splice(text, { offset: next.offset, length: 0 }, `${member},${blanksBefore(text, next)}`)
  }
  const last = present.at(-1)
  if (last !== undefined) {
    const at = { offset: last.offset + last.length, length: 0 }
    return splice(text, at, `,${blanksBefore(text, last)}${member}`)
  }
  // Only an object without members has no neighbour to copy from.
  const isRoot = object.parent === undefined
  const before = isRoot ? style.outer : style.inner
  const after = isRoot ? style.outer.replace(/[^\r\n]+$/, '') : style.outer
  return splice(text, object, `{${before}${member}${before === '' ? '' : after}}`)
}

function splice(text: string, { offset, length }: Pick<Node, 'offset' | 'length'>, fresh: string) {
  return text.slice(0, offset) + fresh + text.slice(offset + length)
}

/** From the last newline on: an empty line between two members is not repeated. */
function blanksBefore(text: string, node: Node): string {
  return /(\r?\n)?[ \t]*$/.exec(text.slice(0, node.offset))?.[0] ?? ''
}

/** The last of that name, since that is the one which readers of JSON take. */
function findMember(object: Node, name: string): Node | undefined {
  return members(object).findLast((member) => nameOf(member) === name)?.children?.[1]
}

function members(object: Node): readonly Node[] {
  return object.children ?? []
}

function nameOf(member: Node): string {
  return String(member.children?.[0]?.value)
}
