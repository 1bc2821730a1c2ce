/** How far a search goes: a part of it in every test run, all of it in `npm run test:full`. */

export const isFull = process.env.SEARCH === 'full'

/** The bound of a search. */
export function bound<T>(quick: T, full: T): T {
  return isFull ? full : quick
}
