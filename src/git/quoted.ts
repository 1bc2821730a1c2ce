/** As git reads it in `config`, `info/attributes` and patches: `\\`, `\"`, `\n`, `\t`, `\b`. */
export function quoted(text: string): string {
  const escapes: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\b': '\\b' }
  const inner = text
    .replace(/[\\"]/g, '\\$&')
    .replace(/[\n\t\b]/g, (character) => escapes[character] ?? character)
  return `"${inner}"`
}
