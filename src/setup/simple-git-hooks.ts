/** simple-git-hooks. Facts: 2.14. */
import { basename, dirname, join } from 'node:path'
import { carriesHookLine, HOOK_NAMES, removeHookLines } from '../git/hook-line.ts'
import { foldersUp } from '../git/tree-path.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { isFile } from '../lib/files.ts'
import type { FileSystem } from '../ports/file-system.ts'
import { SIMPLE_GIT_HOOKS } from './hook-authors.ts'
import type { HookManager, ManagerConfiguration } from './hook-managers.ts'
import { readJsonc, removeMember, setMember } from './json-edit.ts'
import { packageIn } from './package-manager.ts'

const SECTION = 'simple-git-hooks'

// In the order in which it looks for them; package.json comes last.
const FILES = [
  ...['.simple-git-hooks', 'simple-git-hooks'].flatMap((name) =>
    ['cjs', 'js', 'mjs'].map((ending) => `${name}.${ending}`),
  ),
  '.simple-git-hooks.json',
  'simple-git-hooks.json',
]

/** It writes a command into the hook file as it is, so that two lines are two commands. */
const configuration: ManagerConfiguration = {
  installArgs: [],
  directoryOf: dirname,
  isInForce: (hook, { line }) => hook.includes(line),
  add(path, text, entries) {
    const commands = commandsIn(path, text)
    if (commands === null) return null
    let edited = text
    for (const { name, line } of entries) {
      const present = commands[name]
      if (present !== undefined && typeof present !== 'string') return null
      if (present !== undefined && carriesHookLine(Buffer.from(present), name)) continue
      const command = present === undefined ? line : `${line}\n${present}`
      edited = inJson(edited, (json) => {
        return setMember(json, { path: pathIn(path), key: name }, command)
      })
    }
    return edited
  },
  byHand(_, entries) {
    return entries
      .map(({ name, line }) => `${JSON.stringify(name)}: ${JSON.stringify(line)},`)
      .join('\n')
  },
  remove(path, text) {
    const commands = commandsIn(path, text)
    if (commands === null) return null
    let edited = text
    for (const name of HOOK_NAMES.toReversed()) {
      const present = commands[name]
      if (typeof present !== 'string') continue
      const { bytes, removedCount } = removeHookLines(Buffer.from(present))
      if (removedCount === 0) continue
      const place = { path: pathIn(path), key: name }
      // The line alone is the member that `add` made; of an empty command a line end is left.
      const isMade = !present.includes('\n')
      edited = inJson(edited, (json) => {
        return isMade ? removeMember(json, place) : setMember(json, place, bytes.toString())
      })
    }
    return edited
  },
  hookNames(path, text) {
    const commands = commandsIn(path, text)
    return commands === null ? null : Object.keys(commands)
  },
}

export const simpleGitHooks: HookManager = {
  ...SIMPLE_GIT_HOOKS,
  find(fs, directory, topLevel) {
    for (const one of foldersUp(directory, topLevel)) {
      const path = fileIn(fs, one)
      if (path !== undefined) return path
    }
    return null
  },
  configuration,
}

function fileIn(fs: FileSystem, directory: string): string | undefined {
  const name = FILES.find((candidate) => isFile(fs, join(directory, candidate)))
  if (name !== undefined) return join(directory, name)
  return SECTION in packageIn(fs, directory) ? join(directory, 'package.json') : undefined
}

/** Null for a program, and for a text that cannot be read. */
function commandsIn(path: string, text: string): JsonObject | null {
  if (!path.endsWith('.json')) return null
  const isPackage = pathIn(path).length > 0
  const whole = readJsonc(isPackage ? text.replace(/^\uFEFF/, '') : text)
  const commands = isPackage && isJsonObject(whole) ? whole[SECTION] : whole
  return isJsonObject(commands) ? commands : null
}

function pathIn(path: string): readonly string[] {
  return basename(path) === 'package.json' ? [SECTION] : []
}

function inJson(text: string, edit: (json: string) => string): string {
  return text.startsWith('\uFEFF') ? `\uFEFF${edit(text.slice(1))}` : edit(text)
}
