/**
 * Finds and reads the configuration.
 *
 * Of cosmiconfig only the loaders are used, not its search: calling `cosmiconfig()` runs
 * `.config/config.{js,cjs,…}` of the current folder, whatever the options are; a search that stops
 * at a chosen folder also reads the person's global configuration folder; and a file that cannot
 * be opened counts as absent there.
 */
import { dirname, join, resolve } from 'node:path'
import { explain, FlowError, isErrno } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
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
  /** Real path of that file's folder, else of the worktree's top: where the agent starts. */
  readonly projectRoot: string
  readonly templates: readonly HookTemplate[]
}

/** A configuration as it is written. */
export interface FoundConfig {
  /** Absolute, real. */
  readonly file: string
  readonly text: string
  /** Of package.json: what stands under `flow`. */
  readonly value: unknown
}

/** Bytes. A larger file is no configuration that anybody wrote. */
const LARGEST = 5_000_000

/** In each folder the first of these that there is. */
export const CONFIG_PLACES = [
  '.flowrc',
  ...['json', 'yaml', 'yml', 'js', 'mjs', 'cjs', 'ts'].map((extension) => `.flowrc.${extension}`),
  ...['js', 'mjs', 'cjs', 'ts'].map((extension) => `flow.config.${extension}`),
  'package.json',
]

/**
 * Reads the nearest configuration from the folder `from` up to `topLevel` and not above. A
 * configuration in JavaScript or TypeScript is run.
 * @throws FlowError E_CONFIG when there is one that cannot be used
 */
export async function loadConfig(
  ports: Pick<Ports, 'fs' | 'log'>,
  from: string,
  topLevel: string,
): Promise<LoadedConfig> {
  return resolveConfig(ports, await findConfig(ports, from, topLevel), topLevel)
}

/** The nearest configuration as it is written, unchecked; null: there is none. @throws FlowError E_CONFIG */
export async function findConfig(
  ports: Pick<Ports, 'fs' | 'log'>,
  from: string,
  topLevel: string,
): Promise<FoundConfig | null> {
  for (const { file, text } of configFiles(ports, from, topLevel)) {
    const value = await valueIn(file, text)
    if (value === undefined) {
      ports.log('config', `${file}: has no "flow", so it is no configuration`)
      continue
    }
    ports.log('config', `${file}: the nearest configuration, so its folder is the project root`)
    return { file, text, value }
  }
  ports.log('config', `no configuration from ${from} up to ${topLevel}: the defaults`)
  return null
}

/** The files in which a configuration may stand, nearest first; read, not run. @throws FlowError E_CONFIG */
export function* configFiles(
  ports: Pick<Ports, 'fs'>,
  from: string,
  topLevel: string,
): Generator<Omit<FoundConfig, 'value'>> {
  for (const folder of upward(ports.fs.realPath(from), ports.fs.realPath(topLevel))) {
    for (const place of CONFIG_PLACES) {
      const file = join(folder, place)
      const text = readText(ports, file)
      if (text !== undefined) yield { file, text }
    }
  }
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
  const { file, value } = found
  const config = parseConfig(value, file)
  const projectRoot = dirname(file)
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

function upward(from: string, top: string): string[] {
  const folders = [from]
  for (let folder = from; folder !== top; ) {
    const above = dirname(folder)
    // `from` is not below `top`: what lies above it is none of this repository's business.
    if (above === folder) return [top]
    folder = above
    folders.push(folder)
  }
  return folders
}

/** True for a configuration that is run to be read. */
export function isProgram(file: string): boolean {
  return /\.(js|mjs|cjs|ts)$/.test(file)
}

/** Undefined when this place has no configuration; an empty file is one that changes nothing. */
export async function valueIn(file: string, text: string): Promise<unknown> {
  if (file.endsWith('package.json')) {
    const value = readJson(file, text)
    return typeof value === 'object' && value !== null && Object.hasOwn(value, 'flow')
      ? (value as { flow: unknown }).flow
      : undefined
  }
  return text.trim() === '' ? {} : readValue(file, text)
}

function loadTemplate(ports: Pick<Ports, 'fs'>, file: string): HookTemplate {
  const text = readText(ports, file)
  if (text !== undefined) return parseTemplate(readJson(file, text), file)
  throw new FlowError({
    code: 'E_CONFIG',
    what: `could not read ${file}`,
    why: 'no such file or directory (ENOENT); `templates` in the configuration names it',
    kept: 'nothing was started, nothing was changed',
    next: 'correct `templates`: its paths are relative to the configuration file',
  })
}

/** Undefined when there is no such file. A file that is there and cannot be read is an error. */
function readText(ports: Pick<Ports, 'fs'>, file: string): string | undefined {
  try {
    const { kind, size } = ports.fs.facts(file)
    if (kind === 'other') throw new Error('it is no ordinary file')
    if (size > LARGEST) throw new Error('it is larger than 5 MB')
    // Fatal, so that UTF-16 is told instead of read as rubbish; takes a byte order mark off.
    return new TextDecoder('utf-8', { fatal: true }).decode(ports.fs.readFile(file))
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw new FlowError({
      code: 'E_CONFIG',
      what: `could not read ${file}`,
      why: error instanceof TypeError ? 'it is not UTF-8 text' : explain(error),
      kept: 'nothing was started, nothing was changed',
      next: 'correct the file, or its permission',
      cause: error,
    })
  }
}
