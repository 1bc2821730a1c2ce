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
  if (agent.script !== undefined) {
    const script = scriptPath(loaded, agent.script)
    const problem = scriptProblem(ports, script)
    if (problem !== null) throw scriptMissing(loaded, { name, agent }, `${script}: ${problem}`)
    return [ports.environment.nodePath, join(packageFolder, 'dist/zx-script.cjs'), script]
  }
  const [word = '', ...args] = agent.command
  const { PATH } = ports.environment.variables
  const executable = findExecutable(word, loaded.projectRoot, PATH)
  if (executable === null) throw programMissing(word, { name, agent })
  return [executable, ...args]
}

/** Absolute path of an agent's script, which is relative to the project root. */
function scriptPath({ projectRoot }: LoadedConfig, script: string): string {
  return resolve(projectRoot, script)
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

function programMissing(word: string, { name, agent }: NamedAgent): FlowError {
  return new FlowError({
    code: 'E_AGENT_MISSING',
    what: `the agent "${name}" is not installed`,
    why: `there is no program \`${word}\` on PATH`,
    kept: 'nothing was changed, and nothing was started',
    next: agent.install ?? `install it, or correct agents.${name}.command in your .flowrc`,
  })
}

function scriptMissing(loaded: LoadedConfig, { name, agent }: NamedAgent, why: string) {
  const file = fileOf(loaded, ['agents', name, 'script'])
  return new FlowError({
    code: 'E_AGENT_MISSING',
    what: `could not read the script of the agent "${name}"`,
    why,
    kept: 'nothing was changed, and nothing was started',
    next: agent.install ?? `write it, or correct agents.${name}.script in ${file}`,
  })
}
