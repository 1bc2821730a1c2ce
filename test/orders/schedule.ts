/** An order of steps, as text: to be read, and to be played again. */

/** Of a step's text, in characters. */
const LONGEST = 240

/** The steps that were taken, from the last one back. */
export interface Trail {
  readonly actor: number
  readonly isKill: boolean
  readonly text: string
  readonly before: Trail | null
}

/**
 * First the line that `readSchedule` reads, then what happens in it, a line for each step.
 * `0*14 1*3 x0 1` is: 14 steps of process 0, 3 of process 1, 0 is killed, a step of 1.
 */
export function printSchedule(last: Trail | null): string {
  const trail: Trail[] = []
  for (let at = last; at !== null; at = at.before) trail.unshift(at)
  const runs: { word: string; count: number }[] = []
  for (const { actor, isKill } of trail) {
    const word = isKill ? `x${actor}` : String(actor)
    const run = runs.at(-1)
    if (run?.word === word) run.count += 1
    else runs.push({ word, count: 1 })
  }
  const schedule = runs.map(({ word, count }) => (count === 1 ? word : `${word}*${count}`))
  const steps = trail.map(({ actor, text }) => {
    return `${actor}: ${text.replaceAll(/\s+/g, ' ').slice(0, LONGEST)}`
  })
  return [`schedule: ${schedule.join(' ')}`, ...steps].join('\n')
}

export function readSchedule(text: string): { actor: number; isKill: boolean }[] {
  return text.split(' ').flatMap((word) => {
    const [, kill = '', actor, count = '1'] = /^(x?)([0-9])(?:\*([0-9]+))?$/.exec(word) ?? []
    if (actor === undefined) throw new Error(`not a step of a schedule: ${word}`)
    return Array(Number(count)).fill({ actor: Number(actor), isKill: kill === 'x' })
  })
}
