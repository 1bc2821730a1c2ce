/**
 * The known name that was probably meant, or undefined when none is near: up to a third of the
 * letters may be wrong, missing, added or swapped with their neighbour, or all but the first three
 * may be missing. Case does not count.
 */
export function nearestName(typed: string, known: Iterable<string>): string | undefined {
  const begun = [...known].filter((name) => name.startsWith(typed))
  if (begun.length === 1 && /\w{3}/.test(typed)) return begun[0]
  let nearest: string | undefined
  let fewest = Math.max(1, Math.floor(typed.length / 3)) + 1
  for (const name of known) {
    // Nothing that long is a typing error, and the table below grows with both lengths.
    if (Math.abs(name.length - typed.length) >= fewest) continue
    const edits = editsBetween(typed.toLowerCase(), name.toLowerCase())
    if (edits < fewest) {
      fewest = edits
      nearest = name
    }
  }
  return nearest
}

/** ` (did you mean "claude"?)`, or nothing when no known name is near. */
export function didYouMean(typed: string, known: Iterable<string>): string {
  const nearest = nearestName(typed, known)
  return nearest === undefined ? '' : ` (did you mean "${nearest}"?)`
}

/** Edit distance with swaps of neighbours (optimal string alignment), three rows at a time. */
function editsBetween(left: string, right: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const present = [row]
    for (let column = 1; column <= right.length; column++) {
      const differs = left[row - 1] === right[column - 1] ? 0 : 1
      const swapped =
        left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
          ? at(beforeLast, column - 2) + 1
          : Number.POSITIVE_INFINITY
      present[column] = Math.min(
        at(last, column) + 1,
        at(present, column - 1) + 1,
        at(last, column - 1) + differs,
        swapped,
      )
    }
    beforeLast = last
    last = present
  }
  return at(last, right.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
