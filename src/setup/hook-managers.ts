/** Other tools that keep git hooks. A new one is a file beside this one, and a line below. */
import type { HookName } from '../git/hook-line.ts'
import type { FileSystem } from '../ports/file-system.ts'
import { type HookAuthor, hookAuthor } from './hook-authors.ts'
import { lefthook } from './lefthook.ts'
import { preCommit } from './pre-commit.ts'
import { simpleGitHooks } from './simple-git-hooks.ts'

export interface HookManager extends HookAuthor {
  /** Its configuration, absolute; null: it is not used here, installed or not. Reads only. */
  find(fs: FileSystem, directory: string, topLevel: string): string | null
  /** How flow's lines get into its configuration; null: they are put into the hook files. */
  readonly configuration: ManagerConfiguration | null
}

export interface ManagerConfiguration {
  /** Its command that brings the configuration into force; it runs in `directoryOf`. */
  readonly installArgs: readonly string[]
  directoryOf(path: string, topLevel: string): string
  /** True for a hook file that runs what the configuration says now. */
  isInForce(hook: string, entry: HookEntry): boolean
  /**
   * The text with an entry for each hook, in front of what the hook does; every other byte is kept. The
   * same text where nothing is missing; null where only the user can edit it.
   */
  add(path: string, text: string, entries: readonly HookEntry[]): string | null
  /** What the user adds instead. */
  byHand(path: string, entries: readonly HookEntry[]): string
  /** Takes out what `add` puts in; null where only the user can. */
  remove(path: string, text: string): string | null
  /** Hooks that it runs something in; null where the text cannot be read. */
  hookNames(path: string, text: string): readonly string[] | null
}

export interface HookEntry {
  readonly name: HookName
  /** The shell line to run. */
  readonly line: string
}

export interface FoundManager extends HookManager {
  /** Its configuration, absolute; may be a package.json. */
  readonly path: string
}

export const HOOK_MANAGERS: readonly HookManager[] = [lefthook, simpleGitHooks, preCommit]

export function findHookManagers(
  fs: FileSystem,
  directory: string,
  topLevel: string,
): FoundManager[] {
  return HOOK_MANAGERS.flatMap((manager) => {
    const path = manager.find(fs, directory, topLevel)
    return path === null ? [] : [{ ...manager, path }]
  })
}

/** The tool that wrote a file in git's hooks directory; null: the user, or another tool. */
export function authorOf(hook: Buffer): HookManager | null {
  const author = hookAuthor(hook)
  return HOOK_MANAGERS.find(({ name }) => name === author?.name) ?? null
}
