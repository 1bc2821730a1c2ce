import { type ParseError, parse, printParseErrorCode, visit } from 'jsonc-parser'

export type ParsedJson =
  | { readonly kind: 'value'; readonly value: unknown }
  /** `line 3, column 7: comma expected`, counted from 1. */
  | { readonly kind: 'invalid'; readonly why: string }

/** Strict JSON: no comments, no trailing commas. */
export function parseJson(text: string): ParsedJson {
  try {
    // Not jsonc-parser's value: it assigns, so a key `__proto__` would become the prototype.
    return { kind: 'value', value: JSON.parse(text) }
  } catch (error) {
    return { kind: 'invalid', why: unlessTooDeep(() => firstError(text)) ?? String(error) }
  }
}

/**
 * Line (from 1) of the first `//` or `/*` comment in text that is meant as JSON; undefined when
 * there is none. YAML would read such a comment as part of a key or a value, without an error.
 */
export function firstCommentLine(text: string): number | undefined {
  if (!/^\s*(\{|\[|\/\/|\/\*)/.test(text)) return undefined
  let found: number | undefined
  unlessTooDeep(() =>
    visit(text, {
      onComment(offset, _length, line) {
        // In YAML's own braces an unquoted `https://…` or `src/*` is a value, not a comment.
        const before = text[offset - 1]
        if (before === undefined || /[\s,{}[\]"]/.test(before)) found ??= line + 1
      },
    }),
  )
  return found
}

/** jsonc-parser calls itself for each level: a hundred thousand opening brackets exhaust the stack. */
function unlessTooDeep<T>(parseText: () => T): T | undefined {
  try {
    return parseText()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function firstError(text: string): string | undefined {
  const errors: ParseError[] = []
  parse(text, errors, { disallowComments: true })
  const [first] = errors
  if (first === undefined) return undefined
  const lines = text.slice(0, first.offset).split(/\r\n|\r|\n/)
  const column = (lines.at(-1) ?? '').length + 1
  // `CommaExpected` reads as `comma expected`.
  const words = printParseErrorCode(first.error)
    .replace(/(?!^)[A-Z]/g, ' $&')
    .toLowerCase()
  return `line ${lines.length}, column ${column}: ${words}`
}
