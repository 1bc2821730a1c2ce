/** How the story looks on a page of 80 columns. */
import pc from 'picocolors'
import { FlowError } from '../../errors.ts'
import { describeFailure } from '../../failure.ts'
import type { Environment } from '../../ports/environment.ts'
import { hasColors } from '../colors.ts'
import { wrap } from '../columns.ts'

/** After a step with a claim that did not hold, or when the demo is stopped: what follows builds on it. */
export class StoryEnds extends Error {}

export interface Teller {
  readonly tally: { readonly steps: number; readonly held: number; readonly failed: number }
  /** @throws StoryEnds after it, where something in it failed */
  step<T>(title: string, lookAt: string, tell: () => Promise<T>): Promise<T>
  /** A command line, and what it said. */
  show(line: string, said: string, exitCode?: number | null): void
  /** @param saw what was there instead */
  claim(sentence: string, isHeld: boolean, saw: string): void
}

/** @param home the path that `~` stands for */
export function tellerOf(environment: Environment, home: string, isStopped: () => boolean): Teller {
  const { bold, dim, green, red } = pc.createColors(hasColors(environment))
  const tally = { steps: 0, held: 0, failed: 0 }
  const short = (text: string) => text.replaceAll(home, '~')
  const quoted = (text: string) =>
    text === '' ? [] : short(text).replace(/\n$/, '').split('\n').map(quote)
  const print = (lines: readonly string[]) => {
    // What was killed under way could not but fail.
    if (isStopped()) throw new StoryEnds()
    environment.print(lines.map((line) => `${line}\n`).join(''))
  }
  const claim: Teller['claim'] = (sentence, isHeld, saw) => {
    tally[isHeld ? 'held' : 'failed'] += 1
    if (isHeld) print([`   ${green('ok')} ${folded(sentence, 6)}`])
    else print([`   ${red(bold('FAILED'))} ${folded(sentence, 10)}`, '   it saw:', ...quoted(saw)])
  }
  return {
    tally,
    claim,
    async step(title, lookAt, tell) {
      tally.steps += 1
      print(['', bold(`${tally.steps}  ${folded(title, 3)}`), dim(`   ${folded(lookAt, 3)}`), ''])
      const told = await tell().catch((error: unknown) => {
        if (!(error instanceof FlowError)) throw error
        claim('this step comes to its end', false, describeFailure(error))
        throw new StoryEnds()
      })
      if (tally.failed > 0) throw new StoryEnds()
      return told
    },
    show(line, said, exitCode = null) {
      const lines = said === '' ? ['   (it says nothing)'] : quoted(said)
      const end = exitCode ? [`   (exit code ${exitCode})`] : []
      print([`   $ ${folded(short(line), 7)}`, ...lines, ...end, ''])
    },
  }
}

export function paragraph(text: string): string {
  return `${folded(text, 0)}\n`
}

const WIDTH = 80

/** Wrapped behind `indent` columns, and the further lines below the first. */
function folded(text: string, indent: number): string {
  return wrap(text, WIDTH - indent).join(`\n${' '.repeat(indent)}`)
}

/** A line of somebody else's, with its tabs to be seen. */
function quote(line: string): string {
  const visible = line.replaceAll('\t', '→ ')
  if (visible.length <= WIDTH - '   | '.length) return `   | ${visible}`
  const [, indent = '', rest = ''] = /^([ →]*)(.*)$/.exec(visible) ?? []
  const [first = '', ...more] = wrap(rest, WIDTH - '   |     '.length - indent.length)
  return [`   | ${indent}${first}`, ...more.map((one) => `   |     ${one}`)].join('\n')
}
