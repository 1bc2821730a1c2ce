/** Text in columns of a terminal: East Asian letters and emoji are two wide, colours take no room. */
import truncate from 'fast-string-truncated-width'

export function widthOf(text: string): number {
  return truncate(text, { limit: Number.POSITIVE_INFINITY }).width
}

/** At most `width` columns; what is cut off at the end shows as an ellipsis. */
export function cutTo(text: string, width: number, ellipsis = '…'): string {
  const { index, truncated, ellipsed } = truncate(text, { limit: Math.max(0, width), ellipsis })
  if (!truncated) return text
  // A colour that began before the cut must not run on.
  const reset = text.includes('\x1b[') ? '\x1b[0m' : ''
  return `${text.slice(0, index)}${ellipsed ? ellipsis : ''}${reset}`
}

export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

export function padBefore(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text
}

/** Rows as columns of equal width, two blanks between; nothing behind the last one. */
export function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell))
  }
  return rows.map((row) =>
    row
      .map((cell, at) => padTo(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
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
