/** Text in columns of a terminal: East Asian letters and emoji are two wide, colours take no room. */
import truncate from 'fast-string-truncated-width'

export function widthOf(text: string): number {
  return truncate(text, { limit: Number.POSITIVE_INFINITY }).width
}

/** At most `width` columns; what is truncated shows as an ellipsis. */
export function truncateTo(text: string, width: number, ellipsis = '…'): string {
  if (widthOf(text) <= width) return text
  const end = ellipsis.slice(0, Math.max(0, width))
  let start = ''
  // The package's own truncation is a column off after some letters (3.0.3).
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
  for (const [part] of text.matchAll(/\u001b\[[0-9;]*m|./gsu)) {
    if (widthOf(start + part) + end.length > width) break
    start += part
  }
  return start + end + (text.includes('\x1b[') ? '\x1b[0m' : '')
}

/** Lines of at most `width` columns, broken between words; a word that is wider stays whole. */
export function wrap(text: string, width: number): string[] {
  return fill(text.split(' '), ' ', width)
}

/** A text behind its label, wrapped, with the further lines below the first. */
export function hang(label: string, text: string, columns: number): string[] {
  const indent = widthOf(label)
  return wrap(text, columns - indent).map((line, at) => {
    return (at === 0 ? label : ' '.repeat(indent)) + line
  })
}

/** Cells side by side, two blanks apart; what has no room goes on below, `indent` columns in. */
export function layOut(cells: readonly string[], columns: number, indent: number): string[] {
  const [first = '', ...more] = fill(cells, '  ', columns)
  const below = more.flatMap((line) => wrap(line, columns - indent))
  return [first, ...below.map((line) => ' '.repeat(indent) + line)].map((line) => line.trimEnd())
}

function fill(parts: readonly string[], gap: string, width: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(last + gap + part) <= width) {
      lines[lines.length - 1] = last + gap + part
    } else lines.push(part)
  }
  return lines
}

/**
 * Rows whose cells, but for the last, are as wide as the widest of their column.
 * @param max what is wider than this pushes only its own row
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  max = Number.POSITIVE_INFINITY,
): string[][] {
  const widthAt = (at: number) => Math.max(...rows.map((row) => widthOf(row[at] ?? '')))
  const widths = rows[0]?.slice(0, -1).map((_, at) => Math.min(max, widthAt(at))) ?? []
  return rows.map((row) => row.map((cell, at) => padTo(cell, widths[at] ?? 0)))
}

export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** `~/team` for a path below the user's home directory. */
export function withTilde(path: string, homeFolder: string): string {
  const isBelow = homeFolder !== '' && path.startsWith(`${homeFolder}/`)
  return isBelow ? `~${path.slice(homeFolder.length)}` : path
}

/** For a terminal: what would move its cursor or change its colours shows as `\\x1b`. */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (letter) => {
      const code = letter.charCodeAt(0)
      if (letter === '\n') return '\\n'
      return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
    },
  )
}
