import { FlowError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { ensureHookScripts } from '../session/hook-scripts.ts'
import { stateHome } from '../state-home.ts'
import { VERSION } from '../version.ts'

/**
 * Brings the scripts of git hooks and prompts in the state directory up to date. A failure is only
 * logged: with no session there is nothing for them to recover, and the first one writes them.
 */
export function refreshHookScripts(ports: Ports, packageFolder: string): void {
  const { environment } = ports
  const source = { packageFolder, version: VERSION, nodePath: environment.nodePath }
  try {
    ensureHookScripts(ports, stateHome(environment), source)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    ports.log('state', `the scripts for git hooks are not up to date: ${error.message}`)
  }
}
