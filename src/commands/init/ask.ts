import type { Change, Topic } from './change.ts'

export type Answer = 'yes' | 'no' | 'cancel'

/** Puts one question to the person and waits. */
export type Ask = (question: string) => Promise<Answer>

/**
 * One question for each kind of change. All are asked before anything is changed, so that whoever
 * leaves in the middle leaves the repository as it was.
 * @returns the changes that were agreed to, or null after a cancel
 */
export async function askAbout(changes: readonly Change[], ask: Ask): Promise<Change[] | null> {
  const agreed = new Set<Topic>()
  for (const topic of new Set(changes.map((change) => change.topic))) {
    const answer = await ask(questionFor(changes.filter((change) => change.topic === topic)))
    if (answer === 'cancel') return null
    if (answer === 'yes') agreed.add(topic)
  }
  return changes.filter((change) => agreed.has(change.topic))
}

/** Asks on the terminal; the prompts are loaded only then. */
export const askOnTerminal: Ask = async (question) => {
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: question })
  if (isCancel(answer)) return 'cancel'
  return answer ? 'yes' : 'no'
}

function questionFor(changes: readonly Change[]): string {
  const [first] = changes
  if (first === undefined) return ''
  const { topic } = first
  const names = changes.flatMap((change) => (change.kind === 'file' ? [change.file.name] : []))
  switch (topic) {
    case 'configuration':
      return `Write ${names.join()}, flow's configuration?`
    case 'package.json':
      return `Add to ${names.join()}: ${first.why}?`
    case 'hooks': {
      const husky = changes.find((change) => change.kind === 'husky')
      const parts = [
        ...(husky === undefined
          ? []
          : [`let git run the hooks in .husky (core.hooksPath = ${husky.after})`]),
        ...(names.length === 0 ? [] : [`add one line to ${names.join(' and ')}`]),
      ]
      const sentence = parts.join(', and ')
      return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}?`
    }
    default:
      return topic satisfies never
  }
}
