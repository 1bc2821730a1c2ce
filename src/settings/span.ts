import type { Node } from 'jsonc-parser'

/** Offset behind the last character of a node. */
export function endOf(node: Node): number {
  return node.offset + node.length
}

/** What stands between the brackets of an object or array. */
export function interiorOf(text: string, container: Node): string {
  return text.slice(container.offset + 1, endOf(container) - 1)
}

/** Indentation of the line in which `offset` stands. */
export function indentAt(text: string, offset: number): string {
  const [line = ''] = text
    .slice(0, offset)
    .split(/[\r\n]/)
    .slice(-1)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

/**
 * The texts around the items of a container: before the first, between any two, behind the last.
 * They hold blanks, commas and comments and nothing else.
 */
export function gapsOf(text: string, container: Node): string[] {
  const children = container.children ?? []
  const starts = [container.offset + 1, ...children.map(endOf)]
  const ends = [...children.map((child) => child.offset), endOf(container) - 1]
  return starts.map((start, index) => text.slice(start, ends[index]))
}
