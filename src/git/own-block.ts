/**
 * flow's own lines at the end of a file of git's (`config`, `info/attributes`), between two comments
 * that say how to take them out again to the byte.
 */

const BEGIN = '# flow: begin'
const END = '# flow: end'
/** Behind BEGIN: what has to go besides the block itself. */
const NEW_FILE = ', in a file of its own'
const NEW_LINE = ', behind a line that had no end'

/**
 * The text with a block of exactly these lines at its end, in place of an earlier one; without lines,
 * the text as it was before the block, and null where there was no file. What others wrote since is
 * kept, also within the block.
 * @param isOurs tells a line that flow writes between the comments
 */
export function setBlock(
  present: Buffer | null,
  lines: readonly string[],
  isOurs: (line: string) => boolean,
): Buffer | null {
  // One character for each byte: whatever encoding the rest is in, it stays.
  const text = present?.toString('latin1') ?? null
  const found = blockIn(text ?? '', isOurs)
  const isWanted = lines.length > 0
  if (isWanted && found !== null && sameLines(found.lines, lines)) return present
  const bare = found === null ? text : without(text ?? '', found)
  if (!isWanted) return bare === null ? null : Buffer.from(bare, 'latin1')
  const how = bare === null ? NEW_FILE : bare === '' || bare.endsWith('\n') ? '' : NEW_LINE
  const block = [`${BEGIN}${how}`, ...lines, END, ''].join('\n')
  const start = `${bare ?? ''}${how === NEW_LINE ? '\n' : ''}`
  return Buffer.concat([Buffer.from(start, 'latin1'), Buffer.from(block)])
}

/** True when a block of flow's stands in it, whatever its lines. */
export function hasBlock(present: Buffer): boolean {
  return blockIn(present.toString('latin1'), () => true) !== null
}

interface Block {
  /** Offsets of its first character and of the one behind its last. */
  readonly start: number
  readonly end: number
  readonly how: string
  /** As latin1. */
  readonly lines: readonly string[]
  /** Lines of others between the comments. */
  readonly others: string
}

function blockIn(text: string, isOurs: (line: string) => boolean): Block | null {
  const begin = /^# flow: begin(.*)\n/m.exec(text)
  if (begin === null) return null
  const lines: string[] = []
  let others = ''
  let at = begin.index + begin[0].length
  while (at < text.length) {
    const newline = text.indexOf('\n', at)
    const next = newline === -1 ? text.length : newline + 1
    const line = text.slice(at, newline === -1 ? text.length : newline)
    if (line === END) {
      return { start: begin.index, end: next, how: begin[1] ?? '', lines, others }
    }
    if (isOurs(Buffer.from(line, 'latin1').toString('utf8'))) lines.push(line)
    else others += text.slice(at, next)
    at = next
  }
  // Its end is gone: only the lines that are surely flow's belong to it.
  const end = begin.index + begin[0].length + lengthOf(lines, text, begin)
  return { start: begin.index, end, how: begin[1] ?? '', lines, others: '' }
}

/** How much of the text behind `begin` are these very lines, one after the other. */
function lengthOf(lines: readonly string[], text: string, begin: RegExpExecArray): number {
  let at = begin.index + begin[0].length
  for (const line of lines) {
    if (!text.startsWith(`${line}\n`, at)) break
    at += line.length + 1
  }
  return at - begin.index - begin[0].length
}

/** Null: the file was flow's, and nobody else has written into it. */
function without(text: string, { start, end, how, others }: Block): string | null {
  const before = text.slice(0, start)
  const after = others + text.slice(end)
  if (how === NEW_FILE && before === '' && after === '') return null
  const isNewlineOurs = how === NEW_LINE && after === '' && before.endsWith('\n')
  return (isNewlineOurs ? before.slice(0, -1) : before) + after
}

function sameLines(found: readonly string[], wanted: readonly string[]): boolean {
  const bytes = wanted.map((line) => Buffer.from(line).toString('latin1'))
  return found.length === bytes.length && found.every((line, at) => line === bytes[at])
}
