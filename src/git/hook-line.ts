/** The one line of flow's in a git hook, the same in every repository and for every hook manager. */

/** Hooks that carry it; the script of each is `<state directory>/hooks/NAME`. */
export const HOOK_NAMES = ['post-checkout', 'post-merge', 'pre-commit'] as const

export type HookName = (typeof HOOK_NAMES)[number]

/**
 * The line that sources flow's script from the state directory; without one it does nothing, and its
 * status does not count.
 *
 * - It runs in the hook's own shell, so that `$1` to `$3` stay, `pre-commit` can exit, and a checkout
 *   costs no process. Under `sh -e` the script itself must see that no command in it fails: dash ends at
 *   one inside a sourced file, whatever follows the dot.
 * - `-O`: the state directory of another user is ignored, as a root shell that kept HOME would find it.
 * - A relative path (`FLOW_HOME=state`, no HOME) would lead into the repository: it is ignored.
 */
export function hookLine(name: HookName): string {
  const home = `\${FLOW_HOME:-\${HOME:-.}/.sylphx-flow}`
  const script = `"${scriptWord(name)}"`
  return `flow_home=${home}; case $flow_home in /*) [ -O ${script} ] && . ${script} ;; esac || : # flow`
}

/** The script's path in that line: no character of it is quoted in JSON, YAML or TOML. */
export function scriptWord(name: HookName): string {
  return `$flow_home/hooks/${name}`
}

export type HookEdit =
  | { readonly kind: 'added'; readonly bytes: Buffer }
  | { readonly kind: 'present' }
  /** What it is instead: its shebang, or `a program`. */
  | { readonly kind: 'not-shell'; readonly what: string }

/**
 * Adds the line to a hook's bytes, or makes a hook of it (`hook` null). It goes in front of the hook's own
 * work, which may end in `exit` or lack its last newline; every other byte stays. `removeHookLines` tells
 * from the bytes alone what was there: a line without a newline at the end of the file was added to one
 * without, and a hook with nothing in it gets a newline at its end, which a hook made here has not.
 */
export function addHookLine(hook: Buffer | null, name: HookName): HookEdit {
  const line = hookLine(name)
  if (hook === null) return { kind: 'added', bytes: Buffer.from(`${MADE}${line}\n`) }
  if (carriesHookLine(hook, name)) return { kind: 'present' }
  const text = hook.toString('latin1')
  const shebang = /^#![^\n]*/.exec(text)?.[0].trimEnd() ?? null
  if (shebang !== null && !SHELLS.includes(interpreterOf(shebang))) {
    return { kind: 'not-shell', what: shebang }
  }
  if (shebang === null && text.includes('\0')) return { kind: 'not-shell', what: 'a program' }
  const offset = endOfPreamble(text)
  const [before, after] = [text.slice(0, offset), text.slice(offset)]
  const isUnended = before !== '' && !before.endsWith('\n')
  const added = isUnended ? `\n${line}` : `${line}\n`
  const bytes = Buffer.from(before + added + after + (EMPTY.test(text) ? '\n' : ''), 'latin1')
  return { kind: 'added', bytes }
}

/** A new hook: with a shebang, since husky 8 and git itself run the file as a program. */
const MADE = '#!/bin/sh\n'

/** A shebang, its newline, and blanks. */
const EMPTY = /^#![^\n]*\n\s*$/

/** True when a line of the hook, comments aside, includes flow's. */
export function carriesHookLine(hook: Buffer, name: HookName): boolean {
  const ours = hookLine(name)
  return linesOf(hook).some((line) => line.includes(ours) && !isComment(line))
}

/** Numbers, from 1, of lines that call flow in another way than the constant line. */
export function otherCalls(hook: Buffer): number[] {
  const isOther = (line: string) => CALL.test(line) && !isHookLine(line) && !isComment(line)
  return linesOf(hook).flatMap((line, at) => (isOther(line) ? [at + 1] : []))
}

export interface HookRemoval {
  /** The hook without flow's lines; every other byte stays. */
  readonly bytes: Buffer
  readonly removedCount: number
  /** Nothing but a shebang and blanks is left. */
  readonly isBare: boolean
  /** It holds nothing but what `addHookLine` makes where there was no hook. */
  readonly isMade: boolean
}

/** Takes flow's lines out of the bytes of a hook: the inverse of `addHookLine`. */
export function removeHookLines(hook: Buffer): HookRemoval {
  const lines = linesOf(hook)
  const last = lines.at(-1) ?? ''
  let rest = lines.filter((line) => !isHookLine(line)).join('')
  const removedCount = lines.filter(isHookLine).length
  const isLast = isHookLine(last)
  if (isLast && !last.endsWith('\n')) rest = rest.replace(/\n$/, '')
  const isMade = isLast && rest.replace('\r', '') === MADE
  if (removedCount > 0 && !isLast && EMPTY.test(rest)) rest = rest.replace(/\n$/, '')
  const isBare = /^(#![^\n]*)?\s*$/.test(rest)
  return { bytes: Buffer.from(rest, 'latin1'), removedCount, isBare, isMade }
}

const SHELLS = ['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh', 'zsh', 'busybox']

/** `python3` of `#!/usr/bin/env -S python3 -u`. */
function interpreterOf(shebang: string): string {
  const words = shebang.slice('#!'.length).trim().split(/\s+/)
  const nameOf = (word = '') => word.replace(/^.*[\\/]/, '').replace(/\.exe$/, '')
  if (nameOf(words[0]) !== 'env') return nameOf(words[0])
  return nameOf(words.slice(1).find((word) => !/^-|=/.test(word)))
}

const LINES: readonly string[] = HOOK_NAMES.map(hookLine)

/** A path of flow's hook scripts, however a line leads to it. */
const CALL = /\b(sylphx-flow|flow_home|FLOW_HOME|flow-agent)\b.*\/hooks\//

// `. "$(dirname -- "$0")/_/husky.sh"` of husky 8 starts the whole hook again: in front of it, our
// line would run twice.
const HUSKY_8 = /^[ \t]*(\.|source)[ \t].*\/_\/husky\.sh[^\n]*(\n|$)/m

/** Offset behind husky 8's own line, else behind the shebang, else 0. */
function endOfPreamble(text: string): number {
  const husky = HUSKY_8.exec(text)
  if (husky !== null) return husky.index + husky[0].length
  return /^#![^\n]*(\n|$)/.exec(text)?.[0].length ?? 0
}

/** Each with its newline, a character a byte. */
function linesOf(hook: Buffer): string[] {
  return hook.toString('latin1').split(/(?<=\n)/)
}

/** True for the line of any of the hooks. */
export function isHookLine(line: string): boolean {
  // git may have checked the hook out with the line ends of Windows.
  return LINES.includes(line.replace(/\r?\n$/, ''))
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#')
}
