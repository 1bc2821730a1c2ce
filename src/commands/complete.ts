/** `flow complete agents|sessions`: what the shells' completions ask for, one word a line. */
import { join } from 'node:path'
import { agentNames } from '../config/agent-names.ts'
import { isErrno } from '../errors.ts'
import { foldersUp } from '../git/tree-path.ts'
import type { Ports } from '../ports/ports.ts'
import { stateHome } from '../state-home.ts'
import { restorable } from './session-names.ts'

/**
 * Each word with a tab and what it is. Reads data only: it runs neither git nor a configuration, so
 * that Tab in a stranger's folder runs nothing of it.
 * @throws FlowError E_STATE_READ, E_FLOW_HOME; the shell hears nothing of it
 */
export async function complete(ports: Ports, what: 'agents' | 'sessions'): Promise<number> {
  const lines = what === 'agents' ? await agents(ports) : sessions(ports)
  ports.environment.print(lines.map((line) => `${printable(line)}\n`).join(''))
  return 0
}

async function agents(ports: Ports): Promise<string[]> {
  const cwd = ports.fs.realPath(ports.environment.cwd)
  const top = foldersUp(cwd, '/').find((folder) => hasGit(ports, folder))
  return agentNames(ports, cwd, top ?? cwd)
}

function sessions(ports: Ports): string[] {
  return restorable(ports, stateHome(ports.environment)).map(
    ({ name, past: { createdAt, projectPath } }) => `${name}\t${createdAt} ${projectPath}`,
  )
}

/** The top of a working tree, as far as its name tells. */
function hasGit({ fs }: Ports, folder: string): boolean {
  try {
    fs.linkFacts(join(folder, '.git'))
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return false
    throw error
  }
}

/** One line, whatever stands in a path. */
function printable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what goes, all but the tab
  return line.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, '?')
}
