import { agentNamed, type LoadedConfig } from '../../config/load.ts'
import { FlowError } from '../../errors.ts'
import { targetNamed } from '../../targets/target.ts'
import { broken, type Finding, ok } from './finding.ts'
import { edit, pathName } from './mends.ts'
import type { Scene } from './scene.ts'

const ID = 'configuration'

/** The configuration, its templates, and whether the client knows the hooks that they name. */
export function configurationFinding(scene: Scene): Finding | null {
  const { configuration, cwd } = scene
  if (configuration.kind === 'absent') return null
  if (configuration.kind === 'unknown') return unusable(scene, configuration.error, null)
  const { file } = configuration.value
  try {
    checkHooks(scene, configuration.value)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return unusable(scene, error, file)
  }
  if (file === null) return ok(ID, 'no configuration: the defaults apply')
  return ok(ID, `the configuration in ${pathName(cwd, file)} is valid`)
}

/** @throws FlowError E_AGENT_UNKNOWN, E_TARGET_UNKNOWN, E_CONFIG */
function checkHooks({ ports }: Scene, { config, templates, file }: LoadedConfig): void {
  const agent = agentNamed(config, config.agent, 'configuration')
  const { nodePath, scriptPath } = ports.environment
  const paths = { nodePath, residentPath: scriptPath }
  targetNamed(agent.target).hookEntries({ ...paths, config, templates, configFile: file })
}

function unusable(scene: Scene, error: FlowError, file: string | null): Finding {
  const { what, why, next, details } = error
  const named = details.path ?? file
  const detail = [why, ...(named === null ? [next] : [])].filter(Boolean).join('\n')
  const mend = named === null ? undefined : edit(scene.cwd, named)
  return broken(ID, what, { detail, mend })
}
