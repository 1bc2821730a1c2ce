/** What starts an agent of the configuration: a program on PATH, or node with a zx script. */
import { join, resolve } from 'node:path'
import { fileOf, type LoadedConfig } from '../config/load.ts'
import type { AgentConfig } from '../config/schema.ts'
import { explain, FlowError, isSystemError } from '../errors.ts'
import { findExecutable } from '../ports/find-executable.ts'
import type { Ports } from '../ports/ports.ts'

export interface NamedAgent {
  readonly name: string
  readonly agent: AgentConfig
}

/**
 * Absolute path of the executable, and the arguments that come before the user's.
 * @param packageFolder flow's own package
 * @throws FlowError E_AGENT_MISSING
 */
export function agentProgram(
  ports: Ports,
  loaded: LoadedConfig,
  { name, agent }: NamedAgent,
  packageFolder: string,
): string[] {
  const { nodePath, variables } = ports.environment
  if (agent.script !== undefined) {
    const script = resolve(loaded.projectRoot, agent.script)
    const problem = scriptProblem(ports, script)
    if (problem === null) return [nodePath, join(packageFolder, 'dist/zx-script.cjs'), script]
    const file = fileOf(loaded, ['agents', name, 'script'])
    throw missing({
      what: `could not read the script of the agent "${name}"`,
      why: `${script}: ${problem}`,
      next: agent.install ?? `write it, or correct agents.${name}.script in ${file}`,
    })
  }
  const [word = '', ...args] = agent.command
  const executable = findExecutable(word, loaded.projectRoot, variables.PATH)
  if (executable !== null) return [executable, ...args]
  throw missing({
    what: `the agent "${name}" is not installed`,
    why: `there is no program \`${word}\` on PATH`,
    next: agent.install ?? `install it, or correct agents.${name}.command in your .flowrc`,
  })
}

/** Why the file cannot be run; null: it can. */
function scriptProblem({ fs }: Pick<Ports, 'fs'>, path: string): string | null {
  try {
    if (fs.facts(path).kind !== 'file') return 'it is not a file'
    fs.readFile(path)
    return null
  } catch (error) {
    if (!isSystemError(error)) throw error
    return explain(error)
  }
}

function missing(sentences: Record<'what' | 'why' | 'next', string>): FlowError {
  const kept = 'nothing was changed, and nothing was started'
  return new FlowError({ code: 'E_AGENT_MISSING', kept, ...sentences })
}
