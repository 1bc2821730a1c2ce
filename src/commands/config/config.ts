/** `flow config [--json | --schema]`: the configuration in force, and where each value of it is from. */
import { join } from 'node:path'
import pc from 'picocolors'
import { agentNamed, readConfig, resolveConfig } from '../../config/load.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts'
import type { Environment } from '../../ports/environment.ts'
import type { Ports } from '../../ports/ports.ts'
import { readOwnFile } from '../../session/runtime-copy.ts'
import { pathName } from '../../setup/finding.ts'
import { hasColors } from '../colors.ts'
import { alignColumns, printable } from '../columns.ts'
import { requireRepository } from '../require-repository.ts'
import {
  type ResolvedHook,
  type ResolvedValue,
  resolvedHooks,
  resolvedValues,
  type Source,
} from './resolved.ts'

interface ConfigView {
  /** Where the agent starts. */
  readonly projectRoot: string
  /** Null: there is no configuration. */
  readonly file: string | null
  /** The user's own file over it; null: none. */
  readonly localFile: string | null
  readonly values: readonly ResolvedValue[]
  readonly hooks: readonly ResolvedHook[]
}

/**
 * Reads the configuration as `flow run` does; one in JavaScript is run.
 * @returns the exit code: 0
 * @throws FlowError what `flow run` throws about a configuration
 */
export async function config(
  ports: Ports,
  { json, schema, packageFolder }: { json: boolean; schema: boolean; packageFolder: string },
): Promise<number> {
  const { environment } = ports
  if (schema) {
    environment.print(readOwnFile(ports, join(packageFolder, 'dist/schema.json')))
    return 0
  }
  const { topLevel } = requireRepository(ports)
  const found = await readConfig(ports, environment.cwd, topLevel)
  const loaded = resolveConfig(ports, found)
  const { target } = agentNamed(loaded.config, loaded.config.agent, 'configuration')
  const view = {
    projectRoot: loaded.projectRoot,
    file: loaded.file,
    localFile: loaded.local?.file ?? null,
    values: resolvedValues(loaded.config, found),
    hooks: resolvedHooks(ports, loaded, target),
  }
  const text = json ? JSON.stringify({ version: 1, ...view }, null, 2) : toText(view, environment)
  environment.print(`${text}\n`)
  return 0
}

function toText(view: ConfigView, environment: Environment): string {
  const { projectRoot, file, localFile, values, hooks } = view
  const { cwd } = environment
  const { dim } = pc.createColors(hasColors(environment))
  const rows = [
    ...values.map(({ key, value, source }) => [key, printSource(source, cwd), printValue(value)]),
    ...hooks.map((hook) => hookRow(hook, cwd)),
  ]
  const isDefault = [...values, ...hooks].map(({ source }) => source.file === null)
  const none = localFile === null ? 'none: every value is the default' : 'none'
  return [
    `project root   ${projectRoot}`,
    `configuration  ${file === null ? none : pathName(cwd, file)}`,
    ...(localFile === null ? [] : [`over it        ${pathName(cwd, localFile)}`]),
    '',
    ...alignColumns(rows)
      .map((cells) => cells.join('  '))
      .map((line, at) => (isDefault[at] ? dim(line) : line)),
  ].join('\n')
}

/**
 * Its key, where it is from, and what it runs.
 * @param builtIn where flow's own hooks are from
 */
export function hookRow({ event, group, source }: ResolvedHook, cwd: string, builtIn = 'default') {
  return [`hooks.${event}`, printSource(source, cwd, builtIn), printGroup(group)]
}

/** A path below `cwd` is relative to it. */
function printSource({ file, line }: Source, cwd: string, builtIn = 'default'): string {
  if (file === null) return builtIn
  return line === null ? pathName(cwd, file) : `${pathName(cwd, file)}:${line}`
}

function printValue(value: JsonValue): string {
  const isPlain = typeof value === 'string' && printable(value) === value
  return isPlain ? value : printable(JSON.stringify(value))
}

/** `Edit|Write: npm test, npm run lint` */
function printGroup({ matcher, hooks }: JsonObject): string {
  const what = (Array.isArray(hooks) ? hooks : []).map((hook) => {
    if (!isJsonObject(hook)) return JSON.stringify(hook)
    const { type, command } = hook
    return typeof command === 'string' ? command : `(${String(type)})`
  })
  const where = typeof matcher === 'string' && matcher !== '' ? `${matcher}: ` : ''
  return printable(where + what.join(', '))
}
