/** What `flow doctor` found, and what fixes it. */
import { relative } from 'node:path'
import { isInside } from '../git/tree-path.ts'
import { shellWord } from '../shell-word.ts'

/** `warning`: it works, and something is not as it should be. Only `broken` makes the exit code 1. */
export type Status = 'ok' | 'warning' | 'broken'

/** What one check found. A check that finds several things gives several, with ids of their own. */
export interface Finding extends Trouble {
  /** Stable, for programs; docs/DOCTOR.md lists them. */
  readonly id: string
  readonly status: Status
  /** One line without a full stop: what was found. */
  readonly title: string
}

/** Only where something is wrong. */
export interface Trouble {
  /** What that means or why it is so; lines. */
  readonly detail?: string | undefined
  /** What only the user can add, before the commands. */
  readonly byHand?: readonly Addition[] | undefined
  /** Commands for a POSIX shell in the user's own directory, one a line, that fix it. */
  readonly fix?: string | undefined
}

/** Text to add near the top of a file. */
export interface Addition {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

export function ok(id: string, title: string): Finding {
  return { id, status: 'ok', title }
}

export function warning(id: string, title: string, trouble: Trouble): Finding {
  return { id, status: 'warning', title, ...trouble }
}

export function broken(id: string, title: string, trouble: Trouble): Finding {
  return { id, status: 'broken', title, ...trouble }
}

export const SET_UP = 'flow init --yes'

/** For a text that only the user can correct. */
export function edit(cwd: string, path: string): string {
  return `\${EDITOR:-vi} ${pathWord(cwd, path)}`
}

/** A path as the user in `cwd` names it, as one word of a shell. */
export function pathWord(cwd: string, path: string): string {
  const word = shellWord(pathName(cwd, path))
  // A name that begins with a dash would be an option.
  return word.startsWith('-') ? `./${word}` : word
}

/** The same for a sentence. */
export function pathName(cwd: string, path: string): string {
  return isInside(cwd, path) ? relative(cwd, path) || '.' : path
}
