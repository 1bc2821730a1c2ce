/**
 * One line per decision, with its reason: `log('session', 'join: backup.json exists')`.
 * Shown under `DEBUG=flow:*`, otherwise nothing is loaded and nothing is printed.
 */
export type Log = (scope: string, message: string) => void

export async function openLog(debugVariable: string | undefined): Promise<Log> {
  if (debugVariable === undefined || debugVariable === '') return () => undefined
  const { default: debug } = await import('debug')
  return (scope, message) => debug(`flow:${scope}`)(message)
}
