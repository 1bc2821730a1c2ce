/** `flow config [--json | --schema]`: the configuration that is in force, and where each value of it is from. */
import { join } from 'node:path'
import pc from 'picocolors'
import { agentNamed, type LoadedConfig, readConfig, resolveConfig } from '../../config/load.ts'
import type { Ports } from '../../ports/ports.ts'
import { readOwnFile } from '../../session/runtime-copy.ts'
import type { HookEntry } from '../../settings/merge.ts'
import { targetNamed } from '../../targets/target.ts'
import { hasColors } from '../colors.ts'
import { requireRepository } from '../require-repository.ts'
import { toJson, toText } from './page.ts'
import { resolvedHooks, resolvedValues } from './resolved.ts'

export interface ConfigOptions {
  readonly json: boolean
  /** Prints the JSON Schema, in any directory. */
  readonly schema: boolean
  /** flow's own package, absolute. */
  readonly packageFolder: string
}

/**
 * Reads the configuration as `flow run` does; one in JavaScript is run.
 * @returns the exit code: 0
 * @throws FlowError what `flow run` throws about a configuration
 */
export async function config(ports: Ports, options: ConfigOptions): Promise<number> {
  const { environment, fs } = ports
  if (options.schema) {
    environment.print(readOwnFile(ports, join(options.packageFolder, 'dist/schema.json')))
    return 0
  }
  const { topLevel } = requireRepository(ports)
  const found = await readConfig(ports, environment.cwd, topLevel)
  const loaded = resolveConfig(ports, found)
  const entries = mergedBy(loaded)
  const textOf = (file: string) => fs.readFile(file).toString('utf8')
  const page = {
    projectRoot: loaded.projectRoot,
    file: loaded.file,
    localFile: loaded.local?.file ?? null,
    values: resolvedValues(loaded.config, found),
    hooks: resolvedHooks(loaded, entries, textOf),
  }
  const colors = pc.createColors(hasColors(environment))
  environment.print(options.json ? toJson(page) : toText(page, environment.cwd, colors))
  return 0
}

/** @throws FlowError E_AGENT_UNKNOWN, E_TARGET_UNKNOWN, E_CONFIG */
function mergedBy({ config, hooks }: LoadedConfig): HookEntry[] {
  const { target } = agentNamed(config, config.agent, 'configuration')
  // What a person could type: a session merges the absolute paths of node and of the copy in the state home.
  const paths = { nodePath: 'npx', residentPath: 'flow' }
  return targetNamed(target).hookEntries({ ...paths, config, hooks })
}
