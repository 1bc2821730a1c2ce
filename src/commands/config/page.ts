/** How the resolved configuration reads. */
import type pc from 'picocolors'
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts'
import { pathName } from '../../setup/finding.ts'
import type { ResolvedHook, ResolvedValue, Source } from './resolved.ts'

type Colors = ReturnType<typeof pc.createColors>

/** Version of the shape that `--json` prints. */
const JSON_VERSION = 1

export interface ConfigPage {
  /** Where the agent starts. */
  readonly projectRoot: string
  /** Null: there is no configuration. */
  readonly file: string | null
  /** The user's own file over it; null: none. */
  readonly localFile: string | null
  readonly values: readonly ResolvedValue[]
  readonly hooks: readonly ResolvedHook[]
}

export function toJson(page: ConfigPage): string {
  return `${JSON.stringify({ version: JSON_VERSION, ...page }, null, 2)}\n`
}

/** @param cwd paths below it are told as a person there names them */
export function toText(page: ConfigPage, cwd: string, { dim }: Colors): string {
  const { projectRoot, file, localFile, values, hooks } = page
  const rows = [
    ...values.map(({ key, value, source }) => {
      return { key, source, where: printSource(source, cwd), text: printValue(value) }
    }),
    ...hooks.map((hook) => ({ ...hookRow(hook, cwd, 'default'), source: hook.source })),
  ]
  const lines = alignRows(rows)
  const none = localFile === null ? 'none: every value is the default' : 'none'
  return [
    `project root   ${projectRoot}`,
    `configuration  ${file === null ? none : pathName(cwd, file)}`,
    ...(localFile === null ? [] : [`over it        ${pathName(cwd, localFile)}`]),
    '',
    ...lines.map((line, at) => (rows[at]?.source.file === null ? dim(line) : line)),
    '',
  ].join('\n')
}

export interface Row {
  readonly key: string
  readonly where: string
  readonly text: string
}

export function alignRows(rows: readonly Row[]): string[] {
  const keys = Math.max(...rows.map(({ key }) => key.length))
  const wheres = Math.max(...rows.map(({ where }) => where.length))
  return rows.map(({ key, where, text }) => `${key.padEnd(keys)}  ${where.padEnd(wheres)}  ${text}`)
}

/** @param ofFlow where flow's own hooks are from */
export function hookRow({ event, group, source }: ResolvedHook, cwd: string, ofFlow: string): Row {
  return { key: `hooks.${event}`, where: printSource(source, cwd, ofFlow), text: printGroup(group) }
}

function printSource({ file, line }: Source, cwd: string, ofFlow = 'default'): string {
  if (file === null) return ofFlow
  return line === null ? pathName(cwd, file) : `${pathName(cwd, file)}:${line}`
}

function printValue(value: JsonValue): string {
  return typeof value === 'string' && oneLine(value) === value ? value : JSON.stringify(value)
}

/** `Edit|Write: npm test, npm run lint` */
function printGroup({ matcher, hooks }: JsonObject): string {
  const what = (Array.isArray(hooks) ? hooks : []).map((hook) => {
    if (!isJsonObject(hook)) return JSON.stringify(hook)
    const { type, command } = hook
    return typeof command === 'string' ? command : `(${String(type)})`
  })
  const where = typeof matcher === 'string' && matcher !== '' ? `${matcher}: ` : ''
  return oneLine(where + what.join(', '))
}

/** A newline or an escape of a file's must not draw on the terminal. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
}
