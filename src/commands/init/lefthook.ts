import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { type HookName, scriptWord } from '../../git/hook-line.ts'
import { insertFirst, readJsonc } from './members.ts'

export interface HookEntry {
  readonly name: HookName
  /** The shell line to run. */
  readonly line: string
}

/**
 * Adds a command to each of these hooks in the text of lefthook's configuration, in front of what
 * the hook has: every other byte stays. Returns the text as it is where nothing is missing, and null
 * where it is better left to a person: TOML, YAML in braces or with errors.
 */
export function editLefthook(
  path: string,
  text: string,
  entries: readonly HookEntry[],
): string | null {
  const isYaml = /\.ya?ml$/.test(path)
  if (!isYaml && !/\.jsonc?$/.test(path)) return null
  const read = isYaml ? readYaml : readJson
  const value = read(text)
  if (value === null) return null
  const missing = entries.filter(({ name }) => !isPresent(value, name))
  let edited: string | null = text
  for (const entry of missing) {
    if (edited !== null) edited = isYaml ? addToYaml(edited, entry) : addToJson(edited, entry)
  }
  if (edited === null) return null
  // Whatever the manner it is written in: what it says must be what it said, and flow's entries.
  const wanted = missing.reduce(withEntry, value)
  return JSON.stringify(read(edited)) === JSON.stringify(wanted) ? edited : null
}

/** What a person adds instead, in the words of each of lefthook's formats. */
export function lefthookByHand(path: string, entries: readonly HookEntry[]): string {
  if (/\.jsonc?$/.test(path)) {
    const hooks = entries.map(({ name, line }) => [name, { commands: { flow: { run: line } } }])
    return JSON.stringify(Object.fromEntries(hooks), null, 2)
  }
  if (path.endsWith('.toml')) {
    return entries
      .map(({ name, line }) => `[${name}.commands.flow]\nrun = ${JSON.stringify(line)}`)
      .join('\n')
  }
  return entries.map((entry) => `${entry.name}:\n${commandsText(entry, '  ')}`).join('\n')
}

type Hooks = Readonly<Record<string, unknown>>

function readYaml(text: string): Hooks | null {
  const document = parseDocument(text)
  if (document.errors.length > 0) return null
  return asHooks(document.toJS() ?? {})
}

function asHooks(value: unknown): Hooks | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Hooks)
    : null
}

function isPresent(hooks: Hooks, name: HookName): boolean {
  return JSON.stringify(hooks[name] ?? null).includes(scriptWord(name))
}

function withEntry(hooks: Hooks, { name, line }: HookEntry): Hooks {
  const hook = asHooks(hooks[name] ?? {}) ?? {}
  if (Array.isArray(hook.jobs)) {
    return { ...hooks, [name]: { ...hook, jobs: [{ name: 'flow', run: line }, ...hook.jobs] } }
  }
  // lefthook sorts commands by their priority, then by name.
  const commands = { flow: { priority: 1, run: line }, ...asHooks(hook.commands ?? {}) }
  const isNew = hook.commands === undefined
  return { ...hooks, [name]: isNew ? { commands, ...hook } : { ...hook, commands } }
}

function addToYaml(text: string, entry: HookEntry): string | null {
  const { contents } = parseDocument(text)
  if (contents === null) return withNewline(text) + inLinesOf(text, hookText(entry))
  if (!isMap(contents) || contents.flow === true) return null
  const pair = pairOf(contents, entry.name)
  if (pair === undefined) return withNewline(text) + inLinesOf(text, hookText(entry))
  const hook = pair.value
  if (!isMap(hook) || hook.flow === true) return null
  const [jobs, commands] = [pairOf(hook, 'jobs'), pairOf(hook, 'commands')]
  if (jobs !== undefined) {
    if (!isSeq(jobs.value) || jobs.value.flow === true) return null
    const indent = columnOfFirstDash(text, jobs)
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

function hookText(entry: HookEntry): string {
  return `${entry.name}:\n${commandsText(entry, '  ')}`
}

function commandsText(entry: HookEntry, indent: string): string {
  return `${indent}commands:\n${commandText(entry, `${indent}  `)}`
}

function commandText({ line }: HookEntry, indent: string): string {
  return [
    `${indent}flow:`,
    `${indent}  priority: 1`,
    // Quoted as in JSON, which YAML reads: bare, `[ …` would begin a list.
    `${indent}  run: ${JSON.stringify(line)}`,
    '',
  ].join('\n')
}

function jobText({ line }: HookEntry, indent: string): string {
  return `${indent}- name: flow\n${indent}  run: ${JSON.stringify(line)}\n`
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

function columnOfFirstDash(text: string, { value }: Pair): string | null {
  if (!isSeq(value) || !value.range) return null
  return blanksBefore(text, value.range[0])
}

function blanksBefore(text: string, offset: number): string | null {
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  return /^ *$/.test(before) ? before : null
}

function withNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : text + inLinesOf(text, '\n')
}

function inLinesOf(text: string, fresh: string): string {
  return text.includes('\r\n') ? fresh.replaceAll('\n', '\r\n') : fresh
}

function readJson(text: string): Hooks | null {
  return asHooks(readJsonc(text))
}

function addToJson(text: string, { name, line }: HookEntry): string | null {
  const hooks = readJson(text) ?? {}
  const command = { priority: 1, run: line }
  if (hooks[name] === undefined) {
    return insertFirst(text, [], name, { commands: { flow: command } })
  }
  const hook = asHooks(hooks[name])
  if (hook === null) return null
  if (Array.isArray(hook.jobs)) {
    return insertFirst(text, [name, 'jobs'], '', { name: 'flow', run: line })
  }
  if (hook.commands === undefined) return insertFirst(text, [name], 'commands', { flow: command })
  return asHooks(hook.commands) === null
    ? null
    : insertFirst(text, [name, 'commands'], 'flow', command)
}
