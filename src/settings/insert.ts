import type { Edit, Node } from 'jsonc-parser'
import type { JsonValue } from '../json.ts'
import type { SettingsDocument } from './document.ts'
import { endOf, indentAt, interiorOf } from './span.ts'

/** An item to append: with a key to an object, without one to an array. */
export interface Item {
  readonly key?: string
  readonly value: JsonValue
}

/**
 * Appends to an object or array, in its own manner of writing. Nothing is inserted but text behind
 * the last item, which `removeNodes` takes out again exactly; an empty container without comments
 * gets a new interior, so that its old one must be remembered.
 */
export function appendItems(
  document: SettingsDocument,
  container: Node,
  items: readonly Item[],
): Edit {
  const last = container.children?.at(-1)
  if (last !== undefined) return appendBehind(document, container, last, items)
  return fillEmpty(document, container, items)
}

function appendBehind(
  document: SettingsDocument,
  container: Node,
  last: Node,
  items: readonly Item[],
): Edit {
  const { text, eol, gap } = document
  const offset = endOf(last)
  if (isOneLine(document, container)) {
    const content = items.map((item) => `,${gap}${printInLine(document, item)}`).join('')
    return { offset, length: 0, content }
  }
  const indent = indentAt(text, last.offset)
  const startsItsLine = /(?:^|[\r\n])[ \t]*$/.test(text.slice(0, last.offset))
  const separator = startsItsLine ? `,${eol}${indent}` : ', '
  const content = items.map((item) => separator + printLines(document, item, indent)).join('')
  return { offset, length: 0, content }
}

function fillEmpty(document: SettingsDocument, container: Node, items: readonly Item[]): Edit {
  const { text, eol, gap, indent } = document
  const interior = interiorOf(text, container)
  const blanks = /[ \t\r\n]*$/.exec(interior)?.[0] ?? ''
  const hasComments = blanks.length < interior.length
  const start = container.offset + 1
  const inLine = hasComments
    ? !/[\r\n]/.test(blanks)
    : container !== document.root && isOneLine(document, document.root)
  if (inLine) {
    const content = items.map((item) => printInLine(document, item)).join(`,${gap}`)
    if (!hasComments) return { offset: start, length: interior.length, content }
    return { offset: start + interior.length - blanks.length, length: 0, content: ` ${content}` }
  }
  const outer = indentAt(text, container.offset)
  const inner = outer + indent
  const lines = items.map((item) => eol + inner + printLines(document, item, inner)).join(',')
  if (!hasComments) return { offset: start, length: interior.length, content: lines + eol + outer }
  // Behind the last comment and before the line end that closes it.
  return { offset: start + interior.length - blanks.length, length: 0, content: lines }
}

function isOneLine({ text }: SettingsDocument, container: Node): boolean {
  const hasItems = (container.children ?? []).length > 0
  return hasItems && !/[\r\n]/.test(text.slice(container.offset, endOf(container)))
}

/** Over several lines, of which all but the first start with `base`. */
function printLines(document: SettingsDocument, { key, value }: Item, base: string): string {
  const prefix = key === undefined ? '' : `${JSON.stringify(key)}: `
  // Tabs stand only at the start of a line here: in a string they are escapes.
  const lines = JSON.stringify(value, null, '\t').replace(/^\t+/gm, (tabs) => {
    return document.indent.repeat(tabs.length)
  })
  return prefix + lines.replaceAll('\n', document.eol + base)
}

function printInLine({ gap }: SettingsDocument, { key, value }: Item): string {
  const prefix = key === undefined ? '' : `${JSON.stringify(key)}:${gap}`
  if (gap === '') return prefix + JSON.stringify(value)
  const lines = JSON.stringify(value, null, '\t').split('\n')
  return prefix + lines.map((line) => line.trimStart().replace(/,$/, ', ')).join('')
}
