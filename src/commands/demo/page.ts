/** How the story looks on a page of 80 columns. */
import type pc from 'picocolors'
import type { Tally, Told } from './told.ts'

export interface Look {
  /** The path that `~` stands for. */
  readonly home: string
  readonly colors: ReturnType<typeof pc.createColors>
}

const WIDTH = 80
const MARGIN = '   '

/** `number`: of the step that it is, or is part of. */
export function print(told: Told, number: number, { home, colors }: Look): string {
  const { bold, dim, green, red } = colors
  const short = (text: string) => text.replaceAll(home, '~')
  switch (told.kind) {
    case 'step': {
      const title = wrap(told.title, `${number}`.padEnd(MARGIN.length), MARGIN)
      const lookAt = wrap(told.lookAt, MARGIN, MARGIN)
      return `\n${bold(title)}\n${dim(lookAt)}\n\n`
    }
    case 'evidence': {
      const line = wrap(short(told.line), `${MARGIN}$ `, `${MARGIN}    `)
      const lines = told.lines.map((one) => quote(short(one)))
      if (lines.length === 0) lines.push(`${MARGIN}(it says nothing)`)
      if (told.exitCode) lines.push(`${MARGIN}(exit code ${told.exitCode})`)
      return `${[line, ...lines].join('\n')}\n\n`
    }
    case 'claim': {
      if (told.held) {
        const line = wrap(told.sentence, `${MARGIN}ok `, `${MARGIN}   `)
        return `${line.replace('ok', green('ok'))}\n`
      }
      const line = wrap(told.sentence, `${MARGIN}FAILED `, `${MARGIN}       `)
      const saw = short(told.saw).trimEnd().split('\n').map(quote)
      return `${line.replace('FAILED', red(bold('FAILED')))}\n${[`${MARGIN}it saw:`, ...saw].join('\n')}\n`
    }
    default:
      return told satisfies never
  }
}

/** What stands in front of the first step. */
export function opening(home: string): string {
  return paragraph(
    `flow demo: the whole story, with real git, real husky and a stand-in agent. It happens in a throw-away folder, ${home}, which is its home: ~ below. Your own home, settings and repositories stay out of it.`,
  )
}

/** What stands after the last step that was told. */
export function closing({ steps, held, failed }: Tally, home: string, tookMs: number): string {
  if (failed > 0) {
    const sentence = `FAILED: ${held} claims held and ${failed} did not. The story stops after step ${steps}.`
    return `\n${paragraph(sentence)}${kept(home)}`
  }
  const seconds = (tookMs / 1000).toFixed(1)
  return `
${paragraph(`All ${held} claims held, in ${steps} steps and ${seconds} s. ~ is removed, and nothing of it runs any more.`)}
Read on:
  README.md          what flow is for, and how to undo it
  docs/PROTOCOL.md   why nothing is lost, and what flow does not detect
  docs/CONFIG.md     what a team can set in .flowrc
In a repository of your own:
  npx flow init --dry-run
`
}

export function kept(home: string): string {
  return `To look at, everything is kept in ${home}\n`
}

function paragraph(text: string): string {
  return `${wrap(text, '', '')}\n`
}

/** A line of somebody else's, with its tabs to be seen. */
function quote(text: string): string {
  const visible = text.replaceAll('\t', '→ ')
  const indent = /^[ →]*/.exec(visible)?.[0] ?? ''
  return wrap(visible.slice(indent.length), `${MARGIN}| ${indent}`, `${MARGIN}|     `)
}

/** Breaks at blanks. A word that is wider than the page stays whole, so that a path can be copied. */
function wrap(text: string, first: string, next: string): string {
  const lines: string[] = []
  let line = first
  for (const [, blanks = '', word = ''] of text.matchAll(/( *)([^ ]+)/g)) {
    if (line === first || line.length + blanks.length + word.length <= WIDTH) {
      line += blanks + word
    } else {
      lines.push(line)
      line = next + word
    }
  }
  return [...lines, line].join('\n')
}
