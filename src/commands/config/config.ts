/** `flow config [--json | --schema]`: the configuration that is in force, and where each value of it is from. */
import { join } from 'node:path'
import pc from 'picocolors'
import { agentNamed, readConfig, resolveConfig } from '../../config/load.ts'
import type { Ports } from '../../ports/ports.ts'
import { readOwnFile } from '../../session/runtime-copy.ts'
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
  const { environment } = ports
  if (options.schema) {
    environment.print(readOwnFile(ports, join(options.packageFolder, 'dist/schema.json')))
    return 0
  }
  const { topLevel } = requireRepository(ports)
  const found = await readConfig(ports, environment.cwd, topLevel)
  const loaded = resolveConfig(ports, found)
  const { target } = agentNamed(loaded.config, loaded.config.agent, 'configuration')
  const page = {
    projectRoot: loaded.projectRoot,
    file: loaded.file,
    localFile: loaded.local?.file ?? null,
    values: resolvedValues(loaded.config, found),
    hooks: resolvedHooks(ports, loaded, target),
  }
  const colors = pc.createColors(hasColors(environment))
  environment.print(options.json ? toJson(page) : toText(page, environment.cwd, colors))
  return 0
}
