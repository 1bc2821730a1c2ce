import type { Environment } from '../ports/environment.ts'

/** Whether standard output is coloured: https://no-color.org, https://force-color.org */
export function hasColors({ variables, stdoutIsTty }: Environment): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = variables
  if (NO_COLOR) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0'
  return stdoutIsTty && TERM !== 'dumb'
}
