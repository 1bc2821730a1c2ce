/** What `flow hook notification --test` says, to people and to programs. */
import type { Delivery } from '../../hooks/deliver.ts'
import type { Notification } from '../../hooks/notification.ts'
import type { Way } from '../../hooks/ways.ts'

/** The ways in their order, each with what became of it and why; then the outcome in a sentence. */
export function tellTest(
  ways: readonly Way[],
  delivery: Delivery,
  { title, message }: Notification,
): string {
  const lines = ways.map((way) => [way.name, ...fate(way, delivery)])
  const widths = [0, 1].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const table = lines.map((line) =>
    `  ${line.map((word, column) => word.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
  return [`a notification "${title}: ${message}"`, ...table, outcome(delivery), ''].join('\n')
}

/** Version of the shape; docs/JSON.md describes it. */
const JSON_VERSION = 1

/** The same for programs. */
export function testAsJson(
  ways: readonly Way[],
  delivery: Delivery,
  { title, message }: Notification,
): string {
  return print({
    sentBy: delivery.kind === 'sent' ? delivery.way : null,
    why: null,
    notification: { title, message },
    ways: ways.map((way) => {
      const [fateOf, why] = fate(way, delivery)
      return { way: way.name, fate: fateOf.replaceAll(' ', '-'), why }
    }),
  })
}

/** Nothing was tried. */
export function tellNothing(why: string, isJson: boolean): string {
  if (!isJson) return `nothing was sent: ${why}\n`
  return print({ sentBy: null, why, notification: null, ways: [] })
}

function print(answer: object): string {
  return `${JSON.stringify({ version: JSON_VERSION, ...answer }, null, 2)}\n`
}

function fate({ name, kind, why }: Way, delivery: Delivery): [string, string] {
  const failure = delivery.failed.find(({ way }) => way === name)
  if (failure !== undefined) return ['failed', failure.why]
  if (kind === 'closed') return ['no way', why]
  return [delivery.kind === 'sent' && delivery.way === name ? 'took it' : 'not needed', why]
}

function outcome(delivery: Delivery): string {
  if (delivery.kind === 'lost')
    return delivery.failed.length > 0
      ? 'It did not arrive: whatever could be tried failed.'
      : 'It did not arrive: there is no way to show notifications here.'
  if (delivery.way === 'terminal') {
    return 'It was written to this terminal. Nothing to see or hear? Then the terminal shows none.'
  }
  if (delivery.way === 'command') return 'Your command ended well. The rest is its own.'
  return `${delivery.way} took it. Nothing to see? Then the desktop is set to show none.`
}
