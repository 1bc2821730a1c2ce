/** flow's commands in the configuration of another hook manager, taken out again. */
import { applyEdits, findNodeAtLocation, type JSONPath } from 'jsonc-parser'
import { parseDocument } from 'yaml'
import { callsFlow, removeHookLines } from '../../git/hook-line.ts'
import { isJsonObject, type JsonValue } from '../../json.ts'
import { parseSettings } from '../../settings/document.ts'
import { removeNodes } from '../../settings/remove.ts'
import { readJsonc } from '../init/members.ts'

export interface ManagerFileRemoval {
  /** The whole new text; the old one where nothing came out. */
  readonly text: string
  /** Something calls flow in it still, in a manner that is better left to a person. */
  readonly isLeft: boolean
}

/**
 * Takes out of lefthook's YAML or JSON, and of simple-git-hooks' JSON, what `init` puts in. What the
 * text says has to be the same otherwise, or it stays as it is.
 */
export function withoutManagerEntries(path: string, text: string): ManagerFileRemoval {
  const isYaml = /\.ya?ml$/.test(path)
  const read = isYaml ? readYaml : readJson
  const value = read(text)
  const wanted = value === undefined ? undefined : pruned(value)
  if (value === undefined || JSON.stringify(wanted) === JSON.stringify(value)) {
    return { text, isLeft: callsFlow(text) }
  }
  const edited = isYaml ? withoutYaml(text) : withoutJson(text, value, wanted)
  const isRight = JSON.stringify(read(edited)) === JSON.stringify(wanted)
  return isRight ? { text: edited, isLeft: callsFlow(edited) } : { text, isLeft: true }
}

/** A hook's command without flow's line; undefined where nothing else is in it. */
export function withoutHookLine(command: string): string | undefined {
  const { bytes, removedCount } = removeHookLines(Buffer.from(command))
  return removedCount > 0 && bytes.length === 0 ? undefined : bytes.toString()
}

function readYaml(text: string): JsonValue | undefined {
  const document = parseDocument(text)
  return document.errors.length > 0 ? undefined : (document.toJS() ?? undefined)
}

function readJson(text: string): JsonValue | undefined {
  return readJsonc(text) as JsonValue | undefined
}

/** Without flow's commands, jobs and lines, and without what that leaves empty. */
function pruned(value: JsonValue): JsonValue | undefined {
  if (typeof value === 'string') return withoutHookLine(value)
  if (Array.isArray(value)) {
    const rest = value.flatMap((item) => pruned(item) ?? [])
    return rest.length === 0 && value.length > 0 ? undefined : rest
  }
  if (!isJsonObject(value)) return value
  if (typeof value.run === 'string' && pruned(value.run) === undefined) return undefined
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const rest = pruned(item)
    return rest === undefined ? [] : [[key, rest] as const]
  })
  const isEmptied = entries.length === 0 && Object.keys(value).length > 0
  return isEmptied ? undefined : Object.fromEntries(entries)
}

function withoutYaml(text: string): string {
  const run = String.raw`run: "(?:[^"\\\n]|\\.)*# flow"[ \t]*(?:\r?\n|$)`
  const command = new RegExp(
    String.raw`^([ \t]*)flow:[ \t]*\r?\n(?:\1[ \t]+priority: 1[ \t]*\r?\n)?\1[ \t]+${run}`,
    'gm',
  )
  const job = new RegExp(String.raw`^([ \t]*)- name: flow\r?\n\1  ${run}`, 'gm')
  const lines = text
    .replace(command, '')
    .replace(job, '')
    .split(/(?<=\n)/)
  // From the bottom, so that a hook goes after its `commands`.
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const [, indent, name = ''] =
      /^([ \t]*)([\w-]+):[ \t]*\r?$/.exec(lines[at]?.trimEnd() ?? '') ?? []
    if (indent === undefined) continue
    const isOurs = name === 'commands' || name === 'jobs' || HOOKS.includes(name)
    if (isOurs && !hasChild(lines, at, indent) && hadChild(text, lines, at)) lines.splice(at, 1)
  }
  return lines.join('')
}

const HOOKS = ['post-checkout', 'post-merge', 'pre-commit']

function hasChild(lines: readonly string[], at: number, indent: string): boolean {
  const next = lines.slice(at + 1).find((line) => !/^\s*(#|$)/.test(line))
  if (next === undefined) return false
  const depth = /^[ \t]*/.exec(next)?.[0].length ?? 0
  return depth > indent.length || (depth === indent.length && next.trimStart().startsWith('- '))
}

/** In the text before, something stood below that line. */
function hadChild(text: string, lines: readonly string[], at: number): boolean {
  const before = text.split(/(?<=\n)/)
  const number = lines.slice(0, at).filter((line) => line === lines[at]).length
  const places = before.flatMap((line, place) => (line === lines[at] ? [place] : []))
  const indent = /^[ \t]*/.exec(lines[at] ?? '')?.[0] ?? ''
  const place = places[number]
  return place !== undefined && hasChild(before, place, indent)
}

function withoutJson(text: string, value: JsonValue, wanted: JsonValue | undefined): string {
  const path = differingPath(value, wanted)
  if (path === null) return text
  const edited = withValue(text, path, at(wanted, path))
  const next = readJson(edited)
  return edited === text || next === undefined ? text : withoutJson(edited, next, wanted)
}

/** The text with another value at a place that is there; undefined takes the place itself out. */
function withValue(text: string, path: JSONPath, value: JsonValue | undefined): string {
  const document = parseSettings(Buffer.from(text), 'the configuration')
  const node = findNodeAtLocation(document.root, path)
  if (node === undefined) return text
  if (value === undefined) {
    const place = node.parent?.type === 'property' ? node.parent : node
    return removeNodes(document, new Set([place]), new Map())
  }
  const { offset, length } = node
  return applyEdits(text, [{ offset, length, content: JSON.stringify(value) }])
}

/** The first place at which they differ, as deep as it can be told; null: they are the same. */
function differingPath(value: JsonValue, wanted: JsonValue | undefined): JSONPath | null {
  if (JSON.stringify(value) === JSON.stringify(wanted)) return null
  if (Array.isArray(value) && Array.isArray(wanted)) {
    const index = value.findIndex((item) => pruned(item) === undefined)
    return index === -1 ? [] : [index]
  }
  if (!isJsonObject(value) || !isJsonObject(wanted)) return []
  for (const [key, item] of Object.entries(value)) {
    const inner = differingPath(item, wanted[key])
    if (inner !== null) return [key, ...inner]
  }
  return null
}

/** Undefined takes an item of an array out. */
function at(value: JsonValue | undefined, path: JSONPath): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((inner, step) => {
    return isJsonObject(inner) ? inner[step] : undefined
  }, value)
}
