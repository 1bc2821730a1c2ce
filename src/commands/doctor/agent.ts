/** The configuration, and the agent that `flow run` starts without a name. */
import { fileOf } from '../../config/load.ts'
import type { CommandResult } from '../../ports/commands.ts'
import { findExecutable } from '../../ports/find-executable.ts'
import { broken, edit, type Finding, ok, pathName, warning } from '../../setup/finding.ts'
import { shellWord } from '../../shell-word.ts'
import { scriptPath, scriptProblem } from '../agent-program.ts'
import type { DoctorContext } from './context.ts'

const TIMEOUT_MS = 10_000
const MAX_VERSION_LENGTH = 60

/** Is it valid, with its templates, and does the client know the hooks that they name? */
export function configurationFinding({ configuration, merging, cwd }: DoctorContext) {
  if (configuration.kind === 'absent') return null
  const loaded = configuration.kind === 'known' ? configuration.value : null
  const failed = [configuration, merging].find(({ kind }) => kind === 'unknown')
  if (failed?.kind === 'unknown') {
    const { what, why, next, details } = failed.error
    const path = details.path ?? (loaded && fileOf(loaded, ['agent']))
    const detail = [why, path === null ? next : undefined].filter(Boolean).join('\n')
    return broken('configuration', what, {
      detail,
      fix: path === null ? undefined : edit(cwd, path),
    })
  }
  const files = [loaded?.file ?? null, loaded?.local?.file ?? null].filter((path) => path !== null)
  const names = files.map((path) => pathName(cwd, path)).join(', with your own values in ')
  const title =
    names === '' ? 'no configuration: the defaults apply' : `the configuration in ${names} is valid`
  return ok('configuration', title)
}

/** Is it installed, and which version is it? */
export function agentFinding({ ports, configuration, cwd }: DoctorContext): Finding | null {
  if (configuration.kind !== 'known') return null
  const { config, projectRoot } = configuration.value
  const { agents, agent: name } = config
  // One that is not configured is the configuration's finding.
  const agent = Object.hasOwn(agents, name) ? agents[name] : undefined
  if (agent === undefined) return null
  const key = agent.script === undefined ? 'command' : 'script'
  const file = fileOf(configuration.value, ['agents', name, key])
  const fix = agent.install ?? (file === null ? undefined : edit(cwd, file))
  if (agent.script !== undefined) {
    const path = scriptPath(configuration.value, agent.script)
    const problem = scriptProblem(ports, path)
    if (problem === null) return ok('agent', `${name} is a zx script (${path})`)
    const detail = `${path}: ${problem}`
    return broken('agent', `the script of the agent "${name}" cannot be read`, { detail, fix })
  }
  const [word = '', ...firstArgs] = agent.command
  const executable = findExecutable(word, projectRoot, ports.environment.variables.PATH)
  if (executable === null) {
    const detail = `there is no program \`${word}\` on PATH`
    return broken('agent', `the agent "${name}" is not installed`, { detail, fix })
  }
  const args = [...firstArgs, '--version']
  const done = ports.commands.run(executable, args, { cwd: projectRoot, timeoutMs: TIMEOUT_MS })
  const version = versionIn(done.stdout)
  if (done.status === 0 && version !== null)
    return ok('agent', `${name} ${version} (${executable})`)
  const [error] = done.stderr.trim().split('\n', 1)
  return warning('agent', `the agent "${name}" does not print its version`, {
    detail: [`${executable} --version: ${howItEnded(done)}`, error].filter(Boolean).join('\n'),
    fix: agent.install ?? [word, ...args].map(shellWord).join(' '),
  })
}

function howItEnded({ status, errno }: CommandResult): string {
  if (errno === 'ETIMEDOUT') return `no answer within ${TIMEOUT_MS / 1000} s`
  return errno ?? (status === null ? 'it died of a signal' : `exit code ${status}`)
}

/** `2.1.330` of `2.1.330 (Claude Code)`; else the beginning of the first line; null: there is none. */
export function versionIn(stdout: string): string | null {
  const [line = ''] = stdout.trim().split('\n', 1)
  if (line === '') return null
  return /\d+\.\d+[\w.+-]*/.exec(line)?.[0] ?? line.slice(0, MAX_VERSION_LENGTH)
}
