/** flow's lines in `info/attributes` and `info/exclude`. gitattributes(5), gitignore(5). */
import { dirname, join, posix } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import {
  couldNotWrite,
  draftOf,
  exists,
  ifAbsent,
  isDraft,
  readOrNull,
  realOrSame,
} from './git-file.ts'
import { quoted } from './quoted.ts'
import type { GitDirectories } from './repository.ts'

type Ports = Pick<ProtocolPorts, 'clock' | 'fs'>

/** Name of the filter driver. */
export const DRIVER = 'flow'

/** Ends the attribute line. */
export const ATTRIBUTE = ` filter=${DRIVER}`
/** Ends the exclude line of temporary files next to a settings file; their names go on with a session id. */
const TEMPORARY = '.session-*'
const JSON_FILE = '.json'
/** Ends the exclude line of a settings file: matches `.json`, in a form that no other program writes. */
const HIDDEN = '.jso[n]'

/** Line of `info/attributes`. `path`: from the top of the working tree, with `/`. */
export function attributeLine(path: string): string {
  const pattern = anchored(path)
  return `${NEEDS_QUOTES.test(pattern) ? quoted(pattern) : pattern}${ATTRIBUTE}`
}

/** Line of `info/exclude`: hides flow's temporary files, which exist for milliseconds. */
export function excludeLine(path: string): string {
  const { dir, base } = posix.parse(path)
  return `${ignorePattern(posix.join(dir, `.${base}`))}${TEMPORARY}`
}

/** Line of `info/exclude`: hides a settings file that flow made. Null for a name without `.json`. */
export function hiddenLine(path: string): string | null {
  if (!path.endsWith(JSON_FILE)) return null
  return `${ignorePattern(path.slice(0, -JSON_FILE.length))}${HIDDEN}`
}

/**
 * Line of `info/exclude`: hides the configuration of one user, in any directory, in a form that no other
 * program writes.
 */
export function localConfigLine(): string {
  return '.flowrc.loca[l]'
}

/** gitignore(5) has no escape for a newline, which would end the pattern. */
function ignorePattern(path: string): string {
  return anchored(path).replaceAll('\n', '[[:cntrl:]]')
}

/** A leading slash anchors the pattern; no character of the path is a wildcard. */
function anchored(path: string): string {
  return `/${path.replace(/[\\*?[\]]/g, '\\$&')}`
}

/**
 * Files below the common git directory that hold lines of flow's: the line of a settings file, how to recognize
 * flow's lines, and those that are there whatever the settings files are.
 */
export const LINE_FILES: readonly (readonly [
  name: string,
  lineOf: (path: string) => string,
  isOurs: (line: string) => boolean,
  always: readonly string[],
])[] = [
  ['info/attributes', attributeLine, (line) => line.endsWith(ATTRIBUTE), []],
  [
    'info/exclude',
    excludeLine,
    (line) => line.endsWith(TEMPORARY) || line.endsWith(HIDDEN) || line === localConfigLine(),
    [localConfigLine()],
  ],
]

/** A pattern that has one of these is quoted as in C; an unquoted one ends at a blank. */
const NEEDS_QUOTES = /[\s"\p{Cc}]/u

export interface LineEdit {
  /** Put in front, so that removing them restores every other byte. */
  readonly add?: readonly string[]
  readonly drop?: readonly string[] | 'all'
}

/** Edits the files in `info`, where there is something to edit. @throws FlowError E_WRITE */
export function editLines(
  ports: Ports,
  { commonGitFolder }: GitDirectories,
  editOf: (lineOf: (path: string) => string) => LineEdit,
): void {
  const edits = LINE_FILES.map(([name, lineOf, isOurs, always]) => {
    const { add = [], drop = [] } = editOf((one) => lineBytes(lineOf(one)))
    const wanted = drop === 'all' ? add : [...add, ...always]
    const change = (lines: readonly string[]) => [
      ...wanted.filter((line) => !hasLine(lines, line)),
      ...lines.filter((line) => {
        return !(drop === 'all' ? isOurs(bareLine(line)) : drop.includes(bareLine(line)))
      }),
    ]
    return { path: join(commonGitFolder, name), change }
  })
  for (const { path, change } of edits) {
    try {
      editFile(ports, path, change)
    } catch (error) {
      throw couldNotWrite(path, error)
    }
  }
}

/** Removes what killed processes were about to rename. */
export function removeDrafts({ fs }: Ports, { commonGitFolder }: GitDirectories): void {
  const directory = join(commonGitFolder, 'info')
  try {
    for (const name of fs.list(directory).filter(isDraft)) fs.unlink(join(directory, name))
  } catch (error) {
    // No directory, or a link to nowhere.
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw couldNotWrite(directory, error)
  }
}

function editFile(
  { clock, fs }: Ports,
  path: string,
  change: (lines: readonly string[]) => readonly string[],
): void {
  const { mark, lines: before } = splitLines(readOrNull({ fs }, path) ?? '')
  const after = change(before)
  if (after.join('\n') === before.join('\n')) return
  const target = realOrSame({ fs }, path)
  if (after.every((line) => line === '')) {
    fs.unlink(target)
    return
  }
  ifAbsent(() => fs.createFolder(dirname(path), 0o755))
  const fresh = draftOf({ clock }, target)
  const mode = exists({ fs }, target) ? fs.facts(target).mode : 0o644
  fs.createFile(fresh, Buffer.from(mark + after.join('\n'), 'latin1'), mode, { sync: false })
  try {
    fs.rename(fresh, target)
  } catch (error) {
    fs.unlink(fresh)
    throw error
  }
}

/** One character for each byte, so that any encoding of the user's lines stays. */
export function lineBytes(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** `['']` for a missing or empty file. */
export function readLines(ports: Pick<Ports, 'fs'>, path: string): string[] {
  return splitLines(readOrNull(ports, path) ?? '').lines.map(bareLine)
}

export function hasLine(lines: readonly string[], line: string): boolean {
  return lines.some((one) => bareLine(one) === line)
}

/** git takes CRLF for the end of a line as well, and an editor may have written it. */
export function bareLine(line: string): string {
  return line.replace(/\r$/, '')
}

/** Of UTF-8, in latin1. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf'

/** The lines of a text in latin1, and the mark before them: git knows it at the start of a file only. */
export function splitLines(text: string): { mark: string; lines: string[] } {
  const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : ''
  return { mark, lines: text.slice(mark.length).split('\n') }
}
