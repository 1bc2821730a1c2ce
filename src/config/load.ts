/** Loads the configuration that is in force, with its templates. */
import { resolve } from 'node:path'
import { FlowError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { type FoundFile, findConfig, findLocal, readText } from './find.ts'
import { isObject, type Path } from './json-value.ts'
import { didYouMean } from './nearest-name.ts'
import { overlayConfig } from './overlay.ts'
import { readJson, readValue } from './read-value.ts'
import {
  type AgentConfig,
  checkLocal,
  defaultConfig,
  type FlowConfig,
  type HookFile,
  type HookGroups,
  parseConfig,
  parseTemplate,
} from './schema.ts'

export interface LoadedConfig {
  readonly config: FlowConfig
  /** The file it came from; null: none, these are the defaults. */
  readonly file: string | null
  /** The user's own over it; null: none. */
  readonly local: ConfigFile | null
  /** Real path of the directory whose configuration it is, else of the worktree's top: where the agent starts. */
  readonly projectRoot: string
  /** The team's hooks by the file that names them: the configuration's, the user's own, the templates'. */
  readonly hooks: readonly HookFile[]
}

/** The configuration as it is written, unchecked. */
export interface FoundConfig {
  readonly projectRoot: string
  readonly shared: ConfigFile | null
  /** One user's own, over the shared one or over the defaults. */
  readonly local: ConfigFile | null
}

interface ConfigFile extends FoundFile {
  /** For package.json that of its key `flow`. */
  readonly value: unknown
}

/**
 * Reads the nearest configuration from the directory `from` up to `topLevel` and not above, and the user's own
 * beside it. A configuration in JavaScript or TypeScript is run.
 * @throws FlowError E_CONFIG when there is one that cannot be used
 */
export async function loadConfig(
  ports: Pick<Ports, 'fs' | 'log'>,
  from: string,
  topLevel: string,
): Promise<LoadedConfig> {
  return resolveConfig(ports, await readConfig(ports, from, topLevel))
}

/** The same, unchecked. @throws FlowError E_CONFIG */
export async function readConfig(
  ports: Pick<Ports, 'fs' | 'log'>,
  from: string,
  topLevel: string,
): Promise<FoundConfig> {
  const found = findConfig(ports, from, topLevel)
  const projectRoot = found?.projectRoot ?? ports.fs.realPath(topLevel)
  return {
    projectRoot,
    shared: await readFound(found),
    local: await readFound(findLocal(ports, projectRoot)),
  }
}

async function readFound(found: FoundFile | null): Promise<ConfigFile | null> {
  return found === null ? null : { ...found, value: await readValue(found.file, found.text) }
}

/** Checks what was found, and reads its templates. @throws FlowError E_CONFIG */
export function resolveConfig(
  ports: Pick<Ports, 'fs' | 'log'>,
  { projectRoot, shared, local }: FoundConfig,
): LoadedConfig {
  const config = configOf(shared, local)
  const templates = config.templates.map((name) => {
    const path = resolve(projectRoot, name)
    ports.log('config', `${path}: a template, since \`templates\` names it`)
    return loadTemplate(ports, path)
  })
  return {
    config,
    file: shared?.file ?? null,
    local,
    projectRoot,
    hooks: [...hookFiles(config.hooks, shared, local), ...templates],
  }
}

/** The file that a given value is from; null: there is no configuration. */
export function fileOf(
  { file, local }: Pick<LoadedConfig, 'file' | 'local'>,
  path: Path,
): string | null {
  return local !== null && valueAt(local.value, path) !== undefined ? local.file : file
}

/** Each file is checked for itself, so that an error names the one that has it. */
function configOf(shared: ConfigFile | null, local: ConfigFile | null): FlowConfig {
  const config = shared === null ? defaultConfig() : parseConfig(shared.value, shared.file)
  if (local === null) return config
  checkLocal(local.value, local.file)
  return parseConfig(overlayConfig(shared?.value ?? {}, local.value), local.file)
}

/** The list of an event is from one of the two. */
function hookFiles(
  hooks: HookGroups,
  shared: ConfigFile | null,
  local: ConfigFile | null,
): HookFile[] {
  const isLocal = (event: string) => valueAt(local?.value, ['hooks', event]) !== undefined
  return [shared, local].flatMap((source) => {
    if (source === null) return []
    const own = Object.entries(hooks).filter(([event]) => isLocal(event) === (source === local))
    return [{ file: source.file, hooks: Object.fromEntries(own) }]
  })
}

/** Undefined where there is none. */
export function valueAt(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return value
  return isObject(value) && Object.hasOwn(value, key) ? valueAt(value[key], rest) : undefined
}

/**
 * @param namedBy on the command line a wrong name is a typing mistake: one line, exit code 2
 * @throws FlowError E_AGENT_UNKNOWN
 */
export function agentNamed(
  config: FlowConfig,
  name: string,
  namedBy: 'configuration' | 'command-line',
): AgentConfig {
  const agent = Object.hasOwn(config.agents, name) ? config.agents[name] : undefined
  if (agent !== undefined) return agent
  const names = Object.keys(config.agents)
  const what = `there is no agent "${name}"`
  const nearest = didYouMean(name, names)
  if (namedBy === 'command-line') {
    const known = nearest === '' ? `; \`agents\` of .flowrc has ${names.join(', ')}` : nearest
    throw new FlowError({ code: 'E_AGENT_UNKNOWN', what: `${what}${known}`, exitCode: 2 })
  }
  throw new FlowError({
    code: 'E_AGENT_UNKNOWN',
    what: `${what}${nearest}`,
    why: '`agent` in the configuration names it, and `agents` does not have it',
    kept: 'nothing was started, nothing was changed',
    next: `name one of these, or add it to \`agents\`: ${names.join(', ')}`,
  })
}

function loadTemplate(ports: Pick<Ports, 'fs'>, file: string): HookFile {
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
