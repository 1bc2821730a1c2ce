import { isAbsolute, join } from 'node:path'
import { FlowError } from './errors.ts'
import type { Environment } from './ports/environment.ts'

export const HOME_NAME = '.sylphx-flow'

/**
 * `FLOW_HOME`, else `~/.sylphx-flow`.
 * @throws FlowError E_FLOW_HOME when it is not absolute: it would lie in whatever folder this is
 */
export function stateHome({ variables, homeFolder }: Environment): string {
  const named = variables.FLOW_HOME || null
  const path = named ?? join(homeFolder, HOME_NAME)
  if (isAbsolute(path)) return path
  const next = `set FLOW_HOME to an absolute path, or unset it to use ~/${HOME_NAME}`
  throw new FlowError({
    code: 'E_FLOW_HOME',
    what:
      named === null
        ? `the home directory is not an absolute path: ${homeFolder || '(empty)'}`
        : `FLOW_HOME is not an absolute path: ${named}`,
    why: 'hooks and other sessions run in other directories and have to find the same place',
    kept: 'nothing was changed',
    next: named === null ? 'set HOME, or FLOW_HOME, to an absolute path' : next,
    exitCode: 2,
  })
}
