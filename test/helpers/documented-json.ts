/** The examples of docs/JSON.md, and the shape of an answer to compare them with. */
import { documentAt } from './documents.ts'

const { text } = documentAt('docs/JSON.md')

/** The JSON below the heading `## <command>`, e.g. `flow status --json`. */
export function documented(command: string): unknown {
  const section = text.split(/^## /m).find((one) => one.startsWith(`${command}\n`)) ?? ''
  const [, example] = /```json\n([\s\S]*?)```/.exec(section) ?? []
  if (example === undefined) throw new Error(`docs/JSON.md has no example of ${command}`)
  return JSON.parse(example)
}

/** Paths of all keys, sorted: `projects[].files[].path`. */
export function keysOf(value: unknown, path = ''): string[] {
  const found = new Set<string>()
  const visit = (here: unknown, at: string) => {
    if (Array.isArray(here)) for (const item of here) visit(item, `${at}[]`)
    else if (typeof here === 'object' && here !== null) {
      for (const [key, inner] of Object.entries(here)) {
        const whole = at === '' ? key : `${at}.${key}`
        found.add(whole)
        visit(inner, whole)
      }
    }
  }
  visit(value, path)
  return [...found].sort()
}
