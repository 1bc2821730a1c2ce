/** `text` as one word of a POSIX shell; bare where that is safe, so that people can read it. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** `text` as one word of fish, in whose quotes a backslash counts. */
export function fishWord(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`
}
