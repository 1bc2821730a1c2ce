/** lefthook. Facts: 2.2. */
import { join } from 'node:path'
import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { HOOK_NAMES, type HookName, isHookLine, scriptWord } from '../git/hook-line.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import { isFile } from '../lib/files.ts'
import { LEFTHOOK } from './hook-authors.ts'
import type { HookEntry, HookManager, ManagerConfiguration } from './hook-managers.ts'
import { prependItem, readJsonc, removeItem, removeMember, setMember } from './json-edit.ts'

// In the order in which it looks for them, at the top of the working tree only.
const FILES = ['lefthook', '.lefthook', '.config/lefthook'].flatMap((name) =>
  ['yml', 'yaml', 'toml', 'json', 'jsonc'].map((ending) => `${name}.${ending}`),
)

/** Braces in YAML, anchors, errors and all of TOML are left to the user. */
const configuration: ManagerConfiguration = {
  installArgs: ['install'],
  directoryOf: (_, topLevel) => topLevel,
  isInForce: LEFTHOOK.isAuthor,
  add(path, text, entries) {
    const value = read(path, text)
    if (value === null) return null
    const addOne = isYaml(path) ? addToYaml : addToJson
    const missing = entries.filter(({ name }) => !isPresent(value, name))
    const edited = missing.reduce<string | null>((before, entry) => {
      return before === null ? null : addOne(before, entry)
    }, text)
    // However it is written: it must say what it said, and flow's entries.
    return edited !== null && sameHooks(read(path, edited), missing.reduce(withEntry, value))
      ? edited
      : null
  },
  byHand(path, entries) {
    if (/\.jsonc?$/.test(path)) {
      const hooks = entries.map(({ name, line }) => [name, { commands: { flow: { run: line } } }])
      return JSON.stringify(Object.fromEntries(hooks), null, 2)
    }
    if (path.endsWith('.toml')) {
      return entries
        .map(({ name, line }) => `[${name}.commands.flow]\nrun = ${JSON.stringify(line)}`)
        .join('\n')
    }
    return entries.map(hookText).join('\n')
  },
  remove(path, text) {
    const value = read(path, text)
    if (value === null) return null
    const edited = isYaml(path) ? removeFromYaml(text) : removeFromJson(text, value)
    if (edited === text) return text
    const rest = read(path, edited)
    // Both without flow's entries and without what they leave empty.
    return rest !== null && sameHooks(pruned(rest), pruned(value)) ? edited : null
  },
  hookNames(path, text) {
    const value = read(path, text)
    return value === null ? null : Object.keys(value)
  },
}

export const lefthook: HookManager = {
  ...LEFTHOOK,
  find(fs, _, topLevel) {
    return FILES.map((name) => join(topLevel, name)).find((path) => isFile(fs, path)) ?? null
  },
  configuration,
}

function isYaml(path: string): boolean {
  return /\.ya?ml$/.test(path)
}

/** Its hooks; null where it cannot be read. */
function read(path: string, text: string): JsonObject | null {
  if (!isYaml(path)) {
    const value = /\.jsonc?$/.test(path) ? readJsonc(text) : undefined
    return isJsonObject(value) ? value : null
  }
  const document = parseDocument(text)
  const value: unknown = document.errors.length > 0 ? null : (document.toJS() ?? {})
  return isJsonObject(value) ? value : null
}

function isPresent(hooks: JsonObject, name: HookName): boolean {
  return JSON.stringify(hooks[name] ?? null).includes(scriptWord(name))
}

function sameHooks(a: JsonObject | null, b: JsonObject | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function withEntry(hooks: JsonObject, { name, line }: HookEntry): JsonObject {
  const hook = hooks[name] ?? {}
  if (!isJsonObject(hook)) return hooks
  if (Array.isArray(hook.jobs)) {
    return { ...hooks, [name]: { ...hook, jobs: [{ name: 'flow', run: line }, ...hook.jobs] } }
  }
  const present = hook.commands
  const commands = { flow: commandOf(line), ...(isJsonObject(present) ? present : {}) }
  return { ...hooks, [name]: present === undefined ? { commands, ...hook } : { ...hook, commands } }
}

/** lefthook sorts commands by their priority, then by name. */
function commandOf(line: string) {
  return { priority: 1, run: line }
}

/** Without flow's commands and jobs, and without what is empty. */
function pruned(hooks: JsonObject): JsonObject {
  const rest = prune(hooks)
  return isJsonObject(rest) ? rest : {}
}

function prune(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => prune(item) ?? [])
    return items.length > 0 ? items : undefined
  }
  if (!isJsonObject(value)) return value ?? undefined
  if (isOurs(value)) return undefined
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const rest = prune(item)
    return rest === undefined ? [] : [[key, rest] as const]
  })
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

function isOurs({ run }: JsonObject): boolean {
  return typeof run === 'string' && isHookLine(run)
}

function addToJson(text: string, { name, line }: HookEntry): string | null {
  const hook = read('.json', text)?.[name] ?? {}
  if (!isJsonObject(hook)) return null
  if (Array.isArray(hook.jobs)) {
    return prependItem(text, [name, 'jobs'], { name: 'flow', run: line })
  }
  const isFirst = () => true
  const { commands } = hook
  if (commands === undefined) {
    return setMember(text, { path: [name], key: 'commands' }, { flow: commandOf(line) }, isFirst)
  }
  if (!isJsonObject(commands)) return null
  return setMember(text, { path: [name, 'commands'], key: 'flow' }, commandOf(line), isFirst)
}

function removeFromJson(text: string, hooks: JsonObject): string {
  return HOOK_NAMES.toReversed().reduce((before, name) => {
    const hook = hooks[name]
    if (!isJsonObject(hook)) return before
    const { jobs, commands } = hook
    const at = Array.isArray(jobs) ? jobs.findIndex((job) => isJsonObject(job) && isOurs(job)) : -1
    if (at !== -1) return removeItem(before, [name, 'jobs'], at)
    const command = isJsonObject(commands) ? commands.flow : undefined
    if (!isJsonObject(command) || !isOurs(command)) return before
    return removeMember(before, { path: [name, 'commands'], key: 'flow' })
  }, text)
}

function addToYaml(text: string, entry: HookEntry): string | null {
  const { contents } = parseDocument(text)
  if (contents === null) return withHook(text, entry)
  if (!isMap(contents) || contents.flow === true) return null
  const pair = pairOf(contents, entry.name)
  if (pair === undefined) return withHook(text, entry)
  const hook = pair.value
  if (!isMap(hook) || hook.flow === true) return null
  const [jobs, commands] = [pairOf(hook, 'jobs'), pairOf(hook, 'commands')]
  if (jobs !== undefined) {
    if (!isSeq(jobs.value) || jobs.value.flow === true || !jobs.value.range) return null
    const indent = blanksBefore(text, jobs.value.range[0])
    return indent === null ? null : insertBelow(text, jobs, jobText(entry, indent))
  }
  if (commands !== undefined) {
    if (!isMap(commands.value) || commands.value.flow === true) return null
    const indent = indentOf(text, commands.value)
    return indent === null ? null : insertBelow(text, commands, commandText(entry, indent))
  }
  const indent = indentOf(text, hook)
  return indent === null ? null : insertBelow(text, pair, commandsText(entry, indent))
}

/** A file whose last line has no end stays one, so that the removal knows of it. */
function withHook(text: string, entry: HookEntry): string {
  const fresh = hookText(entry)
  const isEnded = text === '' || text.endsWith('\n')
  return text + inLinesOf(text, isEnded ? fresh : `\n${fresh.slice(0, -1)}`)
}

function hookText(entry: HookEntry): string {
  return `${entry.name}:\n${commandsText(entry, '  ')}`
}

function commandsText(entry: HookEntry, indent: string): string {
  return `${indent}commands:\n${commandText(entry, `${indent}  `)}`
}

function commandText(entry: HookEntry, indent: string): string {
  return `${indent}flow:\n${indent}  priority: 1\n${indent}  ${runText(entry)}\n`
}

function jobText(entry: HookEntry, indent: string): string {
  return `${indent}- name: flow\n${indent}  ${runText(entry)}\n`
}

/** In the quotes that prettier chooses, too; there are none in the line. */
function runText({ line }: HookEntry): string {
  return `run: '${line}'`
}

/** Right below the key, so that a comment above the first item stays with that item. */
function insertBelow(text: string, { key }: Pair, fresh: string): string | null {
  if (!isScalar(key) || !key.range) return null
  const end = text.indexOf('\n', key.range[0])
  return end === -1 ? null : text.slice(0, end + 1) + inLinesOf(text, fresh) + text.slice(end + 1)
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name)
}

/** The blanks in front of the first key; null where it does not begin its line. */
function indentOf(text: string, map: YAMLMap): string | null {
  const key = map.items[0]?.key
  return isScalar(key) && key.range ? blanksBefore(text, key.range[0]) : null
}

function blanksBefore(text: string, offset: number): string | null {
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  return /^ *$/.test(before) ? before : null
}

function inLinesOf(text: string, fresh: string): string {
  return text.includes('\r\n') ? fresh.replaceAll('\n', '\r\n') : fresh
}

/** Takes out the lines of each entry, and the keys above it that have no other line below them. */
function removeFromYaml(text: string): string {
  let lines = text.split(/(?<=\n)/)
  for (let end = lines.length - 1; end >= 0; end -= 1) {
    const start = startOfEntry(lines, end)
    if (start === null) continue
    const first = startOfKeys(lines, start, end)
    // The file's last line had no end before, either.
    const isUnended = end === lines.length - 1 && !lines[end]?.endsWith('\n')
    const before = lines.slice(0, first)
    if (isUnended) before.push((before.pop() ?? '').replace(/\r?\n$/, ''))
    lines = [...before, ...lines.slice(end + 1)]
    end = first
  }
  return lines.join('')
}

/** The first line of the entry whose `run:` is the line `end`; null: it is none of flow's. */
function startOfEntry(lines: readonly string[], end: number): number | null {
  const [, indent = '', scalar = ''] = /^( *)run: (.*)$/.exec((lines[end] ?? '').trimEnd()) ?? []
  const value: unknown = parseDocument(scalar).toJS()
  if (typeof value !== 'string' || !isHookLine(value)) return null
  const above = (count: number) => lines[end - count]?.trimEnd()
  const outer = indent.slice(2)
  if (above(1) === `${outer}- name: flow`) return end - 1
  return above(1) === `${indent}priority: 1` && above(2) === `${outer}flow:` ? end - 2 : null
}

function startOfKeys(lines: readonly string[], start: number, end: number): number {
  const next = lines.slice(end + 1).find((line) => !/^\s*(#|$)/.test(line)) ?? ''
  const key = /^( *)([\w-]+):\s*$/.exec(lines[start - 1] ?? '')
  if (key === null || !['commands', ...HOOK_NAMES].includes(key[2] ?? '')) return start
  const indent = key[1] ?? ''
  const hasOther = next !== '' && (/^ */.exec(next)?.[0] ?? '').length > indent.length
  return hasOther ? start : startOfKeys(lines, start - 1, end)
}
