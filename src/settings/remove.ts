import type { Edit, Node } from 'jsonc-parser'
import { applyEdits } from 'jsonc-parser'
import type { SettingsDocument } from './document.ts'
import { endOf, gapsOf, interiorOf } from './span.ts'

/**
 * The document's text without the nodes in `gone` (properties, items of arrays): the inverse of
 * `appendItems`. Comments beside them stay. A container that is left bare gets the interior that
 * `interiors` has for it, otherwise none.
 */
export function removeNodes(
  document: SettingsDocument,
  gone: ReadonlySet<Node>,
  interiors: ReadonlyMap<Node, string>,
): string {
  const edits: Edit[] = []
  const walk = (node: Node) => {
    const children = node.children ?? []
    if (children.some((child) => gone.has(child))) {
      edits.push(...editsWithin(document.text, node, gone, interiors))
    }
    for (const child of children) if (!gone.has(child)) walk(child)
  }
  walk(document.root)
  return applyEdits(document.text, edits)
}

/** True when nothing but blanks would stand in `container` without the nodes in `gone`. */
export function isBare(text: string, container: Node, gone: ReadonlySet<Node>): boolean {
  const children = container.children ?? []
  return children.every((child) => gone.has(child)) && !gapsOf(text, container).some(hasComment)
}

/** True when nothing but blanks would stand in `property`, its key aside, without the nodes in `gone`. */
export function isBareProperty(text: string, property: Node, gone: ReadonlySet<Node>): boolean {
  const [key, value] = property.children ?? []
  if (key === undefined || value === undefined) return false
  return isBare(text, value, gone) && !hasComment(text.slice(endOf(key), value.offset))
}

function editsWithin(
  text: string,
  container: Node,
  gone: ReadonlySet<Node>,
  interiors: ReadonlyMap<Node, string>,
): Edit[] {
  if (isBare(text, container, gone)) {
    const { length } = interiorOf(text, container)
    return [{ offset: container.offset + 1, length, content: interiors.get(container) ?? '' }]
  }
  const children = container.children ?? []
  const edits: Edit[] = []
  for (let from = 0; from < children.length; from += 1) {
    let to = from
    while (isIn(gone, children[to])) to += 1
    if (to > from) edits.push(editForRun(text, container, from, to))
    from = to
  }
  return edits
}

function isIn(gone: ReadonlySet<Node>, child: Node | undefined): boolean {
  return child !== undefined && gone.has(child)
}

/** Takes out the neighbours `from` up to, not including, `to`, with one comma for each. */
function editForRun(text: string, container: Node, from: number, to: number): Edit {
  const children = container.children ?? []
  const gaps = gapsOf(text, container)
  const before = children[from - 1]
  const after = children[to]
  const first = children[from]
  const last = children[to - 1]
  if (first === undefined || last === undefined) throw new RangeError('an empty run')
  if (before !== undefined && !gaps.slice(from, to).some(hasComment)) {
    return cut(endOf(before), endOf(last), '')
  }
  if (before === undefined && after !== undefined && !gaps.slice(1, to + 1).some(hasComment)) {
    return cut(first.offset, after.offset, '')
  }
  const start = before === undefined ? container.offset + 1 : endOf(before)
  const end = after === undefined ? endOf(container) - 1 : after.offset
  return cut(start, end, joinGaps(gaps.slice(from, to + 1)))
}

function cut(start: number, end: number, content: string): Edit {
  return { offset: start, length: end - start, content }
}

/** What stays of the gaps round a run of items when the items are gone: comments, and one comma less. */
function joinGaps(gaps: readonly string[]): string {
  const behind = gaps.at(-1) ?? ''
  const commaIsBehind = withoutComma(behind) !== behind
  return gaps
    .map((gap, index) => (index === 0 && commaIsBehind ? gap : withoutComma(gap)))
    .reduce((left, right) => {
      const bare = left.replace(/[ \t\r\n]+$/, '')
      // What follows a line comment must stand on another line, or it becomes part of it.
      const needsLineEnd = endsInLineComment(bare) && !/^[ \t]*[\r\n]/.test(right)
      return needsLineEnd ? left + right : bare + right
    })
}

const COMMENT_OR_COMMA = /\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|,/g

function withoutComma(gap: string): string {
  return gap.replace(COMMENT_OR_COMMA, (found) => (found === ',' ? '' : found))
}

function endsInLineComment(gap: string): boolean {
  const last = gap.match(COMMENT_OR_COMMA)?.at(-1)
  return last?.startsWith('//') === true
}

function hasComment(gap: string): boolean {
  return gap.includes('/')
}
