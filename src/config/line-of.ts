import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { Path } from './json-value.ts'

/**
 * Lines, counted from 1, at which keys and list items of a JSON or YAML text begin. A path that the
 * text does not spell out (it came by a merge key, say) has the line of what holds it, and the whole
 * has none.
 */
export function lineFinder(text: string): (path: Path) => number | null {
  // JSON is YAML, but for tabs before a key, which this parser lets pass.
  const document = parseDocument(text, { logLevel: 'silent' })
  return (path) => {
    let node: unknown = document.contents
    let offset: number | null = null
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document)
      const item = stepInto(node, step)
      if (item === null) break
      offset = item.offset ?? offset
      node = item.node
    }
    return offset === null ? null : text.slice(0, offset).split(/\r\n|\r|\n/).length
  }
}

function stepInto(
  node: unknown,
  step: string | number,
): { readonly offset: number | undefined; readonly node: unknown } | null {
  if (isSeq(node)) {
    const item = typeof step === 'number' ? node.items[step] : undefined
    return item === undefined ? null : { offset: startOf(item), node: item }
  }
  if (!isMap(node)) return null
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
  return pair === undefined ? null : { offset: startOf(pair.key), node: pair.value }
}

function startOf(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] | null }).range?.[0]
}
