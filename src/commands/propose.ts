/** A plan before anything is changed, the same for `init` and `uninstall`: shown, or agreed to. */
import type { Ports } from '../ports/ports.ts'
import type { Edit, Plan } from '../setup/step.ts'
import { asTyped } from './as-typed.ts'
import { type Ask, askAbout, requirePerson } from './ask.ts'
import { noteLine, preview } from './setup-report.ts'

export interface Proposal extends Plan {
  /** `flow init` */
  readonly command: string
  /** What comes before the edits, for `--dry-run`. */
  readonly first?: readonly string[]
}

export interface ProposalOptions {
  /** Makes every change without asking. */
  readonly yes: boolean
  /** Prints the changes and makes none. */
  readonly dryRun: boolean
}

/**
 * @returns the edits that were agreed to; where there is nothing to do, the exit code: 0, or 1 after a cancel
 * @throws FlowError E_NOBODY_TO_ASK (exit code 2)
 */
export async function propose(
  ports: Ports,
  { command, first = [], edits, notes, next }: Proposal,
  { yes, dryRun }: ProposalOptions,
  ask: Ask,
): Promise<readonly Edit[] | number> {
  const { environment } = ports
  if (dryRun) {
    const left = next.map((line) => `left to you: ${line}`)
    const end = asTyped(
      ports,
      `nothing was changed: without --dry-run, \`${command}\` makes these changes`,
    )
    environment.print([...first, preview(edits)].join('\n'))
    environment.print(['', ...notes.map(noteLine), ...left, end, ''].join('\n'))
    return 0
  }
  if (yes) return edits
  requirePerson(environment, command)
  const agreed = await askAbout(edits, ask)
  if (agreed === null) {
    environment.print('cancelled: nothing was changed\n')
    return 1
  }
  if (agreed.length > 0) return agreed
  if (!environment.isQuiet) environment.print('nothing was changed\n')
  return 0
}
