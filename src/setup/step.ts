/**
 * Set-up is a list of steps that can be taken back. `flow init` applies them, `flow uninstall` reverts
 * them, `flow doctor` inspects them, `flow prepare` and the first session renew what git does not track.
 * Nothing is recorded: a step recognizes what it wrote by the text itself.
 */
import type { Ports } from '../ports/ports.ts'
import type { SetupContext } from './context.ts'
import type { Finding } from './finding.ts'
import {
  type RepositoryFile,
  removeRepositoryFile,
  writeRepositoryFile,
} from './repository-file.ts'

export interface Step {
  readonly id: string
  /**
   * What is missing. Reads only.
   * @throws FlowError before anything is changed, where this repository cannot be set up
   */
  apply(context: SetupContext): Part
  /** What is flow's, and only that: revert(apply(x)) is x, byte for byte. Reads only. */
  revert(context: SetupContext): Part
  /** What is right and what is missing, each with what fixes it. Reads only. Absent: another step's tells it. */
  inspect?(context: SetupContext): Finding[]
}

/** A plan, or what one step adds to it. */
export type Part = Partial<Plan>

export interface Plan {
  /** In the order in which they are made. */
  readonly edits: readonly Edit[]
  /** What is kept or is left to the user, and why. */
  readonly notes: readonly string[]
  /** Commands that are left to the user, in this order. */
  readonly next: readonly string[]
}

/** What the user is asked about in one question. */
export type Topic = 'hooks' | 'configuration' | 'package.json' | 'state'

/** One change. Whoever has the list can show it, ask about it, or make it. */
export type Edit = FileEdit | ActionEdit

export interface FileEdit {
  readonly kind: 'file'
  readonly topic: Topic
  /** As it was planned; the bytes are compared again before it is written. */
  readonly file: RepositoryFile
  /** Null: the file is removed. */
  readonly after: Buffer | null
  /** Of a new file; absent: 0o644. */
  readonly mode?: number
  /** Names the change in a question, with `%` for the files of all edits that say the same. */
  readonly asks: string
  /** Names the change in the report: `scripts.agent, scripts.prepare`. */
  readonly why: string
}

/** A change that a program makes, or that is not one file. */
export interface ActionEdit {
  readonly kind: 'action'
  readonly topic: Topic
  readonly asks: string
  /** Its place in the question: the files are asked about at 1. */
  readonly order: 0 | 2 | 3
  /** Lines of the report: title, reason. */
  readonly rows: readonly (readonly [title: string, why: string])[]
  /** For `--dry-run`; ends with a newline. */
  readonly preview: string
  /** @param keep takes what stays though it was to go */
  run(keep: (note: string) => void): void
}

export function joinPlans(parts: readonly Part[]): Plan {
  return {
    edits: parts.flatMap(({ edits = [] }) => edits),
    notes: parts.flatMap(({ notes = [] }) => notes),
    next: parts.flatMap(({ next = [] }) => next),
  }
}

/**
 * Makes the edits one after the other, each file in one step. The caller holds the lock of the repository. Whatever stops it, a second call with a new
 * plan goes on from there.
 * @returns what was kept though it was to go
 * @throws FlowError E_INIT_FILE, and what an action throws
 */
export function makeEdits(ports: Ports, edits: readonly Edit[]): string[] {
  const kept: string[] = []
  for (const edit of edits) {
    if (edit.kind === 'action') {
      edit.run((note) => kept.push(note))
      for (const [title, why] of edit.rows) ports.log('setup', `${title}: ${why}`)
      continue
    }
    if (edit.after === null) removeRepositoryFile(ports, edit.file)
    else writeRepositoryFile(ports, edit.file, edit.after, edit.mode ?? 0o644)
    ports.log('setup', `${edit.file.path}: ${edit.why}`)
  }
  return kept
}
