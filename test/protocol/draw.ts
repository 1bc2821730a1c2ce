/** Draws a number from 0 up to, not including, `below`; the same ones for the same seed. */
export function seeded(seed: number): (below: number) => number {
  let state = seed & 0x7fffffff
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >>> 8) % below
  }
}
