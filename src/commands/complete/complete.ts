import { join } from 'node:path'
import { loadAll } from '../../command-line/parse.ts'
import { agentNames } from '../../config/agent-names.ts'
import { isErrno } from '../../errors.ts'
import { foldersUp } from '../../git/tree-path.ts'
import type { Ports } from '../../ports/ports.ts'
import { listPast } from '../../session/past.ts'
import { stateHome } from '../../state-home.ts'
import { COMMANDS } from '../load.ts'
import { sessionNames } from '../session-names.ts'
import { type Candidate, completionOf } from './candidates.ts'

/**
 * Reads data only: it runs neither git nor a configuration, so that Tab in a stranger's directory runs
 * nothing of it.
 * @returns the exit code: 0
 * @throws FlowError E_STATE_READ, E_FLOW_HOME; the shell's script discards it
 */
export async function complete(ports: Ports, words: readonly string[]): Promise<number> {
  const found = await completionOf(words, await loadAll(COMMANDS), async (what, typed) => {
    const candidates = what === 'agents' ? await agents(ports) : sessions(ports)
    return candidates.filter(({ word }) => word.startsWith(typed))
  })
  const lines = typeof found === 'string' ? [`:${found}`] : found.map(lineOf)
  ports.environment.print(lines.map((line) => `${line}\n`).join(''))
  return 0
}

/** One line, whatever is in a path. */
function lineOf({ word, description }: Candidate): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the line or the word
  const printable = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
  return `${printable(word)}\t${printable(description)}`
}

async function agents(ports: Ports): Promise<Candidate[]> {
  const cwd = ports.fs.realPath(ports.environment.cwd)
  const top = foldersUp(cwd, '/').find((folder) => hasGit(ports, folder))
  const names = await agentNames(ports, cwd, top ?? cwd)
  return names.map((word) => ({ word, description: '' }))
}

function sessions(ports: Ports): Candidate[] {
  const home = stateHome(ports.environment)
  const nameOf = sessionNames(ports, home)
  return listPast(ports, home)
    .filter(({ isKept }) => isKept)
    .map(({ sessionId, createdAt, projectPath }) => {
      return { word: nameOf(sessionId), description: `${createdAt} ${projectPath}` }
    })
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
