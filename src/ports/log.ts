/**
 * One line per decision, with its reason: `log('session', 'join: backup.json exists')`.
 * Shown under `DEBUG=flow:*`, otherwise nothing is loaded and nothing is printed.
 */
export type Log = (scope: string, message: string) => void

export async function openLog({
  DEBUG,
  NO_COLOR,
  TERM,
}: Readonly<Record<string, string | undefined>>): Promise<Log> {
  if (DEBUG === undefined || DEBUG === '') return () => undefined
  const { default: debug } = await import('debug')
  // It knows DEBUG_COLORS and whether there is a terminal, and none of these.
  const isPlain = (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb'
  return (scope, message) => {
    const print = debug(`flow:${scope}`)
    if (isPlain) Object.assign(print, { useColors: false })
    // A path may hold a `%`, which would be a placeholder.
    print('%s', message)
  }
}
