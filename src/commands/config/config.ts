/** `flow config [--json]`: the configuration that is in force, and where each value of it stands. */
import pc from 'picocolors'
import { agentNamed, type LoadedConfig, readConfig, resolveConfig } from '../../config/load.ts'
import type { Ports } from '../../ports/ports.ts'
import type { HookEntry } from '../../settings/merge.ts'
import { targetNamed } from '../../targets/target.ts'
import { hasColors } from '../colors.ts'
import { requireRepository } from '../require-repository.ts'
import { toJson, toText } from './page.ts'
import { resolvedHooks, resolvedValues } from './resolved.ts'

/**
 * Reads the configuration as `flow run` does; one in JavaScript is run.
 * @returns the exit code: 0
 * @throws FlowError what `flow run` throws about a configuration
 */
export async function config(ports: Ports, { json }: { readonly json: boolean }): Promise<number> {
  const { environment, fs } = ports
  const { topLevel } = requireRepository(ports)
  const found = await readConfig(ports, environment.cwd, topLevel)
  const loaded = resolveConfig(ports, found, topLevel)
  const entries = mergedBy(loaded)
  const textOf = (file: string) => fs.readFile(file).toString('utf8')
  const page = {
    projectRoot: loaded.projectRoot,
    file: loaded.file,
    values: resolvedValues(loaded.config, found),
    hooks: resolvedHooks(loaded, entries, found, textOf),
  }
  const colors = pc.createColors(hasColors(environment))
  environment.print(json ? toJson(page) : toText(page, environment.cwd, colors))
  return 0
}

/** @throws FlowError E_AGENT_UNKNOWN, E_TARGET_UNKNOWN, E_CONFIG */
function mergedBy({ config, templates, file }: LoadedConfig): HookEntry[] {
  const { target } = agentNamed(config, config.agent, 'configuration')
  // What a person could type: a session merges the absolute paths of node and of the copy in the state home.
  const paths = { nodePath: 'npx', residentPath: 'flow' }
  return targetNamed(target).hookEntries({ ...paths, config, templates, configFile: file })
}
