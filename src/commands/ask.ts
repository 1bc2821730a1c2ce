/** Questions to the person at the terminal, and the refusal where there is none. */
import { FlowError } from '../errors.ts'
import type { Environment } from '../ports/environment.ts'
import type { Edit, Topic } from '../setup/step.ts'
import { questions } from './setup-report.ts'

export type Answer = 'yes' | 'no' | 'cancel'

/** Puts one question to the person and waits. */
export type Ask = (question: string) => Promise<Answer>

/** Asks on the terminal; the prompts are loaded only then. */
export const askOnTerminal: Ask = async (question) => {
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: question })
  if (isCancel(answer)) return 'cancel'
  return answer ? 'yes' : 'no'
}

/** @param command `flow init` @throws FlowError E_NOBODY_TO_ASK (exit code 2) */
export function requirePerson({ stdinIsTty, stdoutIsTty }: Environment, command: string): void {
  if (stdinIsTty && stdoutIsTty) return
  throw new FlowError({
    code: 'E_NOBODY_TO_ASK',
    what: `${command.replace(/^flow (\w+).*/, '$1')} asks before it changes anything`,
    why: 'this is no terminal, so there is nobody to ask',
    kept: 'nothing was changed',
    next: `${command} --dry-run   # shows the changes\n${command} --yes       # makes them`,
    exitCode: 2,
  })
}

/**
 * One question for each kind of change. All are asked before anything is changed, so that a cancel leaves
 * the repository as it was.
 * @returns the changes that were agreed to; null after a cancel
 */
export async function askAbout(edits: readonly Edit[], ask: Ask): Promise<Edit[] | null> {
  const agreed = new Set<Topic>()
  for (const { topic, question } of questions(edits)) {
    const answer = await ask(question)
    if (answer === 'cancel') return null
    if (answer === 'yes') agreed.add(topic)
  }
  return edits.filter(({ topic }) => agreed.has(topic))
}
