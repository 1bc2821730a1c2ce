import { shellWord } from '../shell-word.ts'

/** git hook -> the script that it sources, by its place inside flow's package. */
export const HOOK_SCRIPTS = {
  // After these a dead session's settings are put back.
  'post-checkout': 'templates/hooks/entry.sh',
  'post-merge': 'templates/hooks/entry.sh',
  // Keeps out of a commit what is flow's alone.
  'pre-commit': 'templates/hooks/pre-commit.sh',
} as const

export type HookName = keyof typeof HOOK_SCRIPTS

export const HOOK_NAMES = Object.keys(HOOK_SCRIPTS) as readonly HookName[]

export type HookEdit =
  | { readonly kind: 'added'; readonly bytes: Buffer }
  | { readonly kind: 'present' }
  | { readonly kind: 'not-shell'; readonly shebang: string }

/** Where a hook finds its script. `packagePath`: flow's package relative to the top of the tree. */
export function hookScriptPath(packagePath: string, name: HookName): string {
  return packagePath === '' ? HOOK_SCRIPTS[name] : `${packagePath}/${HOOK_SCRIPTS[name]}`
}

/**
 * The line that sources flow's script. `scriptPath`: relative to the top of the working tree, where
 * git runs hooks, with `/`; a `*` in it stands for any name. A script that is gone is skipped, its
 * status does not count, and `$1` to `$3` stay. No subshell keeps it apart, since that would cost
 * each checkout a process: under husky's `sh -e` the script itself must see that no command in it
 * fails (dash ends at one inside a sourced file, whatever stands behind the dot).
 */
export function hookLine(scriptPath: string): string {
  // With a slash `.` searches no PATH, and with `./` no name can look like an option.
  const path = `./${scriptPath}`
  if (!path.includes('*')) return lineFor(shellWord(path), '')
  // Two that match are two words, of which `[` complains and `.` takes the first.
  return lineFor(path.split('*').map(shellWord).join('*'), ' 2>/dev/null')
}

function lineFor(word: string, quietly: string): string {
  return `[ ! -r ${word} ]${quietly} || . ${word} || : # flow`
}

/**
 * Adds the line to a hook's bytes, or makes a hook of it (`hook` null). It goes in front of the
 * hook's own work, which may end in `exit` or lack its last newline; every other byte stays.
 */
export function addHookLine(hook: Buffer | null, scriptPath: string): HookEdit {
  const line = `${hookLine(scriptPath)}\n`
  // A shebang, since husky 8 and git itself run the file as a program.
  if (hook === null) return { kind: 'added', bytes: Buffer.from(`#!/bin/sh\n${line}`) }
  if (carriesHookLine(hook, scriptPath)) return { kind: 'present' }
  const text = hook.toString('latin1')
  const shebang = /^#![^\n]*/.exec(text)?.[0] ?? ''
  // zsh itself ends a script at a pattern that matches nothing.
  const isShell = SHELL.test(shebang) && !(/zsh/.test(shebang) && scriptPath.includes('*'))
  if (shebang !== '' && !isShell) return { kind: 'not-shell', shebang: shebang.trimEnd() }
  const offset = endOfPreamble(text)
  const before = hook.subarray(0, offset)
  const newline = offset === 0 || text[offset - 1] === '\n' ? '' : '\n'
  return {
    kind: 'added',
    bytes: Buffer.concat([before, Buffer.from(newline + line), hook.subarray(offset)]),
  }
}

/** True when a line of the hook, comments aside, sources that script of flow's, wherever it lies. */
export function carriesHookLine(hook: Buffer, scriptPath: string): boolean {
  const inPackage = scriptPath.slice(Math.max(0, scriptPath.lastIndexOf('templates/hooks/')))
  return hook
    .toString('latin1')
    .split('\n')
    .some((line) => line.includes(inPackage) && !line.trimStart().startsWith('#'))
}

const SHELL = /\b(sh|bash|dash|ash|ksh|mksh|zsh|busybox)\b/

// `. "$(dirname -- "$0")/_/husky.sh"` of husky 8 starts the whole hook anew: in front of it, our
// line would run twice.
const HUSKY_8 = /^[ \t]*(\.|source)[ \t].*\/_\/husky\.sh[^\n]*(\n|$)/m

/** Offset behind husky 8's own line, else behind the shebang, else 0. */
function endOfPreamble(text: string): number {
  const husky = HUSKY_8.exec(text)
  if (husky !== null) return husky.index + husky[0].length
  return /^#![^\n]*(\n|$)/.exec(text)?.[0].length ?? 0
}
