import type { ProjectPaths } from '../../session/layout.ts'
import type { RepositoryFile } from '../init/repository-file.ts'

/** What a person is asked about in one question. */
export type UndoTopic = 'hooks' | 'configuration' | 'package.json' | 'state'

/** One step of `uninstall`; whoever holds the list can show it, ask about it, or make it. */
export type Undo = FileUndo | FilterUndo | RunnerUndo | HooksPathUndo | FolderUndo | StateUndo

export interface FileUndo {
  readonly kind: 'file'
  readonly topic: 'hooks' | 'configuration' | 'package.json'
  /** As the plan found it; what was there is checked again before it is written. */
  readonly file: RepositoryFile
  /** Null: it goes. */
  readonly after: Buffer | null
  /** For the line that reports it: `scripts.agent, scripts.prepare`. */
  readonly why: string
}

/** git's clean filter of flow's. */
export interface FilterUndo {
  readonly kind: 'filter'
  readonly topic: 'hooks'
  /** Files of git's that hold a section or lines of it, absolute. */
  readonly files: readonly string[]
}

/** husky's own folder `_`, which git ignores. */
export interface RunnerUndo {
  readonly kind: 'runner'
  readonly topic: 'hooks'
  readonly folder: string
  /** Names in it that husky writes; what else lies there stays, and the folder with it. */
  readonly names: readonly string[]
}

export interface HooksPathUndo {
  readonly kind: 'hooks-path'
  readonly topic: 'hooks'
  /** What core.hooksPath is now. */
  readonly value: string
  /** git's configuration file, as the plan found it, less a block of flow's. */
  readonly config: RepositoryFile
  /** The bytes that it had before `init`, if nothing else changed since; null: the key is unset. */
  readonly exact: Buffer | null
}

/** A folder that is empty by then. */
export interface FolderUndo {
  readonly kind: 'folder'
  readonly topic: 'hooks'
  readonly path: string
}

export interface StateUndo {
  readonly kind: 'state'
  readonly topic: 'state'
  readonly projects: readonly ProjectPaths[]
  /** What prompts read of flow goes, too. */
  readonly takesPrompt: boolean
  /** What goes, a line each, for people. */
  readonly lines: readonly string[]
}

/** What of the repository a step changes, as the record of `init` names it. */
export function pathOf(undo: Undo): string[] {
  switch (undo.kind) {
    case 'file':
      return [undo.file.path]
    case 'hooks-path':
      return [undo.config.path]
    case 'filter':
    case 'runner':
    case 'folder':
    case 'state':
      return []
    default:
      return undo satisfies never
  }
}
