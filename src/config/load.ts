/** Loads the configuration that is in force, with its templates. */
import { resolve } from 'node:path'
import { FlowError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { type FoundFile, findConfig, readText } from './find.ts'
import { didYouMean } from './nearest-name.ts'
import { readJson, readValue } from './read-value.ts'
import {
  type AgentConfig,
  defaultConfig,
  type FlowConfig,
  type HookTemplate,
  parseConfig,
  parseTemplate,
} from './schema.ts'

export interface LoadedConfig {
  readonly config: FlowConfig
  /** The file it came from; null: none, these are the defaults. */
  readonly file: string | null
  /** Real path of the directory whose configuration it is, else of the worktree's top: where the agent starts. */
  readonly projectRoot: string
  readonly templates: readonly HookTemplate[]
}

/** A configuration as it is written, unchecked. */
export interface FoundConfig extends FoundFile {
  /** For package.json that of its key `flow`. */
  readonly value: unknown
}

/**
 * Reads the nearest configuration from the directory `from` up to `topLevel` and not above. A
 * configuration in JavaScript or TypeScript is run.
 * @throws FlowError E_CONFIG when there is one that cannot be used
 */
export async function loadConfig(
  ports: Pick<Ports, 'fs' | 'log'>,
  from: string,
  topLevel: string,
): Promise<LoadedConfig> {
  return resolveConfig(ports, await readConfig(ports, from, topLevel), topLevel)
}

/** The nearest configuration, unchecked; null: there is none. @throws FlowError E_CONFIG */
export async function readConfig(
  ports: Pick<Ports, 'fs' | 'log'>,
  from: string,
  topLevel: string,
): Promise<FoundConfig | null> {
  const found = findConfig(ports, from, topLevel)
  return found === null ? null : { ...found, value: await readValue(found.file, found.text) }
}

/** Checks what was found, and reads its templates. @throws FlowError E_CONFIG */
export function resolveConfig(
  ports: Pick<Ports, 'fs' | 'log'>,
  found: FoundConfig | null,
  topLevel: string,
): LoadedConfig {
  if (found === null) {
    const projectRoot = ports.fs.realPath(topLevel)
    return { config: defaultConfig(), file: null, projectRoot, templates: [] }
  }
  const { file, projectRoot, value } = found
  const config = parseConfig(value, file)
  const templates = config.templates.map((name) => {
    const path = resolve(projectRoot, name)
    ports.log('config', `${path}: a template, since \`templates\` names it`)
    return loadTemplate(ports, path)
  })
  return { config, file, projectRoot, templates }
}

/**
 * @param namedBy where the name was read: decides whether a wrong one is wrong usage (exit code 2)
 * @throws FlowError E_AGENT_UNKNOWN
 */
export function agentNamed(
  config: FlowConfig,
  name: string,
  namedBy: 'configuration' | 'command-line',
): AgentConfig {
  const agent = Object.hasOwn(config.agents, name) ? config.agents[name] : undefined
  if (agent !== undefined) return agent
  const known = Object.keys(config.agents)
  throw new FlowError({
    code: 'E_AGENT_UNKNOWN',
    what: `there is no agent "${name}"${didYouMean(name, known)}`,
    why:
      namedBy === 'configuration'
        ? '`agent` in the configuration names it, and `agents` does not have it'
        : '`agents` in the configuration does not have it',
    kept: 'nothing was started, nothing was changed',
    next: `name one of these, or add it to \`agents\`: ${known.join(', ')}`,
    exitCode: namedBy === 'configuration' ? 1 : 2,
  })
}

function loadTemplate(ports: Pick<Ports, 'fs'>, file: string): HookTemplate {
  const text = readText(ports, file)
  if (text !== undefined) return parseTemplate(readJson(file, text), file)
  throw new FlowError({
    code: 'E_CONFIG',
    what: `could not read ${file}`,
    why: 'no such file or directory (ENOENT); `templates` in the configuration names it',
    kept: 'nothing was started, nothing was changed',
    next: 'correct `templates`: its paths are relative to the project root',
    details: { path: file },
  })
}
