/** `flow shell bash|zsh|fish`: print the line for a shell's rc file. */
import { basename } from 'node:path'
import { FlowError } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { ensureHookScripts } from '../../session/hook-scripts.ts'
import { homePaths } from '../../session/layout.ts'
import { refuseLinkedFolders } from '../../session/own-folders.ts'
import { ensureRuntime } from '../../session/runtime-copy.ts'
import { ensureFolder, ensureHome, writeState } from '../../session/state-file.ts'
import { stateHome } from '../../state-home.ts'
import { VERSION } from '../../version.ts'
import { say } from '../say-session.ts'
import {
  rcLineFor,
  SHELL_NAMES,
  SHELLS,
  type ShellName,
  snippetPath,
  snippetText,
} from './snippet.ts'

export interface ShellOptions {
  /** Undefined: none was typed. */
  readonly name: ShellName | undefined
  /** flow's own package, absolute. */
  readonly packageFolder: string
}

/**
 * Writes `<home>/shell/flow.NAME` and the scripts that it sources, and prints the line for an rc file that
 * sources it in turn. A line instead of the whole, so that a later version
 * of flow need not be put into the rc file again; and no `eval "$(flow …)"`, which would start node
 * with every shell.
 * @returns the exit code: 0
 * @throws FlowError E_USAGE (exit code 2), E_FLOW_HOME, E_PACKAGE, E_STATE_*
 */
export function shell(ports: Ports, { name, packageFolder }: ShellOptions): number {
  const { environment } = ports
  if (name === undefined) throw noShell(environment.variables.SHELL)
  const home = stateHome(environment)
  const { shellFolder } = homePaths(home)
  ensureHome(ports, home)
  refuseLinkedFolders(ports, home, [shellFolder])
  ensureFolder(ports, shellFolder)
  ensureRuntime(ports, home, packageFolder, VERSION)
  writeState(ports, snippetPath(home, name), snippetText(ports, packageFolder, name))
  ensureHookScripts(ports, home, {
    packageFolder,
    version: VERSION,
    nodePath: environment.nodePath,
  })
  environment.print(`${rcLineFor(environment, home, name)}\n`)
  if (environment.stdoutIsTty) {
    const { rcFile } = SHELLS[name]
    say(ports, `put that line into ${rcFile}: flow shell ${name} >> ${rcFile}`)
  }
  return 0
}

function noShell(variable: string | undefined): FlowError {
  const own = SHELL_NAMES.find((name) => name === basename(variable ?? ''))
  const proposal =
    own === undefined ? ': flow shell bash' : `; by $SHELL yours is ${own}: flow shell ${own}`
  return new FlowError({
    code: 'E_USAGE',
    what: `shell needs SHELL, one of ${SHELL_NAMES.join(', ')}${proposal}`,
    exitCode: 2,
  })
}
