import type { Ended } from '../../ports/shell.ts'
import type { Agent } from './agent.ts'

/** How many steps were told, and what became of the claims in them. */
export interface Tally {
  readonly steps: number
  readonly held: number
  readonly failed: number
}

/** What the story is made of, in the order in which it is told. */
export type Told =
  | {
      readonly kind: 'step'
      /** What happens. */
      readonly title: string
      readonly lookAt: string
    }
  | {
      readonly kind: 'evidence'
      /** The command line that gave it. */
      readonly line: string
      readonly lines: readonly string[]
      /** Null: it goes on, or died of a signal. */
      readonly exitCode: number | null
    }
  | {
      readonly kind: 'claim'
      readonly sentence: string
      readonly held: boolean
      /** What was there instead; shown if it did not hold. */
      readonly saw: string
    }

export function step(title: string, lookAt: string): Told {
  return { kind: 'step', title, lookAt }
}

/** The lines that a command said, or those of them that tell something. */
export function shows(command: Ended | Agent, isTelling = (_: string) => true): Told {
  const { line, said } = command
  const lines = said === '' ? [] : said.replace(/\n$/, '').split('\n').filter(isTelling)
  return {
    kind: 'evidence',
    line,
    lines,
    exitCode: 'exitCode' in command ? command.exitCode : null,
  }
}

export function claim(sentence: string, held: boolean, saw: string): Told {
  return { kind: 'claim', sentence, held, saw }
}
