import type { Environment } from '../ports/environment.ts'

/** Whether what is printed there is coloured: https://no-color.org, https://force-color.org */
export function hasColors(
  { variables, stdoutIsTty, stderrIsTty }: Environment,
  stream: 'stdout' | 'stderr' = 'stdout',
): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = variables
  if (NO_COLOR) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0'
  return (stream === 'stdout' ? stdoutIsTty : stderrIsTty) && TERM !== 'dumb'
}

/** A terminal whose cursor moves; that of a screen reader is TERM=dumb. */
export function hasScreen({ variables, stdoutIsTty }: Environment): boolean {
  return stdoutIsTty && variables.TERM !== 'dumb'
}

/** By the locale, as POSIX has it: LC_ALL before LC_CTYPE before LANG. */
export function hasUnicode({
  variables: { LC_ALL, LC_CTYPE, LANG },
  platform,
}: Environment): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG
  // A terminal of macOS is UTF-8, also where a login shell sets nothing.
  return locale ? /utf-?8/i.test(locale) : platform === 'darwin'
}
