/** Cuts text to a number of UTF-16 units, at a line break where one is near, never within a character. */

/** The beginning of `text`, at most `units` long. */
export function headOf(text: string, units: number): string {
  if (text.length <= units) return text
  if (units <= 0) return ''
  const head = text.slice(0, isHighSurrogate(text, units - 1) ? units - 1 : units)
  const lineBreak = head.lastIndexOf('\n')
  return lineBreak > units / 2 ? head.slice(0, lineBreak) : head
}

/** The end of `text`, at most `units` long. */
export function tailOf(text: string, units: number): string {
  if (text.length <= units) return text
  if (units <= 0) return ''
  const start = text.length - units
  const tail = text.slice(isHighSurrogate(text, start - 1) ? start + 1 : start)
  const lineBreak = tail.indexOf('\n')
  return lineBreak >= 0 && lineBreak < units / 2 ? tail.slice(lineBreak + 1) : tail
}

/** Whether the unit is the first half of a character that has two. */
function isHighSurrogate(text: string, at: number): boolean {
  return (text.codePointAt(at) ?? 0) > 0xffff
}
