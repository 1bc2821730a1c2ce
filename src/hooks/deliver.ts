/** Tries the ways of a notification, one after the other, until one takes it. */
import type { Way, WayName } from './ways.ts'

/** What came of one way; null: it took the notification. */
export type Failure = string | null

export type Delivery =
  | { readonly kind: 'sent'; readonly way: WayName; readonly failed: readonly FailedWay[] }
  | { readonly kind: 'lost'; readonly failed: readonly FailedWay[] }

export interface FailedWay {
  readonly way: WayName
  readonly why: string
}

/** An agent's hook may take ten seconds; this leaves one for its input, and one to start and to end. */
export const MOST_MS = { together: 8_000, each: 5_000 }

type OpenWay = Extract<Way, { kind: 'open' }>

/**
 * @param take shows it by this way within so many milliseconds
 * @param now milliseconds of a clock that never goes back
 */
export async function deliver(
  ways: readonly Way[],
  take: (way: OpenWay, timeoutMs: number) => Promise<Failure>,
  now: () => number,
): Promise<Delivery> {
  const failed: FailedWay[] = []
  const end = now() + MOST_MS.together
  for (const way of ways) {
    if (way.kind === 'closed') continue
    const left = end - now()
    const why =
      left <= 0 ? 'no time was left for it' : await take(way, Math.min(left, MOST_MS.each))
    if (why === null) return { kind: 'sent', way: way.name, failed }
    failed.push({ way: way.name, why })
  }
  return { kind: 'lost', failed }
}
