/** Text in columns of a terminal: East Asian letters and emoji are two wide, colours take no room. */
import truncate from 'fast-string-truncated-width'

export function widthOf(text: string): number {
  return truncate(text, { limit: Number.POSITIVE_INFINITY }).width
}

/**
 * At most `width` columns; what is cut off at the end shows as an ellipsis. Letter by letter: the
 * package's own cut is a column off behind some letters (3.0.3).
 */
export function cutTo(text: string, width: number, ellipsis = '…'): string {
  if (widthOf(text) <= width) return text
  const end = ellipsis.slice(0, Math.max(0, width))
  let room = width - end.length
  let cut = ''
  for (const [at, part] of text.split(COLOR).entries()) {
    // `split` hands on what was captured at the odd places: colours take no room.
    const letters =
      at % 2 === 1 ? [part] : Array.from(LETTERS.segment(part), ({ segment }) => segment)
    for (const letter of letters) {
      const needed = at % 2 === 1 ? 0 : widthOf(letter)
      // A colour that began before the cut must not run on.
      if (needed > room) return `${cut}${end}${text.includes('\x1b[') ? '\x1b[0m' : ''}`
      room -= needed
      cut += letter
    }
  }
  return cut
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
const COLOR = /(\u001b\[[0-9;]*m)/
const LETTERS = new Intl.Segmenter()

/** Lines of at most `width` columns, broken between words; a word that is wider stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines
}

/** Cells side by side, two blanks apart; what has no room goes on below, `indent` columns in. */
export function layOut(cells: readonly string[], columns: number, indent: number): string[] {
  const lines: string[] = []
  for (const cell of cells) {
    const last = lines.at(-1)
    if (last === undefined) lines.push(cell)
    else if (widthOf(last) + 2 + widthOf(cell) <= columns) {
      lines[lines.length - 1] = `${last}  ${cell}`
    } else {
      lines.push(...wrap(cell, columns - indent).map((line) => ' '.repeat(indent) + line))
    }
  }
  return lines.map((line) => line.trimEnd())
}

export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

export function padBefore(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text
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
