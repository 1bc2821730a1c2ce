import { agentNamed, type LoadedConfig } from '../../config/load.ts'
import { FlowError } from '../../errors.ts'
import { broken, edit, type Finding, ok, pathName } from '../../setup/finding.ts'
import { targetNamed } from '../../targets/target.ts'
import type { DoctorContext } from './context.ts'

const ID = 'configuration'

/** The configuration, its templates, and whether the client knows the hooks that they name. */
export function configurationFinding(context: DoctorContext): Finding | null {
  const { configuration, cwd } = context
  if (configuration.kind === 'absent') return null
  if (configuration.kind === 'unknown') return unusable(context, configuration.error, null)
  const { file } = configuration.value
  try {
    checkHooks(context, configuration.value)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return unusable(context, error, file)
  }
  if (file === null) return ok(ID, 'no configuration: the defaults apply')
  return ok(ID, `the configuration in ${pathName(cwd, file)} is valid`)
}

/** @throws FlowError E_AGENT_UNKNOWN, E_TARGET_UNKNOWN, E_CONFIG */
function checkHooks({ ports }: DoctorContext, { config, templates, file }: LoadedConfig): void {
  const agent = agentNamed(config, config.agent, 'configuration')
  const { nodePath, scriptPath } = ports.environment
  const paths = { nodePath, residentPath: scriptPath }
  targetNamed(agent.target).hookEntries({ ...paths, config, templates, configFile: file })
}

function unusable(context: DoctorContext, error: FlowError, file: string | null): Finding {
  const { what, why, next, details } = error
  const named = details.path ?? file
  const detail = [why, ...(named === null ? [next] : [])].filter(Boolean).join('\n')
  const mend = named === null ? undefined : edit(context.cwd, named)
  return broken(ID, what, { detail, mend })
}
