/**
 * Columns of the terminal that standard output is; undefined where it is none, or does not know them.
 * Asking opens the stream, a millisecond: for pages that people read, on no hot path.
 */
export function terminalWidth(): number | undefined {
  // A person's own number goes first, as in most programs; shells do not export theirs.
  const wanted = process.env.COLUMNS ?? ''
  return /^[1-9]\d{0,4}$/.test(wanted) ? Number(wanted) : process.stdout.columns || undefined
}
