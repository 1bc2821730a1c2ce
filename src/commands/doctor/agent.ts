import type { LoadedConfig } from '../../config/load.ts'
import type { CommandResult } from '../../ports/commands.ts'
import { findExecutable } from '../../ports/find-executable.ts'
import { broken, edit, type Finding, ok, warning } from '../../setup/finding.ts'
import { shellWord } from '../../shell-word.ts'
import { scriptPath, scriptProblem } from '../agent-program.ts'
import type { DoctorContext } from './context.ts'

const ID = 'agent'
const PATIENCE_MS = 10_000
const LONGEST_VERSION = 60

/** The agent that `flow run` starts without a name: is it installed, and which version is it? */
export function agentFinding(context: DoctorContext): Finding | null {
  const { ports, configuration, cwd } = context
  if (configuration.kind !== 'known') return null
  const { config, projectRoot, file } = configuration.value
  // One that is not configured is the configuration's finding.
  const agent = Object.hasOwn(config.agents, config.agent) ? config.agents[config.agent] : undefined
  if (agent === undefined) return null
  if (agent.script !== undefined) return scriptFinding(context, configuration.value, agent.script)
  const [word = '', ...firstArgs] = agent.command
  const executable = findExecutable(word, projectRoot, ports.environment.variables.PATH)
  if (executable === null) {
    return broken(ID, `the agent "${config.agent}" is not installed`, {
      detail: `there is no program \`${word}\` on PATH`,
      mend: agent.install ?? (file === null ? undefined : edit(cwd, file)),
    })
  }
  const request = { cwd: projectRoot, timeoutMs: PATIENCE_MS }
  const done = ports.commands.run(executable, [...firstArgs, '--version'], request)
  const version = versionIn(done.stdout)
  if (done.status === 0 && version !== null) {
    return ok(ID, `${config.agent} ${version} (${executable})`)
  }
  const said = done.stderr.trim().split('\n', 1)[0]
  const command = [word, ...firstArgs, '--version'].map(shellWord).join(' ')
  return warning(ID, `the agent "${config.agent}" does not tell its version`, {
    detail: [`${executable} --version: ${how(done)}`, said].filter(Boolean).join('\n'),
    mend: agent.install ?? command,
  })
}

function scriptFinding(
  { ports, cwd }: DoctorContext,
  loaded: LoadedConfig,
  script: string,
): Finding {
  const { config, file } = loaded
  const path = scriptPath(loaded, script)
  const problem = scriptProblem(ports, path)
  if (problem === null) return ok(ID, `${config.agent} is a zx script (${path})`)
  return broken(ID, `the script of the agent "${config.agent}" cannot be read`, {
    detail: `${path}: ${problem}`,
    mend: config.agents[config.agent]?.install ?? (file === null ? undefined : edit(cwd, file)),
  })
}

function how({ status, errno }: CommandResult): string {
  if (errno === 'ETIMEDOUT') return `no answer within ${PATIENCE_MS / 1000} s`
  if (errno !== undefined) return errno
  return status === null ? 'it died of a signal' : `exit code ${status}`
}

/** `2.1.330` of `2.1.330 (Claude Code)`; else the first line, cut; null: it said nothing. */
export function versionIn(stdout: string): string | null {
  const [line = ''] = stdout.trim().split('\n', 1)
  if (line === '') return null
  return /\d+\.\d+[\w.+-]*/.exec(line)?.[0] ?? line.slice(0, LONGEST_VERSION)
}
