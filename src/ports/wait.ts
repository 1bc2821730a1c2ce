/** Waiting for a condition, with an end to the patience. */

const ASK_AGAIN_MS = 10

/** What `promise` gives, if it does so within `limitMs`. @throws what `late` makes, otherwise */
export async function within<T>(
  limitMs: number,
  promise: Promise<T>,
  late: () => Error,
): Promise<T> {
  let alarm: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    alarm = setTimeout(() => reject(late()), limitMs)
  })
  try {
    return await Promise.race([promise, tooLate])
  } finally {
    clearTimeout(alarm)
  }
}

/** Asks until it is so; for what nobody reports, such as the end of a process that is no child. */
export async function until(
  isSo: () => boolean,
  limitMs: number,
  late: () => Error,
): Promise<void> {
  const end = performance.now() + limitMs
  while (!isSo()) {
    if (performance.now() > end) throw late()
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
  }
}
