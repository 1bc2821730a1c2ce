import type { RepositoryFile } from './repository-file.ts'

/** What a person is asked about in one question. */
export type Topic = 'configuration' | 'package.json' | 'hooks'

/** One change that `init` would make; whoever holds the list can show it, ask about it, or make it. */
export type Change = FileChange | HuskyChange | FilterChange | CommandChange

export interface FileChange {
  readonly kind: 'file'
  readonly topic: Topic
  /** As the plan found it; what was there is checked again before it is written. */
  readonly file: RepositoryFile
  readonly after: Buffer
  /** For the line that reports it: `scripts agent and prepare`. */
  readonly why: string
}

export interface HuskyChange {
  readonly kind: 'husky'
  readonly topic: 'hooks'
  /** husky's bin.js, absolute. */
  readonly script: string
  /** Folder of the hooks, absolute. */
  readonly huskyFolder: string
  /** Value of core.hooksPath; before is null where it is not set. */
  readonly before: string | null
  readonly after: string
  readonly why: string
}

/** git's clean filter, which hides flow's entries from git. */
export interface FilterChange {
  readonly kind: 'filter'
  readonly topic: 'hooks'
  /** Settings files that it is for, absolute. */
  readonly paths: readonly string[]
  readonly why: string
}

/** Another hook manager's own installation, which brings what its configuration says into force. */
export interface CommandChange {
  readonly kind: 'command'
  readonly topic: Topic
  /** Absolute paths. */
  readonly program: string
  readonly cwd: string
  readonly args: readonly string[]
  /** As a person would type it. */
  readonly words: string
  readonly why: string
}

export interface Plan {
  readonly changes: readonly Change[]
  /** What is there already or is kept, and what that means. */
  readonly notes: readonly string[]
}
