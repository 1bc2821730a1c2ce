/**
 * What makes git run flow's clean filter: a line in `info/attributes`, a section in `config`; and what
 * keeps it from seeing flow's drafts: a line in `info/exclude`.
 */
import { posix } from 'node:path'
import { shellWord } from '../shell-word.ts'

/** The name of the driver: gitattributes(5), `filter`. */
export const DRIVER = 'flow'

/** The section of `config`, one element a line. `command`: as git's shell is to read it. */
export function configLines(command: string): string[] {
  return [SECTION, `\tclean = ${quoted(command)}`]
}

export function isConfigLine(line: string): boolean {
  return line === SECTION || line.startsWith('\t')
}

/** `treePath`: of the file, relative to the top of the working tree, with `/`. */
export function attributeLine(treePath: string): string {
  // gitignore(5): a slash in front ties the pattern to the top; no character of the path is a wildcard.
  const pattern = `/${treePath.replace(/[\\*?[\]]/g, '\\$&')}`
  return `${NEEDS_QUOTES.test(pattern) ? quoted(pattern) : pattern}${ATTRIBUTE}`
}

export function isAttributeLine(line: string): boolean {
  return line.endsWith(ATTRIBUTE)
}

/** For the drafts that stand beside a file for some milliseconds while flow changes it. */
export function excludeLine(treePath: string): string {
  const { dir, base } = posix.parse(`/${treePath}`)
  const beside = posix.join(dir, `.${base}`).replace(/[\\*?[\]]/g, '\\$&')
  // No pattern of gitignore(5) has a newline.
  return `${beside.replace(/\p{Cc}/gu, '?')}${DRAFTS}`
}

export function isExcludeLine(line: string): boolean {
  return line.endsWith(DRAFTS)
}

/**
 * What git hands to `sh -c` for each file to be cleaned; `%f` becomes the path. If the script is gone,
 * git gets the file as it is.
 * @param filterFolder where the pairs to compare with lie
 */
export function cleanCommand(script: string, filterFolder: string, nodePath: string): string {
  // git replaces %f, and %% by %.
  const word = (text: string) => shellWord(text).replaceAll('%', '%%')
  const words = `"$f" ${word(filterFolder)} ${word(nodePath)} %f`
  // In the shell that git has started: another one would take as long as the comparison.
  return `f=${word(script)}; [ -f "$f" ] || exec cat; set -- ${words}; . "$f"`
}

/** Files of git's in which lines of flow's stand, and what tells those lines. */
export const INFO_FILES = [
  ['info/attributes', isAttributeLine],
  ['info/exclude', isExcludeLine],
] as const
export const FILTER_FILES = [['config', isConfigLine], ...INFO_FILES] as const

const SECTION = `[filter "${DRIVER}"]`
const ATTRIBUTE = ` filter=${DRIVER}`
/** Their names go on with the session's id. */
const DRAFTS = '.session-*'

/** gitattributes(5): a pattern that has them is quoted as in C. Others end at a blank. */
const NEEDS_QUOTES = /[\s"\p{Cc}]/u

/** As git reads it in `config` and in `info/attributes`: `\\`, `\"`, `\n`, `\t`, `\b`. */
function quoted(text: string): string {
  const escapes: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\b': '\\b' }
  const inner = text
    .replace(/[\\"]/g, '\\$&')
    .replace(/[\n\t\b]/g, (character) => escapes[character] ?? character)
  return `"${inner}"`
}
