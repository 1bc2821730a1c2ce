/** The variable FLOW, which turns flow off. */
import type { Environment } from './ports/environment.ts'

/** As `templates/hooks/pending.sh` has them. */
const OFF: readonly string[] = ['0', 'off', 'false', 'no']

/** True for a value of FLOW, in any case, that turns every hook and the wrapper's merging off. */
export function isSwitchedOff({ FLOW }: Environment['variables']): boolean {
  return FLOW !== undefined && OFF.includes(FLOW.toLowerCase())
}
