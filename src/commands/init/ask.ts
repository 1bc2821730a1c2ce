import type { Ask } from '../ask.ts'
import type { Change, Topic } from './change.ts'

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

function questionFor(changes: readonly Change[]): string {
  const [first] = changes
  if (first === undefined) return ''
  const { topic } = first
  const names = changes.flatMap((change) => (change.kind === 'file' ? [change.file.name] : []))
  const commands = changes.flatMap((change) =>
    change.kind === 'command' ? [`run \`${change.words}\``] : [],
  )
  switch (topic) {
    case 'configuration':
      return `Write ${names.join()}, flow's configuration?`
    case 'package.json':
      return sentence([`add to ${names.join()}: ${first.why}`, ...commands])
    case 'hooks': {
      const husky = changes.find((change) => change.kind === 'husky')
      return sentence([
        ...(husky === undefined
          ? []
          : [`let git run the hooks in .husky (core.hooksPath = ${husky.after})`]),
        ...(names.length === 0 ? [] : [`add flow's line to ${list(names)}`]),
        ...(changes.some(({ kind }) => kind === 'filter') ? ["install flow's clean filter"] : []),
        ...commands,
      ])
    }
    default:
      return topic satisfies never
  }
}

function sentence(parts: readonly string[]): string {
  const text = parts.join(', and ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}?`
}

/** `a, b and c` */
export function list(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' and ')
}
