/**
 * How far a search goes: a part of it in `npm run test:all`, all of it in `npm run test:full`.
 * With SEARCH=deep that goes on for as long as it takes.
 */

export const isDeep = process.env.SEARCH === 'deep'
export const isFull = process.env.SEARCH === 'full' || isDeep

/** The bound of a search. */
export function bound<T>(quick: T, full: T): T {
  return isFull ? full : quick
}
