import type { ParseError } from 'jsonc-parser'
import { printParseErrorCode } from 'jsonc-parser'
import { FlowError } from '../errors.ts'

/** What a refusal is about: the file as the person knows it, and its text without BOM. */
export interface Source {
  readonly name: string
  readonly text: string
}

/** Where `offset` stands: 1-based line, 1-based column in UTF-16 units, as editors count. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The E_SETTINGS_INVALID error for one place of a settings file; the caller throws it. */
export function refusal(source: Source, offset: number, reason: string, what?: string): FlowError {
  const { line, column } = positionOf(source.text, offset)
  return new FlowError({
    code: 'E_SETTINGS_INVALID',
    what: what ?? `${source.name} is not valid JSON`,
    why: `line ${line}, column ${column}: ${reason}`,
    kept: `${source.name} is as it was; nothing was changed`,
    next: `correct line ${line} of ${source.name}, then try again`,
  })
}

export function syntaxRefusal(source: Source, error: ParseError): FlowError {
  const found = source.text.slice(error.offset, error.offset + error.length)
  return refusal(source, error.offset, sentenceFor(printParseErrorCode(error.error), found))
}

export function positionOf(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/)
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

/**
 * UTF-8 bytes as text, BOM included.
 * @throws FlowError E_SETTINGS_INVALID at the first byte that is not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const text = textBeforeBadByte(bytes)
    throw refusal({ name, text }, text.length, 'the file is not UTF-8 text')
  }
}

/** A lenient decoder puts U+FFFD for each bad byte; one that the file really holds is EF BF BD. */
function textBeforeBadByte(bytes: Uint8Array): string {
  const pieces = new TextDecoder('utf-8').decode(bytes).split('\uFFFD')
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  let byteOffset = hasBom ? 3 : 0
  let before = ''
  for (const piece of pieces) {
    before += piece
    byteOffset += Buffer.byteLength(piece)
    const isReal = bytes[byteOffset] === 0xef && bytes[byteOffset + 1] === 0xbf
    if (!isReal || bytes[byteOffset + 2] !== 0xbd) break
    before += '\uFFFD'
    byteOffset += 3
  }
  return before
}

function sentenceFor(code: string, found: string): string {
  const what = found === '' ? 'the end of the file' : `\`${shortened(found)}\``
  return SENTENCES[code]?.(what) ?? `unexpected ${what}`
}

function shortened(found: string): string {
  const [line = ''] = found.split(/[\r\n]/, 1)
  return line.length < found.length || line.length > 40 ? `${line.slice(0, 40)}…` : line
}

const SENTENCES: Record<string, (found: string) => string> = {
  InvalidNumberFormat: (found) => `${found} is not a number`,
  PropertyNameExpected: (found) => `a key in double quotes was expected, found ${found}`,
  ValueExpected: (found) => `a value was expected, found ${found}`,
  ColonExpected: (found) => `a colon was expected, found ${found}`,
  CommaExpected: (found) => `a comma was expected, found ${found}`,
  CloseBraceExpected: (found) => `a closing brace } was expected, found ${found}`,
  CloseBracketExpected: (found) => `a closing bracket ] was expected, found ${found}`,
  EndOfFileExpected: (found) => `nothing more was expected, found ${found}`,
  UnexpectedEndOfComment: () => 'a comment that never ends',
  UnexpectedEndOfString: () => 'a string without its closing quote',
  UnexpectedEndOfNumber: (found) => `${found} is not a number`,
  InvalidUnicode: () => 'a \\u escape needs four hex digits',
  InvalidEscapeCharacter: () => 'an unknown escape in a string',
  InvalidCharacter: () => 'a control character in a string; it must be written as an escape',
}
