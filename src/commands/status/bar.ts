/** A span of time as a bar: in proportion to what the whole width stands for. */

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * `width` columns that stand for `whole`; `mark` where `part` is, blanks elsewhere. However short,
 * it shows one mark; what lies outside is cut off.
 */
export function bar(part: Span, whole: Span, width: number, mark: string): string {
  if (width <= 0) return ''
  const length = Math.max(1, whole.toMs - whole.fromMs)
  const place = (ms: number) =>
    Math.round((Math.min(Math.max(ms - whole.fromMs, 0), length) / length) * width)
  const begin = Math.min(place(part.fromMs), width - 1)
  const end = Math.max(place(part.toMs), begin + 1)
  return ' '.repeat(begin) + mark.repeat(end - begin) + ' '.repeat(width - end)
}
