/** Each value and hook of the configuration in force, and where it is from. */
import { isObject, type Path, printPath } from '../../config/json-value.ts'
import { lineFinder } from '../../config/line-of.ts'
import { type FoundConfig, type LoadedConfig, valueAt } from '../../config/load.ts'
import { isProgram } from '../../config/read-value.ts'
import type { FlowConfig, HookFile } from '../../config/schema.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import type { Ports } from '../../ports/ports.ts'
import { targetNamed } from '../../targets/target.ts'

export interface Source {
  /** Absolute; null: it is flow's default. */
  readonly file: string | null
  /** From 1; null where the file is a program. */
  readonly line: number | null
}

export interface ResolvedValue {
  /** `memory.file`, `agents.claude.command` */
  readonly key: string
  readonly value: JsonValue
  readonly source: Source
}

export interface ResolvedHook {
  readonly event: string
  readonly group: JsonObject
  readonly source: Source
}

const DEFAULT: Source = { file: null, line: null }

/** All but the hooks. */
export function resolvedValues(
  config: FlowConfig,
  { local, shared }: FoundConfig,
): ResolvedValue[] {
  const { hooks: _, ...values } = config
  const files = [local, shared].flatMap((one) => {
    return one === null ? [] : [{ ...one, line: linesIn(one.file, one.text) }]
  })
  return leaves(values).map(([path, value]) => {
    const given = files.find((one) => valueAt(one.value, path) !== undefined)
    const source = given === undefined ? DEFAULT : { file: given.file, line: given.line(path) }
    return { key: printPath(path), value: value as JsonValue, source }
  })
}

/**
 * What a session merges for a target, in that order: flow's own first, then the team's, file by file.
 * @throws FlowError E_CONFIG, E_TARGET_UNKNOWN
 */
export function resolvedHooks(
  { fs }: Pick<Ports, 'fs'>,
  { config, hooks }: LoadedConfig,
  target: string,
): ResolvedHook[] {
  // What a user could type: a session merges the absolute paths of node and of the copy in the state directory.
  const sources = { nodePath: 'npx', residentPath: 'flow', config, hooks }
  const own = targetNamed(target)
    .hookEntries(sources)
    .filter(({ plain }) => plain === undefined)
  const textOf = (file: string) => fs.readFile(file).toString('utf8')
  return [
    ...own.map(({ event, group }) => ({ event, group, source: DEFAULT })),
    ...hooks.flatMap((one) => hooksOf(one, textOf(one.file))),
  ]
}

function hooksOf({ file, hooks }: HookFile, text: string): ResolvedHook[] {
  const line = linesIn(file, text)
  return Object.entries(hooks).flatMap(([event, groups]) =>
    groups.map((group, at) => {
      return { event, group, source: { file, line: line(['hooks', event, at]) } }
    }),
  )
}

/** Finds the line of a key in its file; a program has no such lines. */
function linesIn(file: string, text: string): (path: Path) => number | null {
  if (isProgram(file)) return () => null
  const find = lineFinder(text)
  return file.endsWith('package.json') ? (path) => find(['flow', ...path]) : find
}

/** Every value that is no object; `env` and lists are values as a whole. */
function leaves(value: unknown, path: Path = []): (readonly [Path, unknown])[] {
  if (!isObject(value) || path.at(-1) === 'env') return [[path, value]]
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .flatMap(([key, item]) => leaves(item, [...path, key]))
}
