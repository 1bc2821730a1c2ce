/**
 * The documents, and the examples in them. What an example is, its fence says:
 *
 * - `sh`: lines to copy. `console`: behind `$ ` what is typed, below it what is said.
 * - `console run`: a test types it in a team's repository and compares; `…` stands for anything.
 * - `yaml`, `json`: a configuration of flow's, unless a first comment names another file.
 * - `ts`: a program that uses the library. `js`: a zx script.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export interface Document {
  /** From the package's folder: `docs/CONFIG.md`. */
  readonly path: string
  readonly text: string
}

export interface Example {
  readonly path: string
  /** Of its first line, from 1. */
  readonly line: number
  /** The words behind the fence: `console run`. */
  readonly kind: string
  readonly text: string
}

export const PACKAGE = resolve(import.meta.dirname, '../..')

export const DOCUMENTS: readonly Document[] = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(PACKAGE, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => ({ path, text: readFileSync(join(PACKAGE, path), 'utf8') }))

export function documentAt(path: string): Document {
  const found = DOCUMENTS.find((one) => one.path === path)
  if (found === undefined) throw new Error(`there is no document ${path}`)
  return found
}

const FENCED = /^( *)```(.*)\n([\s\S]*?)^\1```$/gm

export const EXAMPLES: readonly Example[] = DOCUMENTS.flatMap(({ path, text }) =>
  [...text.matchAll(FENCED)].map(({ 1: indent = '', 2: kind = '', 3: body = '', index }) => ({
    path,
    line: text.slice(0, index).split('\n').length + 1,
    kind: kind.trim(),
    text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  })),
)

/** Without what is fenced, for links and for code in a line. */
export function prose({ text }: Document): string {
  return text.replaceAll(FENCED, '')
}

/** What a reader would type in it, one a line; a line that ends in a backslash goes on. */
export function typedIn({ kind, text }: Example): string[] {
  const lines = text.replaceAll('\\\n', ' ').split('\n')
  if (kind === 'sh') return lines
  if (!kind.startsWith('console')) return []
  return lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))
}

/** Each `$ ` line with what is said below it. */
export function dialogue({ text }: Example): { typed: string; said: string }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n')
      return { typed: part.slice(0, end), said: part.slice(end + 1) }
    })
}

/** The words behind `flow` of each call in a line of shell. */
export function flowCalls(line: string): string[][] {
  const [code = ''] = line.split(/(?<!\S)#/)
  return code
    .split(/&&|\|\||[;|<>()`]/)
    .map(
      (part) =>
        /(?:^|\s)(?:(?:npx|yarn|bunx|pnpm(?: exec)?) )?flow(?:-agent)?(?= |$)(.*)/.exec(part)?.[1],
    )
    .filter((words) => words !== undefined)
    .map((words) => words.match(/'[^']*'|"[^"]*"|\S+/g) ?? [])
}
