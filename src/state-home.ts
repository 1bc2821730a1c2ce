import { isAbsolute, join } from 'node:path'
import { FlowError } from './errors.ts'
import type { Environment } from './ports/environment.ts'

/** `FLOW_HOME`, else `~/.sylphx-flow`. @throws FlowError E_FLOW_HOME when it is not absolute */
export function stateHome({ variables, homeFolder }: Environment): string {
  const named = variables.FLOW_HOME
  if (named === undefined || named === '') return join(homeFolder, '.sylphx-flow')
  if (isAbsolute(named)) return named
  throw new FlowError({
    code: 'E_FLOW_HOME',
    what: `FLOW_HOME is not an absolute path: ${named}`,
    why: 'hooks and other sessions run in other folders and have to find the same place',
    kept: 'nothing was changed',
    next: 'set FLOW_HOME to an absolute path, or unset it to use ~/.sylphx-flow',
    exitCode: 2,
  })
}
